namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Numbers with check digits that begin at a run of digits, or with a few letters before it.</summary>
internal static class NumberRun
{
    private const int MaxLength = 48;
    private static readonly ILookup<bool, NationalId> s_ids = NationalId.All.ToLookup(i => i.Shape[0] == '[' && i.Shape[1] is 'A');

    public static Detection? ReadCard(in TextWindow window, int start)
    {
        var text = window.Text;
        if (HasLetterBefore(text, start))
        {
            return null;
        }

        Span<char> digits = stackalloc char[19];
        var (count, end) = (0, start);
        for (var p = start; p < text.Length && p - start < MaxLength; p++)
        {
            if (char.IsAsciiDigit(text[p]))
            {
                if (count == digits.Length)
                {
                    return null;
                }

                digits[count++] = text[p];
                end = p + 1;
            }
            else if (text[p] is not (' ' or '-') || p != end || (p > start && (end - start) < 4))
            {
                break;
            }
        }

        return !IsInWord(text, end) && Payments.IsCard(digits[..count])
            ? new Detection("credit-card", window.Start + start, text[start..end].ToString(), Confidence.High) { Check = "issuer prefix and Luhn digit" }
            : null;
    }

    public static void DetectNationalIds(in TextWindow window, int start, List<Detection> found)
    {
        // All of them begin with four digits or more among six characters; a column of short numbers need not be tried.
        var digits = 0;
        foreach (var c in window.Text.Slice(start, Math.Min(6, window.Text.Length - start)))
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        if (digits >= 4 && !HasLetterBefore(window.Text, start))
        {
            Detect(window, start, s_ids[false], found);
        }
    }

    /// <summary>IBAN, NINO, codice fiscale: the digit run follows letters that belong to the value.</summary>
    public static void DetectWithLetters(in TextWindow window, int digit, List<Detection> found)
    {
        var text = window.Text;
        var start = digit;
        while (start > 0 && digit - start < 7 && (char.IsAsciiLetterUpper(text[start - 1]) || (text[start - 1] == ' ' && digit == start && start > 1 && char.IsAsciiLetterUpper(text[start - 2]))))
        {
            start--;
        }

        if (start == digit || (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] == '_')))
        {
            return;
        }

        if (ReadIban(window, start) is { } iban)
        {
            found.Add(iban);
            return;
        }

        Detect(window, start, s_ids[true], found);
        Detect(window, start, s_ids[false].Where(i => i.Kind == "es-dni"), found);
    }

    private static Detection? ReadIban(in TextWindow window, int start)
    {
        var text = window.Text;
        if (start + 15 > text.Length || Payments.IbanLength(text.Slice(start, 2)) is not (> 0 and var length))
        {
            return null;
        }

        Span<char> compact = stackalloc char[length];
        var (count, p) = (0, start);
        for (; p < text.Length && count < length; p++)
        {
            if (char.IsAsciiDigit(text[p]) || char.IsAsciiLetterUpper(text[p]))
            {
                compact[count++] = text[p];
            }
            else if (text[p] is not (' ' or '-') || p - start < 4 || text[p - 1] is ' ' or '-')
            {
                return null;
            }
        }

        return count == length && !IsInWord(text, p) && Payments.IsIban(compact)
            ? new Detection("iban", window.Start + start, text[start..p].ToString(), Confidence.High) { Check = "length for the country and modulo 97" }
            : null;
    }

    private static void Detect(in TextWindow window, int start, IEnumerable<NationalId> ids, List<Detection> found)
    {
        var text = window.Text;
        var slice = text[start..Math.Min(text.Length, start + MaxLength)];
        foreach (var id in ids)
        {
            foreach (var match in id.Expression.EnumerateMatches(slice))
            {
                var value = slice[..match.Length].ToString();
                if (!IsInWord(text, start + match.Length) && id.IsValid(string.Concat(value.Where(char.IsAsciiLetterOrDigit)))
                    && (id.Keyword is null || Keywords.Precede(window, start, id.Keyword)))
                {
                    var ssnNamed = id.Kind == "us-ssn" && Keywords.Precede(window, start, ["ssn", "social security"]);
                    found.Add(new Detection(id.Kind, window.Start + start, value, ssnNamed ? Confidence.High : id.Confidence)
                    {
                        Check = id.Keyword is null ? "shape and check digits" : "check digits and a word before it",
                    });
                }
            }
        }
    }

    private static bool HasLetterBefore(ReadOnlySpan<char> text, int start) => start > 0 && (char.IsLetter(text[start - 1]) || text[start - 1] is '_' or '-' or '.');

    private static bool IsInWord(ReadOnlySpan<char> text, int end) =>
        end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_' || (text[end] is '-' or '.' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1])));
}

/// <summary>Words shortly before a value that say what it is.</summary>
internal static class Keywords
{
    private const int Reach = 40;

    public static bool Precede(in TextWindow window, int position, ReadOnlySpan<string> words)
    {
        var before = window.Text[Math.Max(0, position - Reach)..position];
        before = before[(before.LastIndexOf('\n') + 1)..];
        foreach (var word in words)
        {
            var at = before.LastIndexOf(word, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && (at == 0 || !char.IsLetter(before[at - 1])))
            {
                return true;
            }
        }

        return false;
    }
}
