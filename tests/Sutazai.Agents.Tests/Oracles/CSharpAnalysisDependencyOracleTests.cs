using System.Text.Json.Nodes;
using CsCheck;

namespace Sutazai.Agents.Tests.Oracles;

public class CSharpAnalysisDependencyOracleTests
{
    // Random namespaces of up to six: loops by transitive closure, and the lightest cut by trying every order.
    [Fact]
    public async Task Loops_and_cuts_are_what_brute_force_finds()
    {
        List<int[]> graphs = [];
        Gen.Int[0, 3].Array[36].Sample(graphs.Add, iter: 25, threads: 1);
        foreach (var (graph, nodes) in graphs.Select((g, i) => (g, 2 + (i % 5))))
        {
            int Weight(int from, int to) => from == to || graph[(from * 6) + to] == 3 && (from + to) % 2 == 0 ? 0 : graph[(from * 6) + to] % 3;
            var source = string.Join('\n', Enumerable.Range(0, nodes).Select(n =>
                $"namespace N{n} {{ public class T {{ {string.Join(' ', Enumerable.Range(0, nodes).SelectMany(m => Enumerable.Range(0, Weight(n, m)).Select(k => $"public N{m}.T F{m}_{k};")))} }} }}"));

            var report = await CSharpAnalysisInputs.RunAsync("csharp-dependency-mapper", "cycles", new { projects = source });

            var expected = Components(nodes, Weight);
            Assert.Equal(expected.Select(c => string.Join(' ', c.Select(n => $"N{n}"))), report["loops"]!.AsArray().Select(l => string.Join(' ', l!["nodes"]!.AsArray().Select(n => (string)n!))));
            Assert.Equal(expected.Select(c => LightestCut(c, Weight)), report["loops"]!.AsArray().Select(l => (int)l!["cutWeight"]!));
            Assert.All(report["loops"]!.AsArray(), l => Assert.True(IsRound(l!)));
        }
    }

    [Fact]
    public async Task Projects_that_refer_to_each_other_in_a_loop_are_told_and_still_analysed()
    {
        static string Project(string to) => $"<Project Sdk=\"Microsoft.NET.Sdk\">\n<ItemGroup>\n<ProjectReference Include=\"../{to}/{to}.csproj\" />\n</ItemGroup></Project>";
        var zip = CSharpAnalysisInputs.Zip(
            ("A/A.csproj", Project("B")), ("A/A.cs", "namespace A; public class X { public int N => 1; }"),
            ("B/B.csproj", Project("A")), ("B/B.cs", "namespace B; public class Y { public A.X X = new(); }"),
            ("C/C.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><ProjectReference Include=\"../*/B.csproj\" /></ItemGroup></Project>"), ("C/C.cs", "namespace C; class Z { B.Y Y = new(); }"));

        var report = await CSharpAnalysisInputs.RunAsync("csharp-dependency-mapper", "cycles", new { projects = zip });
        var graph = await CSharpAnalysisInputs.RunAsync("csharp-dependency-mapper", "graph", new { projects = zip });

        var loop = Assert.Single(report["loops"]!.AsArray());
        Assert.Equal(["A", "B", "A"], loop!["path"]!.AsArray().Select(n => (string)n!));
        Assert.Equal("A/A.csproj:3", $"{loop["edges"]![0]!["uses"]![0]!["file"]}:{loop["edges"]![0]!["uses"]![0]!["line"]}");
        Assert.Equal(
            ["A->B 1", "B->A 1", "C->B 1", "B->A 1", "C->B 1"],
            graph["edges"]!.AsArray().Select(e => $"{e!["from"]}->{e["to"]} {e["weight"]}"));
    }

    [Theory]
    [InlineData("[{ \"from\": \"B*\", \"to\": \"*\", \"allowed\": false }]", "B->A")]
    [InlineData("[{ \"from\": \"B\", \"to\": \"A\", \"allowed\": true }, { \"from\": \"*\", \"to\": \"*\", \"allowed\": false }]", "A.Inner->B")]
    [InlineData("[{ \"from\": \"A.*\", \"to\": \"*\", \"allowed\": false }, { \"from\": \"*\", \"to\": \"*\", \"allowed\": true }]", "A.Inner->B")]
    public async Task First_matching_rule_decides(string rules, string violation)
    {
        const string Source = "namespace A { public class X { } } namespace A.Inner { class I { B.Y? y; } } namespace B { public class Y { A.X? x; } }";

        var report = await CSharpAnalysisInputs.RunAsync("csharp-dependency-mapper", "layers", new { projects = Source, rules = JsonNode.Parse(rules) });

        Assert.Equal([violation], report["violations"]!.AsArray().Select(v => $"{v!["from"]}->{v["to"]}"));
    }

    private static List<List<int>> Components(int nodes, Func<int, int, int> weight)
    {
        var reach = new bool[nodes, nodes];
        for (var i = 0; i < nodes; i++)
        {
            for (var j = 0; j < nodes; j++)
            {
                reach[i, j] = weight(i, j) > 0;
            }
        }

        for (var k = 0; k < nodes; k++)
        {
            for (var i = 0; i < nodes; i++)
            {
                for (var j = 0; j < nodes; j++)
                {
                    reach[i, j] |= reach[i, k] && reach[k, j];
                }
            }
        }

        return [.. Enumerable.Range(0, nodes).Where(n => reach[n, n]).GroupBy(n => Enumerable.Range(0, nodes).First(m => reach[n, m] && reach[m, n])).Select(g => g.ToList())];
    }

    private static int LightestCut(List<int> nodes, Func<int, int, int> weight) => Orders(nodes).Min(order =>
        order.SelectMany((from, i) => order.Take(i).Select(to => weight(from, to))).Sum());

    private static IEnumerable<List<int>> Orders(List<int> nodes) => nodes.Count == 0
        ? [[]]
        : nodes.SelectMany(n => Orders([.. nodes.Where(m => m != n)]).Select(rest => (List<int>)[n, .. rest]));

    private static bool IsRound(JsonNode loop)
    {
        var path = loop["path"]!.AsArray().Select(n => (string)n!).ToList();
        var edges = loop["edges"]!.AsArray().Select(e => ((string)e!["from"]!, (string)e["to"]!)).ToHashSet();
        return path[0] == path[^1] && path.Zip(path.Skip(1)).All(edges.Contains);
    }
}
