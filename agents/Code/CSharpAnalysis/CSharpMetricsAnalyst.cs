using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Code.CSharpAnalysis.Metrics;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis;

public sealed class CSharpMetricsAnalyst : IAgent
{
    private const int MostIncrements = 12;

    public static AgentDefinition Definition { get; } = new("csharp-metrics-analyst")
    {
        Purpose = "Measures complexity, coupling and size of every member of C# code.",
        Size = AgentSize.Heavy,
        Instructions = """
            You judge how hard C# members are to read and test. Call hotspots first when asked what to improve; call metrics when asked about
            numbers of members or of the whole. Report the numbers exactly as the tools return them.
            Cyclomatic complexity counts ways through a member (1 plus each decision); cognitive complexity counts effort to read it.
            Name the member to split first and say how: cut at the increments with the most nesting, turn nested conditions into early
            returns, move a loop's body into a method of its own. A cognitive complexity above 15, or a cyclomatic one above 10, is worth a split.
            If syntax errors or unresolved names are reported, say that the numbers around them are a lower bound.
            """,
        Examples =
        [
            new("Which method of this file should we split first?")
            {
                Files = ["@shipping-quote.cs"], Calls = ["hotspots"], Says = ["Shop.Quotes.ShippingQuote.Price(Parcel, Country)"],
            },
            new("How complex is each member here?")
            {
                Files = ["@shipping-quote.cs"], Calls = ["metrics"], Says = ["Shop.Quotes.ShippingQuote.Zone(Country)", "Shop.Quotes.ShippingQuote.Factorial(int)"],
            },
        ],
    };

    [KernelFunction("metrics")]
    [Description("Measures every member with code: cyclomatic complexity, cognitive complexity, lines and coupling (distinct types used). Ordered by file and line.")]
    [ToolExample(
        """{ "source": "class A\n{\n    int Max(int[] xs)\n    {\n        var best = 0;\n        foreach (var x in xs)\n        {\n            if (x > best && x < 100)\n            {\n                best = x;\n            }\n        }\n        return best;\n    }\n}" }""",
        """{ "total": 1, "members": [{ "member": "A.Max(int[])", "kind": "method", "line": 3, "cyclomatic": 4, "cognitive": 4, "lines": 12, "coupling": 0 }] }""",
        Partial = true)]
    [ToolExample(
        """{ "source": "@shipping-quote.cs" }""",
        """{ "total": 3, "members": [{ "member": "Shop.Quotes.ShippingQuote.Price(Parcel, Country)", "cyclomatic": 9, "cognitive": 12 }, { "member": "Shop.Quotes.ShippingQuote.Zone(Country)", "cyclomatic": 3, "cognitive": 1 }, { "member": "Shop.Quotes.ShippingQuote.Factorial(int)", "cyclomatic": 2, "cognitive": 2 }] }""",
        Partial = true)]
    [ToolExample(
        """{ "source": "class A { void M( { if (true) } int Ok() => 1;" }""",
        """{ "source": { "files": 1 }, "members": [{ "member": "A.M()" }] }""",
        Nasty = true,
        Partial = true)]
    [ToolExample("""{ "source": "" }""", "holds no C# source", Nasty = true, Fails = true)]
    public static async Task<MetricsReport> MetricsAsync(
        [Description("C# text, or a zip or tar.gz of a repository.")] Artifact source,
        [Description("How many members to list at most.")] int limit = 1000,
        CancellationToken cancellationToken = default)
    {
        Positive(limit, nameof(limit));
        return await SourceSet.AnalyseAsync(
            source,
            sources =>
            {
                var all = Measurement.Of(sources, cancellationToken);
                return new MetricsReport(
                    sources.Summarize(cancellationToken),
                    all.Count,
                    all.Sum(m => m.Walker.Cyclomatic),
                    all.Sum(m => m.Walker.Cognitive),
                    [.. all.OrderBy(m => m.File, StringComparer.Ordinal).ThenBy(m => m.Line).ThenBy(m => m.Member.Name.SpanStart).Take(limit).Select(m => m.Metrics)]);
            },
            cancellationToken);
    }

    [KernelFunction("hotspots")]
    [Description("Ranks the members that are hardest to read: by cognitive complexity, then cyclomatic, then coupling, then lines. Each with the lines that make it so.")]
    [ToolExample(
        """{ "source": "@shipping-quote.cs", "n": 1 }""",
        """{ "total": 3, "members": [{ "rank": 1, "metrics": { "member": "Shop.Quotes.ShippingQuote.Price(Parcel, Country)", "cognitive": 12 }, "increments": [{ "construct": "if", "amount": 3, "nesting": 2 }] }] }""",
        Partial = true)]
    [ToolExample(
        """{ "source": "class A { int F(int n) => n < 2 ? 1 : n * F(n - 1); int G() => 1; }", "n": 5 }""",
        """{ "total": 2, "members": [{ "rank": 1, "metrics": { "member": "A.F(int)", "cyclomatic": 2, "cognitive": 2 }, "increments": [{ "line": 1, "construct": "?:", "amount": 1 }, { "line": 1, "construct": "recursion", "amount": 1 }] }, { "rank": 2, "metrics": { "member": "A.G()", "cyclomatic": 1, "cognitive": 0 }, "increments": [] }] }""",
        Partial = true)]
    [ToolExample("""{ "source": "class A { }", "n": 0 }""", "'n' was 0", Nasty = true, Fails = true)]
    public static async Task<HotspotReport> HotspotsAsync(
        [Description("C# text, or a zip or tar.gz of a repository.")] Artifact source,
        [Description("How many members to name.")] int n = 10,
        CancellationToken cancellationToken = default)
    {
        Positive(n, nameof(n));
        return await SourceSet.AnalyseAsync(
            source,
            sources =>
            {
                var all = Measurement.Of(sources, cancellationToken);
                return new HotspotReport(sources.Summarize(cancellationToken), all.Count, [.. Ranked(all).Take(n).Select((m, i) => new Hotspot(i + 1, m.Metrics, Largest(m)))]);
            },
            cancellationToken);
    }

    private static IEnumerable<Measured> Ranked(List<Measured> all) => all
        .OrderByDescending(m => m.Walker.Cognitive)
        .ThenByDescending(m => m.Walker.Cyclomatic)
        .ThenByDescending(m => m.Coupling)
        .ThenByDescending(m => m.Lines)
        .ThenBy(m => m.File, StringComparer.Ordinal)
        .ThenBy(m => m.Line);

    private static IReadOnlyList<Increment> Largest(Measured member) =>
        [.. member.Walker.Increments.OrderByDescending(x => x.Amount).ThenBy(x => x.Line).Take(MostIncrements)];

    private static void Positive(int value, string name)
    {
        if (value < 1)
        {
            throw new InvalidInputException($"'{name}' was {value}; expected 1 or more.");
        }
    }

    /// <param name="Total">All members measured; <paramref name="Members"/> may hold fewer.</param>
    public sealed record MetricsReport(SourceSummary Source, int Total, int Cyclomatic, int Cognitive, IReadOnlyList<MemberMetrics> Members);

    public sealed record HotspotReport(SourceSummary Source, int Total, IReadOnlyList<Hotspot> Members);

    /// <param name="Increments">The largest parts of its cognitive complexity.</param>
    public sealed record Hotspot(int Rank, MemberMetrics Metrics, IReadOnlyList<Increment> Increments);
}
