using PhoneNumbers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Telephone numbers, judged by libphonenumber's numbering plans.</summary>
internal static class TelephoneNumber
{
    private const int MaxLength = 26;
    private static readonly string[] s_keywords = ["tel", "phone", "mobile", "mobil", "handy", "cell", "fax", "call", "whatsapp", "sms", "ring", "fon", "msisdn"];
    private static readonly PhoneNumberUtil s_numbers = PhoneNumberUtil.GetInstance();

    public static bool IsRegion(string region) => s_numbers.GetSupportedRegions().Contains(region);

    public static Detection? Read(in TextWindow window, int start, string region)
    {
        var text = window.Text;
        if (text[start] != '+' && start > 0 && text[start - 1] == '(')
        {
            start--;
        }

        if (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '-' or '.' or '/' or '#' or '=' && text[start] != '+'))
        {
            return null;
        }

        var (end, digits, groups) = Extent(text, start);
        var international = text[start] == '+';
        if (digits is < 7 or > 15 || (end < text.Length && (char.IsLetter(text[end]) || text[end] is '_' or '@')))
        {
            return null;
        }

        if (!international && IsInLongRun(text, start))
        {
            return null;
        }

        var named = Keywords.Precede(window, start, s_keywords);
        if (!international && !named && groups < 3)
        {
            return null;
        }

        var value = text[start..end].ToString();
        try
        {
            var number = s_numbers.Parse(value, international ? null : region);
            return s_numbers.IsValidNumber(number)
                ? new Detection("phone", window.Start + start, value, international || named ? Confidence.High : Confidence.Medium)
                {
                    Check = $"valid in {s_numbers.GetRegionCodeForNumber(number) ?? "its numbering plan"}",
                }
                : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    /// <summary>Columns of numbers, not one: a run of digits and separators that began long before.</summary>
    private static bool IsInLongRun(ReadOnlySpan<char> text, int start)
    {
        var p = start;
        while (p > 0 && start - p < MaxLength && (char.IsAsciiDigit(text[p - 1]) || text[p - 1] is ' ' or '-' or '.' or '(' or ')' or '/'))
        {
            p--;
        }

        return start - p >= MaxLength;
    }

    private static (int End, int Digits, int Groups) Extent(ReadOnlySpan<char> text, int start)
    {
        var (end, digits, groups) = (start, 0, 0);
        for (var p = start; p < text.Length && p - start < MaxLength; p++)
        {
            if (char.IsAsciiDigit(text[p]))
            {
                groups += p == start || !char.IsAsciiDigit(text[p - 1]) ? 1 : 0;
                digits++;
                end = p + 1;
            }
            else if (text[p] is not (' ' or '-' or '.' or '(' or ')' or '/') && !(text[p] == '+' && p == start))
            {
                break;
            }
            else if (p - end > 2)
            {
                break;
            }
        }

        return (end, digits, groups);
    }
}
