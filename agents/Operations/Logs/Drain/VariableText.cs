using System.Buffers;
using System.Net;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Recognises a variable at a place in a text that begins a word.</summary>
internal static class VariableText
{
    // Bounds on what is looked at again from every word keep a hostile line linear.
    private const int MaxEmail = 128;
    private const int MaxNumber = 64;

    private static readonly SearchValues<char> s_pathEnds = SearchValues.Create(" \t\"'<>|;,()[]{}");
    private static readonly SearchValues<char> s_urlEnds = SearchValues.Create(" \t\"'<>|()[]{}");

    public static int Digits(ReadOnlySpan<char> s, int enabled, out LogMask kind)
    {
        kind = LogMask.Time;
        int length;
        if (Has(enabled, LogMask.Time) && LooksLikeTime(s) && TimestampText.TryRead(s, out _, out length) && Ends(s, length))
        {
            return length;
        }

        return HexDigits(s, enabled, out kind, out length) || Ip(s, enabled, out kind, out length) || Number(s, 0, enabled, out kind, out length) ? length : 0;
    }

    public static bool HexDigits(ReadOnlySpan<char> s, int enabled, out LogMask kind, out int length)
    {
        kind = LogMask.Uuid;
        length = 36;
        if (s.Length >= 36 && s[8] == '-' && s[13] == '-' && Has(enabled, kind) && Ends(s, 36) && Guid.TryParseExact(s[..36], "D", out _))
        {
            return true;
        }

        kind = LogMask.Hex;
        if (!Has(enabled, kind))
        {
            return false;
        }

        var (start, digits, letters) = (s is ['0', 'x' or 'X', ..] ? 2 : 0, false, false);
        for (length = start; length < s.Length && char.IsAsciiHexDigit(s[length]); length++)
        {
            digits |= s[length] <= '9';
            letters |= s[length] > '9';
        }

        if (length == 2 && start == 0 && s.Length >= 17 && s[2] == ':' && s[5] == ':' && s[14] == ':' && Ends(s, 17) && IsMac(s[..17]))
        {
            length = 17;
            return true;
        }

        return Ends(s, length) && (start == 2 ? length > 2 : length >= 8 && digits && letters);
    }

    public static bool Ip(ReadOnlySpan<char> s, int enabled, out LogMask kind, out int length)
    {
        kind = LogMask.Ip;
        length = 0;
        if (!Has(enabled, kind))
        {
            return false;
        }

        var (dots, colons, letters) = (0, 0, false);
        while (length < s.Length && length < 46 && (char.IsAsciiHexDigit(s[length]) || s[length] is '.' or ':'))
        {
            dots += s[length] == '.' ? 1 : 0;
            colons += s[length] == ':' ? 1 : 0;
            letters |= s[length] > '9' && s[length] != ':';
            length++;
        }

        if (dots >= 3 && !letters)
        {
            length = IPv4Length(s);
        }
        else if (colons < 2 || colons != 7 && s[..length].IndexOf("::") < 0 || !IPAddress.TryParse(Trimmed(s, ref length), out _))
        {
            return false;
        }

        if (length == 0)
        {
            return false;
        }

        if (length + 1 < s.Length && s[length] is ':' or '/' && char.IsAsciiDigit(s[length + 1]))
        {
            var end = length + 1;
            while (end < s.Length && char.IsAsciiDigit(s[end]))
            {
                end++;
            }

            length = Ends(s, end) ? end : length;
        }

        return Ends(s, length);
    }

    public static bool Number(ReadOnlySpan<char> s, int from, int enabled, out LogMask kind, out int length)
    {
        kind = LogMask.Number;
        length = from;
        s = s.Length > MaxNumber ? s[..MaxNumber] : s;
        if (!Has(enabled, kind))
        {
            return false;
        }

        while (length < s.Length && (char.IsAsciiDigit(s[length]) || s[length] is '.' or ',' && length + 1 < s.Length && char.IsAsciiDigit(s[length + 1])))
        {
            length++;
        }

        if (length + 1 < s.Length && s[length] is 'e' or 'E')
        {
            var exponent = length + (s[length + 1] is '-' or '+' ? 2 : 1);
            var end = exponent;
            while (end < s.Length && char.IsAsciiDigit(s[end]))
            {
                end++;
            }

            length = end > exponent && Ends(s, end) ? end : length;
        }

        var unit = length;
        while (unit < s.Length && unit < length + 4 && (char.IsAsciiLetter(s[unit]) || s[unit] == '\u00B5'))
        {
            unit++;
        }

        return unit - length <= 3 && unit < MaxNumber && Ends(s, unit);
    }

    public static int Path(ReadOnlySpan<char> s)
    {
        var length = s.IndexOfAny(s_pathEnds);
        length = length < 0 ? s.Length : length;
        while (length > 0 && s[length - 1] is '.' or ':' or '!')
        {
            length--;
        }

        return length;
    }

    public static int Url(ReadOnlySpan<char> s)
    {
        var length = s.IndexOfAny(s_urlEnds);
        length = length < 0 ? s.Length : length;
        while (length > 0 && s[length - 1] is '.' or ':' or ',' or ';' or '!')
        {
            length--;
        }

        return length;
    }

    public static int Email(ReadOnlySpan<char> s)
    {
        var at = 0;
        s = s.Length > MaxEmail ? s[..MaxEmail] : s;
        while (at < s.Length && (char.IsAsciiLetterOrDigit(s[at]) || s[at] is '.' or '_' or '%' or '+' or '-'))
        {
            at++;
        }

        if (at == 0 || at == s.Length || s[at] != '@')
        {
            return 0;
        }

        var (end, dot) = (at + 1, false);
        while (end < s.Length && (char.IsAsciiLetterOrDigit(s[end]) || s[end] == '-' || s[end] == '.' && end + 1 < s.Length && char.IsAsciiLetterOrDigit(s[end + 1])))
        {
            dot |= s[end++] == '.';
        }

        return dot ? end : 0;
    }

    /// <returns>The length with both quotes; 0 where the next such quote ends no word; -1 where there is none.</returns>
    public static int Quoted(ReadOnlySpan<char> s)
    {
        for (var i = 1; i < s.Length; i++)
        {
            if (s[i] == '\\')
            {
                i++;
            }
            else if (s[i] == s[0])
            {
                return Ends(s, i + 1) ? i + 1 : 0;
            }
        }

        return -1;
    }

    public static bool Has(int enabled, LogMask kind) => (enabled >> (int)kind & 1) != 0;

    private static bool LooksLikeTime(ReadOnlySpan<char> s) => s.Length >= 8
        && (s[2] == ':' && s[5] == ':' || s[4] is '-' or '/' && s.Length >= 16 && s[7] == s[4] || s[2] == '/' && s[6] == '/' || s.Length >= 15 && s[8] == 'T');

    private static int IPv4Length(ReadOnlySpan<char> s)
    {
        var at = 0;
        for (var part = 0; part < 4; part++)
        {
            var (start, value) = (at, 0);
            while (at < s.Length && at < start + 4 && char.IsAsciiDigit(s[at]))
            {
                value = (value * 10) + (s[at++] - '0');
            }

            if (at == start || value > 255 || part < 3 && (at >= s.Length || s[at++] != '.'))
            {
                return 0;
            }
        }

        return at + 1 < s.Length && s[at] == '.' && char.IsAsciiDigit(s[at + 1]) ? 0 : at;
    }

    private static ReadOnlySpan<char> Trimmed(ReadOnlySpan<char> s, ref int length)
    {
        while (length > 0 && (s[length - 1] == '.' || s[length - 1] == ':' && (length < 2 || s[length - 2] != ':')))
        {
            length--;
        }

        return s[..length];
    }

    private static bool IsMac(ReadOnlySpan<char> s)
    {
        for (var i = 0; i < 17; i++)
        {
            if (i % 3 == 2 ? s[i] != ':' : !char.IsAsciiHexDigit(s[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Ends(ReadOnlySpan<char> s, int at) => at >= s.Length || !char.IsLetterOrDigit(s[at]);
}
