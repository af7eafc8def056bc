namespace Sutazai.Agents.Operations.Logs;

/// <summary>Whose runtime wrote a stack trace.</summary>
public enum TraceLanguage
{
    Dotnet,
    Java,
    Python,
    JavaScript,
    Go,
}

/// <param name="Function">As written, without arguments.</param>
/// <param name="Own">Not of a framework or a package.</param>
public sealed record TraceFrame(string Function, string? File, int? Line, bool Own);

/// <summary>One exception of a trace with its frames, the innermost call first.</summary>
/// <param name="Role">Outermost, cause of the one before, or suppressed.</param>
public sealed record TracedFailure(string Type, string Message, TraceRole Role, IReadOnlyList<TraceFrame> Frames);

public enum TraceRole
{
    Outermost,
    Cause,
    Suppressed,

    /// <summary>A further inner exception of an aggregate.</summary>
    Sibling,
}

/// <param name="Exceptions">The outermost first, each cause after what it caused.</param>
/// <param name="LeftOut">Frames beyond the limit of 300 for one exception.</param>
public sealed record Trace(TraceLanguage Language, long FirstLine, long LastLine, int LeftOut, IReadOnlyList<TracedFailure> Exceptions)
{
    internal LogTimestamp? Time { get; init; }

    /// <summary>The deepest cause.</summary>
    internal TracedFailure Root => Exceptions.Last(e => e.Role is TraceRole.Outermost or TraceRole.Cause);
}
