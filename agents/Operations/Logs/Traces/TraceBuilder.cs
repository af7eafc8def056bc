namespace Sutazai.Agents.Operations.Logs;

/// <summary>A trace while its lines come in.</summary>
internal sealed class TraceBuilder(TraceLanguage language, long firstLine, LogTimestamp? time)
{
    private const int MaxFrames = 300;
    private const int MaxExceptions = 30;

    private readonly List<Section> _sections = [];
    private readonly Stack<Section> _outer = [];
    private Section? _current;
    private int _leftOut;

    public TraceLanguage Language { get; } = language;

    public long LastLine { get; set; }

    public bool HasFrames => _sections.Any(s => s.Frames.Count > 0);

    /// <summary>Whether no frame followed yet, so that a line may still belong to the exception's message.</summary>
    public bool AwaitsFrames => _current is { Frames.Count: 0 };

    public void AddMessage(string line)
    {
        if (_current is not null && _current.Message.Length < 500)
        {
            _current.Message += " " + line;
        }
    }

    public void Begin(string type, string message, TraceRole role)
    {
        _current = new Section(type, message.Length > 500 ? message[..500] + "..." : message, role);
        if (_sections.Count < MaxExceptions)
        {
            _sections.Add(_current);
        }
    }

    /// <summary>.NET writes an inner exception's frames before those of the outer one.</summary>
    public void BeginInner(string type, string message, TraceRole role)
    {
        if (_current is not null)
        {
            _outer.Push(_current);
        }

        Begin(type, message, role);
    }

    public void EndInner() => _current = _outer.TryPop(out var outer) ? outer : _current;

    public void Add(TraceFrame frame)
    {
        if (_current is null)
        {
            Begin("", "", TraceRole.Outermost);
        }

        if (_current!.Frames.Count < MaxFrames)
        {
            _current.Frames.Add(frame);
        }
        else
        {
            _leftOut++;
        }
    }

    /// <summary>Go and Python write the place and the function on lines of their own.</summary>
    public void Amend(Func<TraceFrame, TraceFrame> change)
    {
        if (_current is { Frames: [.., var last] frames })
        {
            frames[^1] = change(last);
        }
    }

    public void Name(string type, string message)
    {
        if (_current is not null)
        {
            _current.Type = type;
            _current.Message = message.Length > 500 ? message[..500] + "..." : message;
        }
    }

    public Trace Build()
    {
        var sections = _sections.Where(s => s.Type.Length > 0 || s.Frames.Count > 0).ToList();
        if (Language == TraceLanguage.Python)
        {
            // Python writes the oldest call first, and the cause before what it caused.
            sections.Reverse();
            sections.ForEach(s => s.Frames.Reverse());
        }

        return new(Language, firstLine, LastLine, _leftOut,
            [.. sections.Select((s, i) => new TracedFailure(s.Type, s.Message, i == 0 ? TraceRole.Outermost : s.Role == TraceRole.Outermost ? TraceRole.Cause : s.Role, s.Frames))])
        {
            Time = time,
        };
    }

    private sealed class Section(string type, string message, TraceRole role)
    {
        public string Type { get; set; } = type;

        public string Message { get; set; } = message;

        public TraceRole Role => role;

        public List<TraceFrame> Frames { get; } = [];
    }
}
