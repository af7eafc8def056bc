namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Addresses of RFC 5321 as people write them: no quoted local parts, a domain with a top level of letters.</summary>
internal static class EmailAddress
{
    private const int MaxLocal = 64;
    private const int MaxDomain = 253;

    public static Detection? Read(in TextWindow window, int at)
    {
        var text = window.Text;
        var start = at;
        while (start > 0 && at - start < MaxLocal && IsLocal(text[start - 1]))
        {
            start--;
        }

        while (start < at && text[start] is '.' or '-' or '\'')
        {
            start++;
        }

        var end = at + 1;
        while (end < text.Length && end - at <= MaxDomain && (char.IsLetterOrDigit(text[end]) || text[end] is '.' or '-'))
        {
            end++;
        }

        while (end > at + 1 && text[end - 1] is '.' or '-')
        {
            end--;
        }

        var domain = text[(at + 1)..end];
        var dot = domain.LastIndexOf('.');
        if (start == at || text[at - 1] == '.' || dot < 1 || domain.Length - dot < 3 || domain[0] is '.' or '-' || domain.Contains("..", StringComparison.Ordinal) || !IsTopLevel(domain[(dot + 1)..]))
        {
            return null;
        }

        // A password in a URL is followed by @ and a host: scheme://user:password@host.
        if (start > 0 && text[start - 1] == ':' && text[Math.Max(0, start - MaxLocal)..start] is var before
            && before[(before.LastIndexOfAny(' ', '\n', '"') + 1)..].Contains("://", StringComparison.Ordinal))
        {
            return null;
        }

        // scp and git write user@host:path.
        var remote = end < text.Length && text[end] == ':' && text[start..at].SequenceEqual("git");
        return remote ? null : new Detection("email", window.Start + start, text[start..end].ToString(), Confidence.High) { Check = "local part and domain" };
    }

    private static bool IsLocal(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '%' or '+' or '-' or '\'' or '#' or '&' or '~';

    private static bool IsTopLevel(ReadOnlySpan<char> label)
    {
        foreach (var c in label)
        {
            if (!char.IsLetter(c))
            {
                return label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase);
            }
        }

        return !label.SequenceEqual("png") && !label.SequenceEqual("jpg") && !label.SequenceEqual("svg") && !label.SequenceEqual("js") && !label.SequenceEqual("css");
    }
}
