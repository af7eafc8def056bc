namespace Sutazai.Agents;

/// <summary>The ceilings of one agent and of one of its runs.</summary>
/// <param name="Concurrency">Runs at a time.</param>
/// <param name="Queue">Runs that may wait for a place.</param>
/// <param name="ToolTime">What one tool call may take.</param>
/// <param name="HeapBytes">What the process's heap may grow by while one run is under way.</param>
public sealed record RunLimits(int Concurrency, int Queue, TimeSpan ToolTime, long HeapBytes)
{
    /// <summary>Tool calls of one run that a model may make.</summary>
    public const int ToolCalls = 8;

    /// <summary>Tokens, prompt and completion together, that one run may use.</summary>
    public const int Tokens = 200_000;

    /// <summary>What a run may take where the caller sets no deadline.</summary>
    public static readonly TimeSpan RunTime = TimeSpan.FromHours(1);

    public static RunLimits Of(AgentSize size) => size switch
    {
        AgentSize.Heavy => new(2, 32, TimeSpan.FromSeconds(300), 1L << 30),
        _ => new(4, 128, TimeSpan.FromSeconds(60), 512L << 20),
    };
}
