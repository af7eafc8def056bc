using System.Globalization;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Reads one frame line of each language.</summary>
internal static class FrameText
{
    private static readonly string[] s_jvmFiles = [".java:", ".kt:", ".scala:", ".groovy:", ".clj:", ".java)", ".kt)", ".scala)", "(Native Method)", "(Unknown Source)", "(<generated>)", "(SourceFile:"];

    /// <summary>Reads a line that begins with "at ", which three languages share.</summary>
    public static (TraceLanguage Language, TraceFrame Frame)? At(string line)
    {
        // Node prints an error's own members in braces behind its last frame.
        var s = line[3..].Trim();
        s = s.EndsWith(" {", StringComparison.Ordinal) ? s[..^2] : s;
        if (s.Length is 0 or > 4000)
        {
            return null;
        }

        if (s.EndsWith(')') && s_jvmFiles.Any(f => s.Contains(f, StringComparison.Ordinal)))
        {
            return (TraceLanguage.Java, Java(s));
        }

        if (JavaScript(s) is { } script)
        {
            return (TraceLanguage.JavaScript, script);
        }

        return s.Contains('(') && (s.EndsWith(')') || s.Contains(") in ", StringComparison.Ordinal) || s.Contains(") [0x", StringComparison.Ordinal)) && s[0] != '('
            ? (TraceLanguage.Dotnet, Dotnet(s))
            : null;
    }

    // File "/srv/app/shop.py", line 12, in checkout
    public static TraceFrame? Python(string line)
    {
        if (!line.StartsWith("File \"", StringComparison.Ordinal) || line.IndexOf("\", line ", StringComparison.Ordinal) is not (> 5 and var end))
        {
            return null;
        }

        var file = line[6..end];
        var rest = line[(end + 8)..];
        var comma = rest.IndexOf(", in ", StringComparison.Ordinal);
        var function = comma < 0 ? "<module>" : rest[(comma + 5)..].Trim();
        return new(function, file, Number(comma < 0 ? rest : rest[..comma]), OwnFrames.IsOwn(TraceLanguage.Python, function, file));
    }

    // main.(*Server).handle(0xc000010000, {0x1, 0x2})   created by main.start in goroutine 1
    public static string? GoFunction(string line)
    {
        if (line.StartsWith("created by ", StringComparison.Ordinal))
        {
            var at = line.IndexOf(" in goroutine ", StringComparison.Ordinal);
            return at < 0 ? line[11..].Trim() : line[11..at];
        }

        var close = line.TrimEnd();
        if (!close.EndsWith(')') || close.Contains(": ", StringComparison.Ordinal) || !close.Contains('.'))
        {
            return close == "panic(...)" || close.StartsWith("panic({", StringComparison.Ordinal) || close.StartsWith("panic(0x", StringComparison.Ordinal) ? "panic" : null;
        }

        var depth = 0;
        for (var i = close.Length - 1; i > 0; i--)
        {
            depth += close[i] switch { ')' => 1, '(' => -1, _ => 0 };
            if (depth == 0)
            {
                return close[..i];
            }
        }

        return null;
    }

    // 	/srv/app/main.go:42 +0x1d
    public static (string File, int? Line)? GoPlace(string line)
    {
        var s = line.Trim();
        var plus = s.LastIndexOf(" +0x", StringComparison.Ordinal);
        s = plus > 0 ? s[..plus] : s;
        var colon = s.LastIndexOf(':');
        return colon > 0 && Number(s[(colon + 1)..]) is { } number ? (s[..colon], number) : null;
    }

    // com.acme.Shop.pay(Shop.java:41)   java.base/java.lang.Thread.run(Thread.java:833)   app//org.x.Y.z(Y.java:1) ~[jar:?]
    private static TraceFrame Java(string s)
    {
        var open = s.IndexOf('(');
        var close = s.IndexOf(')', open);
        var function = s[..open];
        function = function[(function.LastIndexOf('/', Math.Max(0, function.LastIndexOf("$$", StringComparison.Ordinal) < 0 ? function.Length - 1 : function.IndexOf("$$", StringComparison.Ordinal))) + 1)..];
        var place = s[(open + 1)..close];
        var colon = place.LastIndexOf(':');
        var file = place is "Native Method" or "Unknown Source" or "<generated>" ? null : colon < 0 ? place : place[..colon];
        return new(function, file, colon < 0 ? null : Number(place[(colon + 1)..]), OwnFrames.IsOwn(TraceLanguage.Java, function, file));
    }

    // Acme.Shop.Pay(Order order) in /src/Shop.cs:line 41   Acme.Shop.<PayAsync>d__3.MoveNext()
    private static TraceFrame Dotnet(string s)
    {
        var place = s.LastIndexOf(") in ", StringComparison.Ordinal);
        var (file, line) = ((string?)null, (int?)null);
        if (place > 0)
        {
            file = s[(place + 5)..];
            s = s[..(place + 1)];
            var mark = file.LastIndexOf(":line ", StringComparison.Ordinal);
            if (mark > 0)
            {
                line = Number(file[(mark + 6)..]);
                file = file[..mark];
            }
        }

        var function = s[..s.IndexOf('(')];
        return new(function, file, line, OwnFrames.IsOwn(TraceLanguage.Dotnet, function, file));
    }

    // pay (/srv/app/shop.js:10:5)   async Shop.pay (file:///srv/shop.mjs:1:2)   /srv/app/shop.js:10:5   Array.map (<anonymous>)
    private static TraceFrame? JavaScript(string s)
    {
        var (function, place) = ("<anonymous>", s);
        if (s.EndsWith(')') && s.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var open)
        {
            (function, place) = (s[..open], s[(open + 2)..^1]);
        }
        else if (s.StartsWith("async ", StringComparison.Ordinal))
        {
            place = s[6..];
        }

        if (function.StartsWith("async ", StringComparison.Ordinal) || function.StartsWith("new ", StringComparison.Ordinal))
        {
            function = function[(function.IndexOf(' ') + 1)..];
        }

        if (place is "<anonymous>" or "native" or "index 0" && place != s)
        {
            return new(function, null, null, false);
        }

        var column = place.LastIndexOf(':');
        var row = column > 0 ? place.LastIndexOf(':', column - 1) : -1;
        if (row < 1 || Number(place[(column + 1)..]) is null || Number(place[(row + 1)..column]) is not { } line)
        {
            return null;
        }

        var file = place[..row];
        return new(function, file, line, OwnFrames.IsOwn(TraceLanguage.JavaScript, function, file));
    }

    private static int? Number(string s) => int.TryParse(s.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
