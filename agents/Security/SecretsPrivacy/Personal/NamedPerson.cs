using System.Buffers;
using System.Text.RegularExpressions;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Values that only the word before them makes personal: a date of birth, a passport's number.</summary>
internal static partial class NamedPerson
{
    private const int Reach = 48;

    private static readonly string[] s_birth =
        ["date of birth", "birth date", "birthdate", "birthday", "dateofbirth", "date_of_birth", "dob", "born", "geboren", "geburtsdatum", "geb.", "date de naissance", "né le", "née le", "fecha de nacimiento"];

    private static readonly string[] s_passport = ["passport", "passeport", "reisepass", "pasaporte", "passnummer"];

    private static readonly SearchValues<string> s_words = SearchValues.Create([.. s_birth, .. s_passport], StringComparison.OrdinalIgnoreCase);

    public static void Detect(in TextWindow window, List<Detection> found)
    {
        var text = window.Text;
        var searched = text[..Math.Min(text.Length, window.To + Reach)];
        for (var p = window.From; p < window.To; p++)
        {
            var next = searched[p..].IndexOfAny(s_words);
            if (next < 0 || (p += next) >= window.To)
            {
                return;
            }

            if (p > 0 && char.IsLetter(text[p - 1]))
            {
                continue;
            }

            var after = text[p..Math.Min(text.Length, p + Reach + 24)];
            var line = after.IndexOf('\n');
            after = line < 0 ? after : after[..line];
            var passport = after.StartsWith("pas", StringComparison.OrdinalIgnoreCase) || after.StartsWith("reisepass", StringComparison.OrdinalIgnoreCase);
            foreach (var match in (passport ? PassportNumber() : Date()).EnumerateMatches(after))
            {
                var value = after.Slice(match.Index, match.Length);
                if (passport ? value.ContainsAnyInRange('0', '9') && CountDigits(value) >= 5 : IsDate(value))
                {
                    found.Add(new Detection(passport ? "passport" : "date-of-birth", window.Start + p + match.Index, value.ToString(), passport ? Confidence.Medium : Confidence.High)
                    {
                        Check = "a word before it",
                    });
                    break;
                }
            }
        }
    }

    private static int CountDigits(ReadOnlySpan<char> value)
    {
        var count = 0;
        foreach (var c in value)
        {
            count += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return count;
    }

    private static bool IsDate(ReadOnlySpan<char> value)
    {
        Span<int> numbers = stackalloc int[3];
        var (count, inNumber, letters) = (0, false, false);
        foreach (var c in value)
        {
            if (char.IsAsciiDigit(c))
            {
                if (!inNumber && count == 3)
                {
                    return false;
                }

                numbers[inNumber ? count - 1 : count++] = ((inNumber ? numbers[count - 1] : 0) * 10) + (c - '0');
                inNumber = true;
            }
            else
            {
                inNumber = false;
                letters |= char.IsLetter(c);
            }
        }

        return letters
            ? count == 2 && numbers[0] is >= 1 and <= 31 or >= 1880 and <= 2100
            : count == 3 && numbers[..3].ContainsAnyInRange(1, 12)
                && (numbers[0] is >= 1880 and <= 2100 ? numbers[1] <= 12 && numbers[2] is >= 1 and <= 31 : numbers[2] is (>= 1880 and <= 2100) or <= 99 && Math.Min(numbers[0], numbers[1]) is >= 1 and <= 12 && Math.Max(numbers[0], numbers[1]) <= 31);
    }

    // 1984-03-07, 07.03.1984, 3/7/84, 7 March 1984, March 7, 1984
    [GeneratedRegex(@"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{1,2}\.? \p{L}{3,9} \d{4}|\p{L}{3,9} \d{1,2}, ?\d{4})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    [GeneratedRegex(@"\b[A-Z0-9]{1,2}[0-9A-Z]{5,7}\b", RegexOptions.CultureInvariant)]
    private static partial Regex PassportNumber();
}
