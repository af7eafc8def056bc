namespace Sutazai.Agents.Operations.Logs;

public static class LogsAgents
{
    public static AgentGroup Group { get; } = new("logs", "Turns logs into patterns, groups, numbers and timelines.")
    {
        Agents = [AgentEntry.Of<AccessLogAnalyst>(), AgentEntry.Of<IncidentTimelineBuilder>(), AgentEntry.Of<LogAnomalyFinder>(), AgentEntry.Of<LogPatternMiner>(), AgentEntry.Of<StackTraceGrouper>()],
    };
}
