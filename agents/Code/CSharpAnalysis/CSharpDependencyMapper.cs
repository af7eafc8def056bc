using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Code.CSharpAnalysis.Dependencies;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis;

public sealed class CSharpDependencyMapper : IAgent
{
    private const int MaxRules = 200;

    public static AgentDefinition Definition { get; } = new("csharp-dependency-mapper")
    {
        Purpose = "Maps which projects and namespaces use which, finds cycles and checks layering rules.",
        Size = AgentSize.Heavy,
        Dependencies = ["neo4j?"],
        Instructions = """
            You map the structure of C# repositories. Call cycles when asked about loops or tangles, layers when the user states who may use whom
            (turn each statement into a rule; the first rule that matches decides), and graph for everything else.
            For each cycle propose the cut that the tool names: which edges go, what lies at their uses, and how to turn the dependency round -
            move the type, extract an interface into the side that is used, or pass the value in. Quote weights; a heavy edge is not the one to cut.
            """,
        Examples =
        [
            new("Are there cycles between these namespaces?") { Files = ["@ring.cs"], Calls = ["cycles"], Says = ["Ring.Billing", "Ring.Stock"] },
            new("Which namespace uses which?") { Files = ["@ring.cs"], Calls = ["graph"], Says = ["Ring.Orders", "Ring.Billing"] },
        ],
    };

    [KernelFunction("graph")]
    [Description("Lists projects and namespaces, and the edges between them: references of projects, and how often one namespace names something of another.")]
    [ToolExample(
        """{ "projects": "namespace A { class X { B.Y y = new B.Y(); } } namespace B { class Y { } }" }""",
        """{ "nodes": [{ "name": "A", "kind": "namespace", "types": 1, "files": 1 }, { "name": "B", "kind": "namespace", "types": 1, "files": 1 }], "edges": [{ "from": "A", "to": "B", "kind": "namespace", "weight": 2, "uses": [{ "file": "input.txt", "line": 1, "symbol": "Y" }] }] }""",
        Partial = true)]
    [ToolExample(
        """{ "projects": "namespace A { class X : B.Gone { Nowhere.Thing t; } " }""",
        """{ "source": { "syntaxErrors": { "count": 1 }, "unresolved": { "count": 2 } }, "nodes": [{ "name": "A" }], "edges": [] }""",
        Nasty = true,
        Partial = true)]
    public static async Task<GraphReport> GraphAsync(
        [Description("A zip or tar.gz of a repository, or C# text.")] Artifact projects,
        [Description("How many edges to list at most; the heaviest stay.")] int limit = 1000,
        CancellationToken cancellationToken = default)
    {
        if (limit < 1)
        {
            throw new InvalidInputException($"'limit' was {limit}; expected 1 or more.");
        }

        var (summary, graph) = await MapAsync(projects, cancellationToken);
        var heaviest = graph.Edges.OrderByDescending(e => e.Kind == NodeKind.Project).ThenByDescending(e => e.Weight).Take(limit).ToHashSet();
        return new GraphReport(summary, graph.Nodes, graph.Edges.Count, [.. graph.Edges.Where(heaviest.Contains)]);
    }

    [KernelFunction("cycles")]
    [Description("Finds groups of projects or namespaces that use each other in a loop, with the lightest edges to cut.")]
    [ToolExample(
        """{ "projects": "@ring.cs" }""",
        """{ "total": 1, "loops": [{ "kind": "namespace", "nodes": ["Ring.Billing", "Ring.Orders", "Ring.Stock"], "path": ["Ring.Billing", "Ring.Stock", "Ring.Orders", "Ring.Billing"], "cut": [{ "from": "Ring.Stock", "to": "Ring.Orders", "weight": 1 }], "cutWeight": 1, "isLightest": true }] }""",
        Partial = true)]
    [ToolExample("""{ "projects": "class A { A Next; B Other; } class B { A Back; }" }""", """{ "total": 0, "loops": [] }""", Nasty = true, Partial = true)]
    public static async Task<CycleReport> CyclesAsync(
        [Description("A zip or tar.gz of a repository, or C# text.")] Artifact projects,
        CancellationToken cancellationToken = default)
    {
        var (summary, graph) = await MapAsync(projects, cancellationToken);
        var loops = graph.Loops(cancellationToken);
        return new CycleReport(summary, loops.Count, loops);
    }

    [KernelFunction("layers")]
    [Description("Checks who may use whom: lists each use that the first matching rule forbids. What no rule matches is allowed.")]
    [ToolExample(
        """{ "projects": "@ring.cs", "rules": [{ "from": "Ring.Stock", "to": "Ring.Orders", "allowed": false }, { "from": "*", "to": "*", "allowed": true }] }""",
        """{ "total": 1, "checked": 3, "violations": [{ "from": "Ring.Stock", "to": "Ring.Orders", "kind": "namespace", "weight": 1, "rule": 1, "uses": [{ "file": "ring.cs", "line": 23, "symbol": "Order" }] }], "unusedRules": [] }""",
        Partial = true)]
    [ToolExample(
        """{ "projects": "@ring.cs", "rules": [{ "from": "Ring.*", "to": "Ring.**Stock", "allowed": true }, { "from": "*a*a*a*a*a*a*b", "to": "*", "allowed": false }] }""",
        """{ "total": 0, "checked": 3, "violations": [], "unusedRules": [2] }""",
        Nasty = true,
        Partial = true)]
    [ToolExample("""{ "projects": "@ring.cs", "rules": [] }""", "'rules' is empty", Nasty = true, Fails = true)]
    public static async Task<LayerReport> LayersAsync(
        [Description("A zip or tar.gz of a repository, or C# text.")] Artifact projects,
        [Description("Rules in order; the first that matches an edge decides. End with {from:'*',to:'*',allowed:false} to forbid everything else.")] IReadOnlyList<LayerRule> rules,
        [Description("How many violations to list at most; the heaviest stay.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        if (limit < 1)
        {
            throw new InvalidInputException($"'limit' was {limit}; expected 1 or more.");
        }

        if (rules.Count is 0 or > MaxRules)
        {
            throw new InvalidInputException(rules.Count == 0
                ? "'rules' is empty; expected at least one rule such as { \"from\": \"Shop.Domain*\", \"to\": \"Shop.Web*\", \"allowed\": false }."
                : $"'rules' has {rules.Count} entries; expected {MaxRules} at most.");
        }

        var (summary, graph) = await MapAsync(projects, cancellationToken);
        List<LayerViolation> violations = [];
        SortedSet<int> used = [];
        foreach (var edge in graph.Edges)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < rules.Count; i++)
            {
                if (rules[i].Matches(edge))
                {
                    used.Add(i + 1);
                    if (!rules[i].Allowed)
                    {
                        violations.Add(new(edge.From, edge.To, edge.Kind, edge.Weight, i + 1, edge.Uses));
                    }

                    break;
                }
            }
        }

        var heaviest = violations.OrderByDescending(v => v.Kind == NodeKind.Project).ThenByDescending(v => v.Weight).Take(limit).ToHashSet();
        return new LayerReport(
            summary, graph.Edges.Count, violations.Count, [.. violations.Where(heaviest.Contains)], [.. Enumerable.Range(1, rules.Count).Except(used)]);
    }

    private static Task<(SourceSummary Summary, DependencyGraph Graph)> MapAsync(Artifact projects, CancellationToken cancellationToken) =>
        SourceSet.AnalyseAsync(projects, s => (s.Summarize(cancellationToken), DependencyGraph.Of(s, cancellationToken)), cancellationToken);

    /// <param name="Total">All edges; <paramref name="Edges"/> may hold fewer.</param>
    public sealed record GraphReport(SourceSummary Source, IReadOnlyList<DependencyNode> Nodes, int Total, IReadOnlyList<DependencyEdge> Edges);

    public sealed record CycleReport(SourceSummary Source, int Total, IReadOnlyList<DependencyLoop> Loops);

    /// <param name="Checked">Edges that the rules were held against.</param>
    /// <param name="Total">All violations; <paramref name="Violations"/> may hold fewer.</param>
    /// <param name="UnusedRules">Numbers of rules that decided nothing.</param>
    public sealed record LayerReport(SourceSummary Source, int Checked, int Total, IReadOnlyList<LayerViolation> Violations, IReadOnlyList<int> UnusedRules);
}
