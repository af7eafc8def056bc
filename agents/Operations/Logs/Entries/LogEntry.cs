namespace Sutazai.Agents.Operations.Logs;

/// <summary>One line taken apart: what precedes the message, and the message.</summary>
internal ref struct LogEntry
{
    public ReadOnlySpan<char> Message;
    public ReadOnlySpan<char> Logger;
    public ReadOnlySpan<char> TraceId;
    public LogTimestamp Time;
    public bool HasTime;
    public Severity Severity;

    /// <summary>A container's runtime put the time there, line by line, so that it does not show where an entry begins.</summary>
    public bool Wrapped;

    public readonly bool HasHeader => HasTime || Severity != Severity.Unknown;
}
