using System.Text.Json.Serialization;

namespace Sutazai.Testing.OllamaSimulator;

/// <summary>A way in which a model server goes wrong.</summary>
public enum FaultKind
{
    /// <summary>Nothing comes for a while, then all is well.</summary>
    SlowFirstToken,

    /// <summary>The stream stops for a while, or for ever, without being closed.</summary>
    Stall,

    /// <summary>An error as a line of the stream, under status 200.</summary>
    MidStreamError,

    /// <summary>503, the queue is full.</summary>
    Busy,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>The stream is closed in good order, but without its last object.</summary>
    Truncated,

    /// <summary>A line of the stream is no JSON.</summary>
    InvalidLine,

    /// <summary>A tool call whose arguments do not match the tool's schema.</summary>
    MalformedArguments,

    /// <summary>A tool call whose arguments are no JSON.</summary>
    InvalidArguments,

    /// <summary>A call of a tool that was not offered.</summary>
    UnknownTool,

    /// <summary>A tool call written as JSON into the text.</summary>
    ToolCallAsText,

    /// <summary>Words without sense.</summary>
    Nonsense,

    /// <summary>The same tool is called again, whatever it answers.</summary>
    EndlessLoop,

    /// <summary>The model cannot be loaded.</summary>
    LoadCrash,
}

/// <summary>A fault with the requests that it strikes. On other paths than those of models, a fault must name the path to strike.</summary>
public sealed record Fault(FaultKind Kind)
{
    public Condition When { get; init; } = Condition.Always;

    /// <summary>How often it strikes; without a number, always.</summary>
    public int? Times { get; init; }

    /// <summary>Tokens that still come before a fault in mid-stream; a shorter answer is struck before its end. Without a number a reset comes at once, others after three.</summary>
    public int? AfterTokens { get; init; }

    /// <summary>Length of a slow first token (30 s) or a stall (for ever), by the clock.</summary>
    [JsonConverter(typeof(GoDurationConverter))]
    public TimeSpan? Delay { get; init; }

    /// <summary>The error's text, if it should not be Ollama's.</summary>
    public string? Message { get; init; }

    internal TimeSpan? Pause => Delay ?? (Kind == FaultKind.SlowFirstToken ? TimeSpan.FromSeconds(30) : null);
}

/// <summary>The faults that are switched on; the first that fits strikes.</summary>
public sealed class FaultSwitches
{
    private readonly Lock _lock = new();
    private List<Armed> _armed = [];

    /// <summary>The faults that may strike still.</summary>
    public IReadOnlyList<Fault> Active
    {
        get
        {
            lock (_lock)
            {
                return [.. _armed.Where(armed => armed.MayStrike).Select(armed => armed.Fault)];
            }
        }
    }

    /// <summary>Replaces all faults; none given switches them off.</summary>
    public void Set(params IReadOnlyList<Fault> faults)
    {
        lock (_lock)
        {
            _armed = [.. faults.Select(fault => new Armed(fault))];
        }
    }

    internal Fault? Strike(string path, GenerationRequest? request)
    {
        lock (_lock)
        {
            var armed = _armed.Find(armed => armed.MayStrike && armed.Fault.When.Holds(path, request) && (request is not null || armed.Fault.When.Path is not null)
                // What only loads a model says nothing that could go wrong.
                && (request is not { Messages.Count: 0 } || armed.Fault.Kind == FaultKind.LoadCrash));
            if (armed is not null)
            {
                armed.Strikes++;
            }

            return armed?.Fault;
        }
    }

    private sealed class Armed(Fault fault)
    {
        public Fault Fault => fault;

        public int Strikes { get; set; }

        public bool MayStrike => fault.Times is not { } times || Strikes < times;
    }
}
