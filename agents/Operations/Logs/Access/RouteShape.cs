using System.Text;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Turns a path into its route: segments that identify one thing are replaced by what kind of thing it is.</summary>
internal static class RouteShape
{
    private const int MaxSegments = 12;
    private const int MaxSegment = 64;

    /// <example>/users/42/photos/3f2504e0-4f89-41d3-9a0c-0305e82c3301.jpg is /users/{id}/photos/{uuid}.jpg</example>
    public static string Of(ReadOnlySpan<char> path, StringBuilder shape)
    {
        shape.Clear();
        if (path.IndexOf("://") is > 0 and < 8 and var scheme && path[(scheme + 3)..].IndexOf('/') is >= 0 and var slash)
        {
            path = path[(scheme + 3 + slash)..];
        }

        if (path.IsEmpty || path[0] != '/')
        {
            return path is "*" ? "*" : "(no path)";
        }

        var segments = 0;
        foreach (var range in path[1..].Split('/'))
        {
            var segment = path[1..][range];
            var parameters = segment.IndexOf(';');
            segment = parameters >= 0 ? segment[..parameters] : segment;
            if (segments++ == MaxSegments)
            {
                shape.Append("/...");
                break;
            }

            shape.Append('/');
            Append(segment, shape);
        }

        return shape.ToString();
    }

    private static void Append(ReadOnlySpan<char> segment, StringBuilder shape)
    {
        if (Kind(segment) is { } kind)
        {
            shape.Append(kind);
            return;
        }

        // app.3f2a9c1b.js and 42.json: the parts between points are judged one by one.
        var first = true;
        if (segment.Contains('.') && !segment.Contains('@'))
        {
            foreach (var range in segment.Split('.'))
            {
                shape.Append(first ? "" : ".");
                first = false;
                var part = segment[range];
                shape.Append(Kind(part) is { } inner ? inner : Cut(part));
            }

            return;
        }

        shape.Append(Cut(segment));
    }

    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> text) => text.Length > MaxSegment ? "{long}" : text;

    private static string? Kind(ReadOnlySpan<char> s)
    {
        if (s.IsEmpty)
        {
            return null;
        }

        var (digits, letters, others, hex) = (0, 0, 0, 0);
        foreach (var c in s)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
            letters += char.IsAsciiLetter(c) ? 1 : 0;
            hex += char.IsAsciiHexDigit(c) ? 1 : 0;
            others += char.IsAsciiLetterOrDigit(c) ? 0 : 1;
        }

        if (digits == s.Length || digits == s.Length - 1 && s[0] == '-')
        {
            return "{id}";
        }

        if (s.Length == 36 && Guid.TryParseExact(s, "D", out _))
        {
            return "{uuid}";
        }

        if (digits == 8 && s.Length == 10 && s[4] == '-' && s[7] == '-')
        {
            return "{date}";
        }

        if (hex == s.Length && s.Length >= 8 && digits > 0)
        {
            return "{hash}";
        }

        if (s.Contains('@') || s.IndexOf("%40") > 0)
        {
            return "{email}";
        }

        var dashes = s.Count('-') + s.Count('_');
        return s.Length >= 20 && digits >= 3 && letters >= 3 && others == dashes && dashes <= 2 ? "{token}" : null;
    }
}
