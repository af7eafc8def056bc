namespace Sutazai.Agents.Operations.Logs;

internal delegate void EntryVisitor(in LogEntry entry, long line);

/// <summary>
/// Streams the entries of a log. A line without a header belongs to the entry before it where it is indented or looks like a stack
/// trace, or where that entry began with a time.
/// </summary>
internal sealed class LogEntries
{
    // So that one header at the top of a plain file does not swallow the file.
    private const int MaxUnindented = 200;

    private readonly StructuredLine _structured = new();
    private readonly EntryVisitor _visit;
    private bool _anyEntry;
    private bool _lastHadTime;
    private bool _pending;
    private string _pendingLogger = "";
    private LogTimestamp _pendingTime;
    private bool _pendingHasTime;
    private Severity _pendingSeverity;
    private long _pendingLine;
    private int _unindented;

    private LogEntries(EntryVisitor visit) => _visit = visit;

    public long Entries { get; private set; }

    public long Continuations { get; private set; }

    public LineTotals Lines { get; private set; }

    public static async Task<LogEntries> ReadAsync(Artifact log, EntryVisitor visit, CancellationToken cancellationToken)
    {
        var entries = new LogEntries(visit);
        entries.Lines = await LogLines.ReadAsync(log, entries.Take, cancellationToken);
        entries.Flush([]);
        return entries;
    }

    /// <summary>Takes one line apart, with no regard to the lines around it.</summary>
    public static LogEntry ReadOne(ReadOnlySpan<char> line, StructuredLine structured)
    {
        LogEntry entry = default;
        if (!IsStructured(line, structured, ref entry))
        {
            LogHeader.Read(line, ref entry);
        }

        // What a container's runtime wraps may be structured itself.
        LogEntry inner = default;
        if (entry.Wrapped && IsStructured(entry.Message, structured, ref inner))
        {
            inner.Wrapped = true;
            (inner.Time, inner.HasTime) = entry.HasTime ? (entry.Time, true) : (inner.Time, inner.HasTime);
            return inner;
        }

        return entry;
    }

    private static bool IsStructured(ReadOnlySpan<char> line, StructuredLine structured, ref LogEntry entry) =>
        line is ['{', ..] && structured.TryReadJson(line, ref entry)
        || line.Length > 5 && line[0] is 't' or 'l' && structured.TryReadLogfmt(line, ref entry);

    private void Take(ReadOnlySpan<char> line, long number)
    {
        if (line.IsWhiteSpace())
        {
            return;
        }

        var entry = ReadOne(line, _structured);
        if (Continues(entry))
        {
            Continuations++;
            Flush(entry.Message);
            return;
        }

        Flush([]);
        _unindented = 0;
        _anyEntry = true;
        _lastHadTime = entry.HasTime && !entry.Wrapped;
        if (entry.Message.IsWhiteSpace())
        {
            // .NET's console writes the header on a line of its own and the message, indented, on the next.
            (_pending, _pendingLogger, _pendingTime, _pendingHasTime) = (true, entry.Logger.ToString(), entry.Time, entry.HasTime);
            (_pendingSeverity, _pendingLine) = (entry.Severity, number);
            return;
        }

        Entries++;
        _visit(entry, number);
    }

    private bool Continues(in LogEntry entry)
    {
        if (!_anyEntry || entry.HasHeader && !entry.Wrapped)
        {
            return false;
        }

        if (LooksContinued(entry.Message))
        {
            return true;
        }

        return _lastHadTime && !entry.Wrapped && ++_unindented <= MaxUnindented;
    }

    private static bool LooksContinued(ReadOnlySpan<char> s) => s.Length > 0 && (s[0] is ' ' or '\t' or '}' or ')'
        || s.StartsWith("at ") || s.StartsWith("Caused by:") || s.StartsWith("... ") || s.StartsWith("Traceback (most") || s.StartsWith("--- End of"));

    private void Flush(ReadOnlySpan<char> message)
    {
        if (_pending)
        {
            _pending = false;
            Entries++;
            _visit(
                new LogEntry
                {
                    Message = message.Trim(),
                    Logger = _pendingLogger,
                    Time = _pendingTime,
                    HasTime = _pendingHasTime,
                    Severity = _pendingSeverity,
                },
                _pendingLine);
        }
    }
}
