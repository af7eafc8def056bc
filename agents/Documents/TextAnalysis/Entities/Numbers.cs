using System.Globalization;

namespace Sutazai.Agents.Documents.TextAnalysis.Entities;

/// <summary>Reads "1,234.50", "1.234,50", "1 234,50", "1'234.50", "-0,5".</summary>
internal static class Numbers
{
    /// <summary>A number with grouping or a decimal mark, to be built into larger patterns.</summary>
    public const string Pattern = @"[+\-\u2212]?(?:\d{1,3}(?:[,.'\u2019\u00A0\u202F ]\d{3}){1,5}(?:[.,]\d{1,4})?|\d{1,15}(?:[.,]\d{1,6})?)(?!\d)";

    /// <returns>The number, and whether another reading of its marks was possible.</returns>
    public static (decimal Number, bool Ambiguous)? Read(ReadOnlySpan<char> text, bool decimalComma)
    {
        int commas = text.Count(','), dots = text.Count('.');
        var ambiguous = false;
        char? mark = (commas, dots) switch
        {
            (0, 0) => null,
            ( > 0, > 0) => text.LastIndexOf(',') > text.LastIndexOf('.') ? ',' : '.',
            ( > 1, 0) or (0, > 1) => null,
            _ => Single(text, commas == 1 ? ',' : '.', decimalComma, out ambiguous),
        };

        Span<char> plain = stackalloc char[text.Length];
        var length = 0;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) || (c == '-' && length == 0))
            {
                plain[length++] = c;
            }
            else if (c == '\u2212' && length == 0)
            {
                plain[length++] = '-';
            }
            else if (c == mark)
            {
                plain[length++] = '.';
            }
        }

        return decimal.TryParse(plain[..length], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? (number, ambiguous)
            : null;
    }

    public static string Write(decimal number) => number.ToString("0.############", CultureInfo.InvariantCulture);

    /// <summary>"1,234" groups in English and "1.234" in German; with one, two or four digits behind, the mark is decimal.</summary>
    private static char? Single(ReadOnlySpan<char> text, char mark, bool decimalComma, out bool ambiguous)
    {
        var at = text.IndexOf(mark);
        var grouped = text.ContainsAny(" '\u2019\u00A0\u202F");
        ambiguous = !grouped && text.Length - at - 1 == 3 && text[..at].TrimStart("+-\u2212") is not "0" and { Length: <= 3 };
        var groups = ambiguous && mark == ',' != decimalComma;
        return groups ? null : mark;
    }
}
