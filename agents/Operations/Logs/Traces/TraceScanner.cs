namespace Sutazai.Agents.Operations.Logs;

/// <summary>Finds stack traces in a stream of lines, wherever they stand.</summary>
internal sealed class TraceScanner(Action<Trace> found)
{
    // Between an exception's first line and its first frame there may be more lines of its message.
    private const int MaxMessageLines = 20;

    private readonly StructuredLine _structured = new();
    private TraceBuilder? _trace;
    private (string Type, string Message, long Line, List<(string Type, string Message, TraceRole Role)> Inner)? _header;
    private LogTimestamp? _time;
    private bool _pythonDone;
    private bool _goFirst;
    private bool _goPanic;

    public async Task<long> ReadAsync(Artifact text, CancellationToken cancellationToken)
    {
        var lines = await LogLines.ReadAsync(text, Take, cancellationToken);
        Emit();
        return lines.Lines;
    }

    private void Take(ReadOnlySpan<char> raw, long number)
    {
        if (raw.StartsWith("panic: "))
        {
            // Go's own word, not a level.
            Emit();
            Line(raw, number);
            return;
        }

        var entry = LogEntries.ReadOne(raw, _structured);
        if (entry.HasTime)
        {
            _time = entry.Time;
        }

        if (entry.HasHeader && !entry.Wrapped)
        {
            Emit();
            _header = null;
        }

        // A whole trace inside one JSON member has its line ends in it.
        var message = entry.Message;
        if (message.Contains('\n'))
        {
            foreach (var line in message.EnumerateLines())
            {
                Line(line, number);
            }
        }
        else
        {
            Line(message, number);
        }
    }

    private void Line(ReadOnlySpan<char> raw, long number)
    {
        var trimmed = raw.Trim();
        if (trimmed.Length > 8000)
        {
            trimmed = trimmed[..8000];
        }

        if (trimmed.IsEmpty)
        {
            return;
        }

        var line = trimmed.ToString();
        if (_trace?.Language == TraceLanguage.Python && Python(raw, line, number) || _trace?.Language == TraceLanguage.Go && Go(raw, line, number))
        {
            return;
        }

        if (TraceHeader.IsPythonStart(line))
        {
            Emit();
            (_trace, _pythonDone) = (new TraceBuilder(TraceLanguage.Python, number, _time), false);
            _trace.Begin("", "", TraceRole.Outermost);
        }
        else if (TraceHeader.GoStart(line) is { } panic)
        {
            Emit();
            (_trace, _goFirst, _goPanic) = (new TraceBuilder(TraceLanguage.Go, number, _time), true, panic.Type != "goroutine");
            _trace.Begin(panic.Type, panic.Message, TraceRole.Outermost);
        }
        else
        {
            AtStyle(line, number);
        }
    }

    private void AtStyle(string line, long number)
    {
        var closesInner = line.EndsWith("<---", StringComparison.Ordinal);
        var text = closesInner ? line[..^4].TrimEnd() : line;
        if (text.StartsWith("at ", StringComparison.Ordinal) && FrameText.At(text) is { } at)
        {
            Start(at.Language, number);
            _trace!.Add(at.Frame);
            _trace.LastLine = number;
        }
        else if (_trace is not null && (Continues(text) || text.Length == 0))
        {
            _trace.LastLine = number;
        }
        else if (_trace is { AwaitsFrames: true } && number - _trace.LastLine <= MaxMessageLines && TraceHeader.Exception(text) is null)
        {
            _trace.AddMessage(text);
        }
        else if (text.StartsWith("---> ", StringComparison.Ordinal) && _header is { } header)
        {
            header.Inner.Add(TraceHeader.Inner(text));
        }
        else
        {
            Emit();
            Header(text, number);
        }

        if (closesInner)
        {
            _trace?.EndInner();
        }
    }

    private void Start(TraceLanguage language, long number)
    {
        if (_trace is not null)
        {
            return;
        }

        _trace = new TraceBuilder(language, _header?.Line ?? number, _time) { LastLine = number };
        if (_header is { } header)
        {
            _trace.Begin(header.Type, header.Message, TraceRole.Outermost);
            foreach (var (type, message, role) in header.Inner)
            {
                _trace.BeginInner(type, message, role);
            }
        }

        _header = null;
    }

    private void Header(string line, long number)
    {
        if (TraceHeader.Exception(line) is { } exception)
        {
            // Old .NET wrote the chain on one line.
            var parts = exception.Message.Split(" ---> ");
            _header = (exception.Type, parts[0], number, [.. parts.Skip(1).Select(p => TraceHeader.Inner("---> " + p))]);
        }
        else if (_header is { } known && number - known.Line > MaxMessageLines)
        {
            _header = null;
        }
    }

    private bool Continues(string line)
    {
        if (line.StartsWith("Caused by: ", StringComparison.Ordinal) || line.StartsWith("[cause]: ", StringComparison.Ordinal))
        {
            var cause = TraceHeader.Named(line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
            _trace!.Begin(cause.Type, cause.Message, TraceRole.Cause);
            return true;
        }

        if (line.StartsWith("Suppressed: ", StringComparison.Ordinal))
        {
            var suppressed = TraceHeader.Named(line[12..]);
            _trace!.Begin(suppressed.Type, suppressed.Message, TraceRole.Suppressed);
            return true;
        }

        if (line.StartsWith("---> ", StringComparison.Ordinal))
        {
            var (type, message, role) = TraceHeader.Inner(line);
            _trace!.BeginInner(type, message, role);
            return true;
        }

        if (line.StartsWith("--- End of inner", StringComparison.Ordinal))
        {
            _trace!.EndInner();
            return true;
        }

        return line.StartsWith("--- End of", StringComparison.Ordinal) || line.StartsWith("... ", StringComparison.Ordinal) && line.Contains(" more", StringComparison.Ordinal)
            || line.StartsWith("at ", StringComparison.Ordinal) || line is "<---";
    }

    private bool Python(ReadOnlySpan<char> raw, string line, long number)
    {
        // Exception groups draw a tree with + and | before each line.
        line = line.TrimStart('|', '+', ' ');
        if (TraceHeader.IsPythonChain(line))
        {
            _trace!.LastLine = number;
            _pythonDone = false;
            return true;
        }

        if (TraceHeader.IsPythonStart(line))
        {
            if (_pythonDone)
            {
                return false;
            }

            _trace!.Begin("", "", TraceRole.Cause);
            return true;
        }

        if (_pythonDone)
        {
            Emit();
            return false;
        }

        if (FrameText.Python(line) is { } frame)
        {
            _trace!.Add(frame);
        }
        else if (raw[0] is not (' ' or '\t') && _trace!.HasFrames || raw[0] == ' ' && raw.TrimStart().StartsWith('|') && TraceHeader.IsPythonEnd(line))
        {
            var (type, message) = TraceHeader.Named(line);
            _trace!.Name(type, message);
            _pythonDone = true;
        }

        _trace!.LastLine = number;
        return true;
    }

    private bool Go(ReadOnlySpan<char> raw, string line, long number)
    {
        if (line.StartsWith("goroutine ", StringComparison.Ordinal) && line.EndsWith(':'))
        {
            if (_trace!.HasFrames)
            {
                _goFirst = false;
                if (!_goPanic)
                {
                    return false;
                }
            }

            return true;
        }

        if (line.StartsWith("[signal ", StringComparison.Ordinal) || line.StartsWith("panic: ", StringComparison.Ordinal) && !_trace!.HasFrames
            || line.StartsWith("exit status", StringComparison.Ordinal))
        {
            return true;
        }

        var accepted = true;
        if (raw[0] is '\t' or ' ' && FrameText.GoPlace(line) is { } place)
        {
            if (_goFirst)
            {
                _trace!.Amend(f => new(f.Function, place.File, place.Line, OwnFrames.IsOwn(TraceLanguage.Go, f.Function, place.File)));
            }
        }
        else if (FrameText.GoFunction(line) is { } function)
        {
            if (_goFirst)
            {
                _trace!.Add(new(function, null, null, OwnFrames.IsOwn(TraceLanguage.Go, function, null)));
            }
        }
        else
        {
            accepted = false;
        }

        if (accepted)
        {
            _trace!.LastLine = number;
            return true;
        }

        Emit();
        return false;
    }

    private void Emit()
    {
        if (_trace is { HasFrames: true } done)
        {
            found(done.Build());
        }

        _trace = null;
    }
}
