namespace Sutazai.Agents.Operations.Logs;

/// <summary>Reads the lines that name an exception.</summary>
internal static class TraceHeader
{
    private static readonly string[] s_leads = ["Unhandled exception. ", "Unhandled Exception: ", "Uncaught Exception: ", "Uncaught ", "Unhandled exception: ", "fail: "];

    private static readonly string[] s_endings = ["Exception", "Error", "Throwable", "Failure", "Fault", "Exit", "Interrupt", "Abort"];

    public static bool IsPythonStart(string line) => line.EndsWith("Traceback (most recent call last):", StringComparison.Ordinal);

    public static bool IsPythonChain(string line) =>
        line.StartsWith("During handling of the above exception", StringComparison.Ordinal) || line.StartsWith("The above exception was the direct cause", StringComparison.Ordinal);

    public static bool IsPythonEnd(string line) => TypeLength(line) > 0;

    // panic: runtime error: index out of range [5] with length 3   fatal error: all goroutines are asleep - deadlock!   goroutine 1 [running]:
    public static (string Type, string Message)? GoStart(string line) => line switch
    {
        _ when line.StartsWith("panic: ", StringComparison.Ordinal) => ("panic", line[7..]),
        _ when line.StartsWith("fatal error: ", StringComparison.Ordinal) => ("fatal error", line[13..]),
        _ when line.StartsWith("goroutine ", StringComparison.Ordinal) && line.EndsWith("]:", StringComparison.Ordinal) => ("goroutine", line[(line.IndexOf('[') + 1)..^2]),
        _ => null,
    };

    /// <summary>An exception's first line; null where the line does not look like one.</summary>
    public static (string Type, string Message)? Exception(string line)
    {
        if (line.StartsWith("Exception in thread \"", StringComparison.Ordinal) && line.IndexOf("\" ", 21, StringComparison.Ordinal) is > 0 and var quote)
        {
            line = line[(quote + 2)..];
        }

        foreach (var lead in s_leads)
        {
            line = line.StartsWith(lead, StringComparison.Ordinal) ? line[lead.Length..] : line;
        }

        if (line.StartsWith("(in promise) ", StringComparison.Ordinal))
        {
            line = line[13..];
        }

        var length = TypeLength(line);
        if (length > 0)
        {
            return Named(line);
        }

        // "Order failed: Acme.ShopException: no stock" as loggers join a message and its exception.
        for (var at = line.IndexOf(": ", StringComparison.Ordinal); at > 0 && at < 400; at = line.IndexOf(": ", at + 2, StringComparison.Ordinal))
        {
            var rest = line[(at + 2)..];
            if (TypeLength(rest) > 0)
            {
                return Named(rest);
            }
        }

        return null;
    }

    // ---> System.TimeoutException: text   ---> (Inner Exception #1) System.IO.IOException: text
    public static (string Type, string Message, TraceRole Role) Inner(string line)
    {
        var (rest, role) = (line[5..], TraceRole.Cause);
        if (rest.StartsWith("(Inner Exception #", StringComparison.Ordinal))
        {
            role = rest.StartsWith("(Inner Exception #0)", StringComparison.Ordinal) ? role : TraceRole.Sibling;
            rest = rest[(rest.IndexOf(')') + 1)..].TrimStart();
        }

        var (type, message) = Named(rest);
        return (type, message, role);
    }

    /// <summary>Splits "type: message".</summary>
    public static (string Type, string Message) Named(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0)
        {
            return (line.TrimEnd(':').Split(' ')[0], line.Contains(' ') ? line : "");
        }

        var type = line[..colon];
        var bracket = type.IndexOf(" [", StringComparison.Ordinal);

        // Node: TypeError [ERR_INVALID_ARG_TYPE]: text   .NET: System.IO.IOException (0x80131620): text
        var space = bracket > 0 ? bracket : type.IndexOf(" (", StringComparison.Ordinal);
        return (space > 0 ? type[..space] : type, line[(colon + 2)..].Trim());
    }

    private static int TypeLength(string line)
    {
        var end = 0;
        while (end < line.Length && end < 300 && (char.IsLetterOrDigit(line[end]) || line[end] is '.' or '_' or '$' or '+' or '`'))
        {
            end++;
        }

        var known = end > 3 && Array.Exists(s_endings, e => line.AsSpan(0, end).TrimEnd("0123456789`").EndsWith(e)) || line.AsSpan(0, end).Count('.') >= 2 && end < line.Length && char.IsUpper(LastPart(line, end));
        return known && (end == line.Length || line[end] is ':' or ' ') && (end == line.Length || line[end] == ':' || line.AsSpan(end).StartsWith(" [") || line.AsSpan(end).StartsWith(" (0x")) ? end : 0;
    }

    private static char LastPart(string line, int end)
    {
        var dot = line.LastIndexOf('.', Math.Max(0, end - 1));
        return dot + 1 < end ? line[dot + 1] : ' ';
    }
}
