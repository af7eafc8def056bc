using System.ComponentModel;
using Microsoft.CodeAnalysis;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Code.CSharpAnalysis.DeadCode;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis;

public sealed class CSharpDeadCodeFinder : IAgent
{
    public static AgentDefinition Definition { get; } = new("csharp-dead-code-finder")
    {
        Purpose = "Finds unused members, parameters, locals and usings, and unreachable code.",
        Size = AgentSize.Heavy,
        Instructions = """
            You tell people which C# code they can delete. Call unused for members, parameters, locals and usings, and unreachable for statements
            that never run. List only what the tools return, grouped by confidence: high means delete, medium means look first.
            Separate real dead code from code reached by reflection: quote each doubt that a finding carries, and say what to check to dispel it
            (a container registration, a serializer, a test attribute, a designer file). Never promise that a finding with doubts is dead.
            Removing one member can leave others unused; advise to run again after deleting.
            """,
        Examples =
        [
            new("What can I delete from this project?") { Files = ["@stock-room.cs"], Calls = ["unused"], Says = ["Stock.Room.Recount()", "high"] },
            new("Does any statement in this file never run?") { Files = ["@stock-room.cs"], Calls = ["unreachable"], Says = ["follows a return"] },
        ],
    };

    [KernelFunction("unused")]
    [Description("Lists private and internal members, parameters, locals and usings that nothing uses, with how sure that is and what speaks against it.")]
    [ToolExample(
        """{ "project": "class A\n{\n    private int _n;\n    private void Gone() { }\n    public int Run() => 1;\n    static void Main() => new A().Run();\n}" }""",
        """{ "total": 2, "uncertain": 0, "symbols": [{ "symbol": "A._n", "kind": "field", "confidence": "high", "file": "input.txt", "line": 3, "because": "never used", "doubts": [] }, { "symbol": "A.Gone()", "kind": "method", "confidence": "high", "file": "input.txt", "line": 4, "because": "never used", "doubts": [] }] }""",
        Partial = true)]
    [ToolExample(
        """{ "project": "@stock-room.cs" }""",
        """{ "total": 5, "uncertain": 1, "symbols": [{ "symbol": "using System.Text;", "kind": "using", "line": 3 }, { "symbol": "Stock.Room._seen", "kind": "writeOnlyField", "line": 9 }, { "symbol": "Stock.Room.Recount()", "kind": "method", "line": 26 }, { "symbol": "by in Room.Shelve(int, int)", "kind": "parameter", "line": 28 }, { "symbol": "left in Room.Shelve(int, int)", "kind": "local", "line": 30 }] }""",
        Partial = true)]
    [ToolExample(
        """{ "project": "class A { private void Hook() { } static void Main() => typeof(A).GetMethod(\"Hook\"); }" }""",
        """{ "total": 0, "uncertain": 1, "symbols": [] }""",
        Nasty = true,
        Partial = true)]
    [ToolExample(
        """{ "project": "class A : Missing.Base { internal void OnStart() { } private int Gone( { return 1; } }", "atLeast": "low" }""",
        """{ "source": { "syntaxErrors": { "count": 1 } }, "total": 2, "symbols": [{ "symbol": "A.Gone()", "confidence": "high" }, { "symbol": "A.OnStart()", "confidence": "low" }] }""",
        Nasty = true,
        Partial = true)]
    public static async Task<UnusedReport> UnusedAsync(
        [Description("C# text, or a zip or tar.gz of a whole repository: uses in every project of it count.")] Artifact project,
        [Description("Leave out findings less sure than this: low, medium or high.")] Confidence atLeast = Confidence.Medium,
        [Description("How many findings to list at most.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        if (limit < 1)
        {
            throw new InvalidInputException($"'limit' was {limit}; expected 1 or more.");
        }

        // Unused usings are known only where documentation comments are parsed, because those may need them (dotnet/roslyn#41640).
        return await SourceSet.AnalyseAsync(
            project,
            sources =>
            {
                var found = UnusedCode.Find(sources, cancellationToken);
                var sure = found.Where(f => f.Confidence >= atLeast).ToList();
                return new UnusedReport(sources.Summarize(cancellationToken), sure.Count, found.Count - sure.Count, [.. sure.Take(limit)]);
            },
            cancellationToken,
            DocumentationMode.Parse);
    }

    [KernelFunction("unreachable")]
    [Description("Lists code that never runs: after return, throw, break or continue, after endless loops, under constant conditions, in cases already covered.")]
    [ToolExample(
        """{ "source": "class A\n{\n    int F(int n)\n    {\n        return n;\n        n++;\n    }\n}" }""",
        """{ "total": 1, "spans": [{ "span": { "file": "input.txt", "line": 6, "column": 9, "endLine": 6, "endColumn": 13 }, "because": "follows a return", "code": "n++;" }] }""",
        Partial = true)]
    [ToolExample(
        """{ "source": "class A { void F(Missing m) { while (true) { m.Go(); if (m.Done) { throw m.Error; } } m.After(); L: m.Never(); } }" }""",
        """{ "total": 1, "spans": [{ "because": "follows a loop that does not end", "code": "m.After(); L: m.Never();" }] }""",
        Nasty = true,
        Partial = true)]
    public static async Task<UnreachableReport> UnreachableAsync(
        [Description("C# text, or a zip or tar.gz of a repository.")] Artifact source,
        [Description("How many spans to list at most.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        if (limit < 1)
        {
            throw new InvalidInputException($"'limit' was {limit}; expected 1 or more.");
        }

        return await SourceSet.AnalyseAsync(
            source,
            sources =>
            {
                var spans = UnreachableCode.Find(sources, cancellationToken).ToList();
                return new UnreachableReport(sources.Summarize(cancellationToken), spans.Count, [.. spans.Take(limit)]);
            },
            cancellationToken);
    }

    /// <param name="Total">Findings at least as sure as was asked for; <paramref name="Symbols"/> may hold fewer.</param>
    /// <param name="Uncertain">Findings less sure than that.</param>
    public sealed record UnusedReport(SourceSummary Source, int Total, int Uncertain, IReadOnlyList<UnusedSymbol> Symbols);

    /// <param name="Total">All spans; <paramref name="Spans"/> may hold fewer.</param>
    public sealed record UnreachableReport(SourceSummary Source, int Total, IReadOnlyList<UnreachableSpan> Spans);
}
