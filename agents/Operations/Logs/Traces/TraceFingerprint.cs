namespace Sutazai.Agents.Operations.Logs;

internal static class TraceFingerprint
{
    private const int MaxNames = 12;

    /// <summary>Of the exception types and, in each, the innermost own functions; framework functions count only where there are no others.</summary>
    public static string Of(Trace trace) => TextHash.Short(
        string.Join('\n', trace.Exceptions.Where(e => e.Role is TraceRole.Outermost or TraceRole.Cause)
            .Select(e => $"{e.Type}|{string.Join('|', Names(trace.Language, e).Take(MaxNames))}").Prepend(trace.Language.ToString())), "f");

    public static IEnumerable<string> Names(TraceLanguage language, TracedFailure exception)
    {
        var own = exception.Frames.Where(f => f.Own).ToList();
        var names = (own.Count > 0 ? own : exception.Frames).Select(f => FrameName.Of(language, f));

        // Recursion of any depth is one failure.
        var before = "";
        foreach (var name in names)
        {
            if (name != before)
            {
                yield return before = name;
            }
        }
    }

    public static StackTraceGrouper.Blame Blame(Trace trace, IReadOnlyList<string>? ownPrefixes)
    {
        foreach (var exception in trace.Exceptions.Where(e => e.Role is TraceRole.Outermost or TraceRole.Cause).Reverse())
        {
            for (var depth = 0; depth < exception.Frames.Count; depth++)
            {
                var frame = exception.Frames[depth];
                if (ownPrefixes is { Count: > 0 } ? OwnFrames.Matches(frame, ownPrefixes) : frame.Own)
                {
                    return new(
                        trace.FirstLine, trace.Language, exception.Type, exception.Message, frame, depth,
                        ownPrefixes is { Count: > 0 } ? StackTraceGrouper.BlameReason.OwnPrefix : StackTraceGrouper.BlameReason.NotFramework);
                }
            }
        }

        var root = trace.Exceptions.Where(e => e.Frames.Count > 0).Last();
        return new(trace.FirstLine, trace.Language, root.Type, root.Message, root.Frames[0], 0, StackTraceGrouper.BlameReason.NoneOwn);
    }
}
