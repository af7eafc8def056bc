using System.Buffers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>
/// A name and the value given to it, as in <c>api_key = "v"</c>, <c>"apiKey": "v"</c>, <c>password: v</c>, <c>PASSWORD=v</c>, <c>pwd=v;</c>,
/// <c>&lt;token&gt;v&lt;/token&gt;</c>, <c>key="Token" value="v"</c>, <c>--password v</c>, <c>("password", "v")</c>, <c>Authorization: Bearer v</c>.
/// </summary>
internal readonly record struct Assignment(int NameStart, int NameEnd, int ValueStart, int ValueLength, bool Quoted)
{
    private const int MaxName = 64;
    private const int MaxValue = 2048;
    private static readonly SearchValues<char> s_endOfBareValue = SearchValues.Create("\r\n\t \"'`,;<>(){}|&\\\0");

    /// <summary>Reads the assignment whose name is around the hit; without one, only the name's end is meaningful.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, int hit, int hitLength, out Assignment read)
    {
        var nameStart = hit;
        while (nameStart > 0 && hit - nameStart < MaxName && IsNamePart(text[nameStart - 1]))
        {
            nameStart--;
        }

        var p = hit + hitLength;
        while (p < text.Length && p - hit < MaxName && IsNamePart(text[p]))
        {
            p++;
        }

        var nameEnd = p;
        read = new Assignment(nameStart, nameEnd, 0, 0, false);
        var closed = false;
        for (var i = 0; i < 3 && p < text.Length && text[p] is '"' or '\'' or '`' or ']' or '\\'; i++, p++)
        {
            closed |= text[p] is '"' or '\'';
        }

        p = SkipBlanks(text, p);
        if (p >= text.Length)
        {
            return false;
        }

        var bare = true;
        switch (text[p])
        {
            case ':' or '=':
                p = AfterOperator(text, p);
                break;
            case '>' when !closed && nameStart > 0 && text[nameStart - 1] == '<':
                p++;
                break;
            case ',' when closed:
                (p, bare) = (p + 1, false);
                break;
            case '(' when !closed:
                (p, bare) = (p + 1, false);
                break;
            default:
                if (closed && text[p..].StartsWith("value=", StringComparison.OrdinalIgnoreCase))
                {
                    (p, bare) = (p + 6, false);
                }
                else if (p == nameEnd || text[p - 1] is not (' ' or '\t') || closed || !TakesBlank(text, nameStart, nameEnd))
                {
                    return false;
                }

                break;
        }

        p = SkipBlanks(text, p);
        return TryReadValue(text, p, bare, ref read);
    }

    public string Name(ReadOnlySpan<char> text) => text[NameStart..NameEnd].ToString();

    /// <summary>Lower case, letters and digits only: <c>AWS_SECRET-Access.Key</c> is <c>awssecretaccesskey</c>.</summary>
    public static string Plain(ReadOnlySpan<char> name)
    {
        Span<char> plain = stackalloc char[name.Length];
        var length = 0;
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                plain[length++] = char.ToLowerInvariant(c);
            }
        }

        return plain[..length].ToString();
    }

    private static bool TryReadValue(ReadOnlySpan<char> text, int p, bool bare, ref Assignment read)
    {
        // Python, C#, C++ and Rust mark strings with a letter or sign before the quote; JSON in a string escapes the quote.
        if (p + 1 < text.Length && text[p] is 'b' or 'r' or 'f' or 'u' or 'B' or 'R' or 'L' or '@' or '$' or '\\' && text[p + 1] is '"' or '\'')
        {
            p++;
        }

        if (p >= text.Length)
        {
            return false;
        }

        var most = text[p..Math.Min(text.Length, p + MaxValue)];
        if (most[0] is '"' or '\'' or '`')
        {
            var inside = most[1..];
            var close = inside.IndexOfAny(most[0], '\n');
            if (close < 0 || inside[close] == '\n')
            {
                return false;
            }

            var length = close > 0 && inside[close - 1] == '\\' ? close - 1 : close;
            (p, length) = AfterScheme(inside[..length], p + 1);
            read = read with { ValueStart = p, ValueLength = length, Quoted = true };
            return length > 0;
        }

        if (!bare)
        {
            return false;
        }

        var (start, rest) = AfterScheme(most, p);
        var value = text.Slice(start, rest);
        var stop = value.IndexOfAny(s_endOfBareValue);
        read = read with { ValueStart = start, ValueLength = stop < 0 ? value.Length : stop };
        return read.ValueLength > 0;
    }

    /// <summary>Past <c>Bearer</c>, <c>Basic</c> and their like, in the value of an Authorization header.</summary>
    private static (int Start, int Length) AfterScheme(ReadOnlySpan<char> value, int start)
    {
        foreach (var scheme in (ReadOnlySpan<string>)["bearer ", "basic ", "token "])
        {
            if (value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return (start + scheme.Length, value.Length - scheme.Length);
            }
        }

        return (start, value.Length);
    }

    /// <summary>Past <c>=</c>, <c>:</c>, <c>:=</c>, <c>=&gt;</c>, <c>==</c>, and a declared type as in <c>name: str =</c>.</summary>
    private static int AfterOperator(ReadOnlySpan<char> text, int p)
    {
        var colon = text[p] == ':';
        p++;
        while (p < text.Length && text[p] is '=' or '>')
        {
            p++;
        }

        if (colon)
        {
            var q = SkipBlanks(text, p);
            var word = q;
            while (q < text.Length && q - word < 32 && (char.IsAsciiLetterOrDigit(text[q]) || text[q] is '&' or '[' or ']' or '?'))
            {
                q++;
            }

            var equals = SkipBlanks(text, q);
            if (q > word && equals < text.Length - 1 && text[equals] == '=' && equals > q)
            {
                return equals + 1;
            }
        }

        return p;
    }

    /// <summary>Command-line options, <c>.netrc</c> and the header schemes put a blank between name and value.</summary>
    private static bool TakesBlank(ReadOnlySpan<char> text, int nameStart, int nameEnd)
    {
        var name = text[nameStart..nameEnd];
        return name.StartsWith("--", StringComparison.Ordinal)
            || name.Equals("bearer", StringComparison.OrdinalIgnoreCase)
            || (name.Equals("password", StringComparison.Ordinal) && text[Math.Max(0, nameStart - 200)..nameStart] is var before
                && before.LastIndexOf("login ", StringComparison.Ordinal) >= 0);
    }

    private static int SkipBlanks(ReadOnlySpan<char> text, int p)
    {
        for (var i = 0; i < 24 && p < text.Length && text[p] is ' ' or '\t'; i++)
        {
            p++;
        }

        return p;
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';
}
