using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Code.CSharpAnalysis.Async;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis;

public sealed class CSharpAsyncAuditor : IAgent
{
    public static AgentDefinition Definition { get; } = new("csharp-async-auditor")
    {
        Purpose = "Finds sync-over-async, lost cancellation tokens, async void and undisposed resources in C# code.",
        Size = AgentSize.Heavy,
        Instructions = """
            You audit asynchronous C# for what fails in production. Always call audit; report its findings only, with rule, file and line.
            Rank them by risk in a running service: deadlocks and lost exceptions first (ASY001 in async code or handlers, ASY003, ASY004, ASY009,
            ASY011, ASY015), then starvation under load (ASY001 elsewhere, ASY012, ASY014), then work that outlives its request (ASY002, ASY005),
            leaks (ASY006), and style last (ASY007, ASY008, ASY013). Give the fix of each as code, following the fix text.
            """,
        Examples =
        [
            new("Will this code hold under load?") { Files = ["@order-sync.cs"], Calls = ["audit"], Says = ["sync-over-async", "ASY001"] },
            new("Is the cancellation token passed on everywhere?") { Files = ["@order-sync.cs"], Calls = ["audit"], Says = ["ASY002"] },
        ],
    };

    [KernelFunction("audit")]
    [Description("Checks asynchronous code by 18 rules: blocking on tasks, tokens not passed on, async void, tasks not awaited, resources not disposed, locks around awaits and more.")]
    [ToolExample(
        """{ "source": "using System.Threading.Tasks;\nclass A\n{\n    int F(Task<int> t) => t.Result;\n}" }""",
        """{ "total": 1, "findings": [{ "rule": "ASY001", "name": "sync-over-async", "severity": "warning", "span": { "file": "input.txt", "line": 4, "column": 27, "endLine": 4, "endColumn": 35 }, "member": "A.F(Task<int>)", "fix": "Make the method async and await the task." }] }""",
        Partial = true)]
    [ToolExample(
        """{ "source": "@order-sync.cs" }""",
        """{ "total": 6, "rules": [{ "rule": "ASY001", "count": 1 }, { "rule": "ASY002", "count": 1 }, { "rule": "ASY003", "count": 1 }, { "rule": "ASY005", "count": 1 }, { "rule": "ASY006", "count": 1 }, { "rule": "ASY012", "count": 1 }], "findings": [{ "rule": "ASY001", "span": { "line": 12 } }, { "rule": "ASY002", "span": { "line": 18 } }, { "rule": "ASY006", "span": { "line": 19 } }, { "rule": "ASY005", "span": { "line": 21 } }, { "rule": "ASY012", "span": { "line": 22 } }, { "rule": "ASY003", "span": { "line": 25 } }] }""",
        Partial = true)]
    [ToolExample(
        """{ "source": "class A { void F(Gone g) { g.SaveAsync(); var x = g.LoadAsync().Result; " }""",
        """{ "total": 2, "findings": [{ "rule": "ASY005" }, { "rule": "ASY001" }] }""",
        Nasty = true,
        Partial = true)]
    public static async Task<AuditReport> AuditAsync(
        [Description("C# text, or a zip or tar.gz of a repository.")] Artifact source,
        [Description("Leave out findings below this: suggestion, warning or error.")] Severity atLeast = Severity.Suggestion,
        [Description("How many findings to list at most.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        if (limit < 1)
        {
            throw new InvalidInputException($"'limit' was {limit}; expected 1 or more.");
        }

        var (audited, summary) = await SourceSet.AnalyseAsync(source, s => (Audit(s, cancellationToken), s.Summarize(cancellationToken)), cancellationToken);
        var findings = audited.Where(f => f.Severity >= atLeast).ToList();
        return new AuditReport(
            summary,
            findings.Count,
            [.. findings.GroupBy(f => (f.Rule, f.Name)).OrderBy(g => g.Key.Rule, StringComparer.Ordinal).Select(g => new RuleCount(g.Key.Rule, g.Key.Name, g.Count()))],
            [.. findings.Take(limit)]);
    }

    private static List<AsyncFinding> Audit(SourceSet sources, CancellationToken cancellationToken)
    {
        List<AsyncFinding> findings = [];
        foreach (var (project, tree) in sources.Trees)
        {
            new AsyncWalker(project.Compilation.GetSemanticModel(tree), findings, cancellationToken).Visit(tree.GetRoot(cancellationToken));
        }

        return
        [
            .. findings.OrderBy(f => f.Span.File, StringComparer.Ordinal).ThenBy(f => f.Span.Line).ThenBy(f => f.Span.Column).ThenBy(f => f.Rule, StringComparer.Ordinal)
        ];
    }

    public sealed record RuleCount(string Rule, string Name, int Count);

    /// <param name="Total">All findings; <paramref name="Findings"/> may hold fewer.</param>
    public sealed record AuditReport(SourceSummary Source, int Total, IReadOnlyList<RuleCount> Rules, IReadOnlyList<AsyncFinding> Findings);
}
