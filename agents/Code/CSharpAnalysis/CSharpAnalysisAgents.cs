namespace Sutazai.Agents.Code.CSharpAnalysis;

public static class CSharpAnalysisAgents
{
    public static AgentGroup Group { get; } = new("csharp-analysis", "Measures C# source and finds what its compiler does not say.")
    {
        Agents =
        [
            AgentEntry.Of<CSharpMetricsAnalyst>(),
            AgentEntry.Of<CSharpDeadCodeFinder>(),
            AgentEntry.Of<CSharpApiDiffer>(),
            AgentEntry.Of<CSharpAsyncAuditor>(),
            AgentEntry.Of<CSharpDependencyMapper>(),
        ],
    };
}
