using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sutazai.Agents;

/// <summary>Spans and metrics of agents, named by OpenTelemetry's GenAI conventions where those have a name.</summary>
internal static class AgentTelemetry
{
    private const string Name = "Sutazai.Agents";
    private static readonly Meter s_meter = new(Name);
    private static readonly Histogram<double> s_runs = s_meter.CreateHistogram<double>("gen_ai.invoke_agent.duration", "s", "Runs of agents.");
    private static readonly Histogram<double> s_calls = s_meter.CreateHistogram<double>("gen_ai.execute_tool.duration", "s", "Calls of agents' tools.");

    public static ActivitySource Source { get; } = new(Name);

    public static void Ran(string agent, string outcome, TimeSpan duration) =>
        s_runs.Record(duration.TotalSeconds, new("gen_ai.agent.name", agent), new KeyValuePair<string, object?>("sutazai.outcome", outcome));

    public static void Called(string agent, string tool, string outcome, TimeSpan duration) => s_calls.Record(
        duration.TotalSeconds, new("gen_ai.agent.name", agent), new("gen_ai.tool.name", tool), new KeyValuePair<string, object?>("sutazai.outcome", outcome));
}
