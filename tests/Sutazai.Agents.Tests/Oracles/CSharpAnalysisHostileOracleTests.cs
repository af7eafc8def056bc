using System.Text;
using System.Text.Json.Nodes;

namespace Sutazai.Agents.Tests.Oracles;

public class CSharpAnalysisHostileOracleTests
{
    public static TheoryData<string, string, string> Tools => new()
    {
        { "csharp-metrics-analyst", "metrics", "source" },
        { "csharp-metrics-analyst", "hotspots", "source" },
        { "csharp-dead-code-finder", "unused", "project" },
        { "csharp-dead-code-finder", "unreachable", "source" },
        { "csharp-api-differ", "surface", "source" },
        { "csharp-async-auditor", "audit", "source" },
        { "csharp-dependency-mapper", "graph", "projects" },
        { "csharp-dependency-mapper", "cycles", "projects" },
    };

    [Theory, MemberData(nameof(Tools))]
    public async Task Nesting_deeper_than_the_stack_is_refused(string agent, string tool, string parameter)
    {
        foreach (var (open, close) in new[] { ("(", ")"), ("[", "]"), ("{", "}"), ("!", ""), ("1+", "1"), ("a.", "b"), ("x => ", "x"), ("if (a) {", "}"), ("A<", ">"), ("a ? b : ", "c"), ("a?.b", ""), ("A</*;*/", ""), ("$\"{", ""), ("(int)", ""), ("await ", "") })
        {
            // The parser takes time that grows with the square of this one; nothing before it knows a comment.
            var times = open.Contains('/', StringComparison.Ordinal) ? 2_000 : 10_000;
            var source = $"class C {{ void M() {{ var y = {Repeat(open, times)}1{Repeat(close is "1" or "b" or "x" or "c" ? "" : close, times)}; }} }}";

            try
            {
                var report = await CSharpAnalysisInputs.RunAsync(agent, tool, Arguments(parameter, source));

                // Some of these stop being nested where the parser gives up and starts again.
                Assert.True((int)report["source"]!["syntaxErrors"]!["count"]! > 0, open);
            }
            catch (InvalidInputException e)
            {
                Assert.Contains("nested deeper", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task A_text_of_9_megabytes_on_one_line_is_analysed(string agent, string tool, string parameter)
    {
        var text = new StringBuilder("class C { const string S = \"");
        text.Append('x', 9_000_000).Append("\"; public int M(int a) => a > 1 ? 2 : 3; }");

        var report = await CSharpAnalysisInputs.RunAsync(agent, tool, Arguments(parameter, text.ToString()));

        Assert.Equal(1, (int)report["source"]!["lines"]!);
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task Broken_text_is_reported_and_the_rest_analysed(string agent, string tool, string parameter)
    {
        var report = await CSharpAnalysisInputs.RunAsync(agent, tool, Arguments(parameter, "class C { \0 void M( { public int N() => 1; } namespace \uFFFF }}}} #if\nclass"));

        Assert.True((int)report["source"]!["syntaxErrors"]!["count"]! > 0);
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task Same_input_gives_the_same_bytes(string agent, string tool, string parameter)
    {
        var repository = CSharpAnalysisInputs.Zip(
            ("a/A.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><PackageReference Include=\"Gone\" /></ItemGroup></Project>"),
            ("a/One.cs", "using Gone; namespace A; internal class One { private int _x; public async Task M(Two t) { t.GoAsync(); } }"),
            ("b/B.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\""),
            ("b/Two.cs", "namespace B { public class Two { A.One? o; } } namespace A { public class Three { B.Two? t; } }"));

        var first = await CSharpAnalysisInputs.RunAsync(agent, tool, Arguments(parameter, repository));
        var second = await CSharpAnalysisInputs.RunAsync(agent, tool, Arguments(parameter, repository));

        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        Assert.Equal("b/B.csproj", (string)first["source"]!["skipped"]![0]!["file"]!);
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task Cancelled_before_it_starts_it_does_not_run(string agent, string tool, string parameter)
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Catalog.RunAsync(agent, tool, Arguments(parameter, "class C { void M() { } }").ToJsonString(), cancelled.Token));
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task The_products_own_source_is_analysed_whole(string agent, string tool, string parameter)
    {
        var report = await CSharpAnalysisInputs.RunAsync(agent, tool, Arguments(parameter, CSharpAnalysisInputs.Product()));

        Assert.Equal(0, (int)report["source"]!["syntaxErrors"]!["count"]!);
        Assert.Contains("Sutazai.Agents.Code", report["source"]!["projects"]!.AsArray().Select(p => (string)p!));
    }

    [Fact]
    public async Task Archive_with_one_hostile_file_leaves_it_out()
    {
        var zip = CSharpAnalysisInputs.Zip(("Deep.cs", $"class D {{ int x = {Repeat("(", 10_000)}1{Repeat(")", 10_000)}; }}"), ("Good.cs", "class G { int M() => 1; }"));

        var report = await CSharpAnalysisInputs.RunAsync("csharp-metrics-analyst", "metrics", new { source = zip });

        Assert.Equal("Deep.cs", (string)report["source"]!["skipped"]![0]!["file"]!);
        Assert.Equal("G.M()", (string)report["members"]![0]!["member"]!);
    }

    [Fact]
    public async Task Truncated_archive_is_refused()
    {
        var zip = CSharpAnalysisInputs.Zip(("A.cs", "class A { }"));
        var bytes = Convert.FromBase64String((string)JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(zip))!["base64"]!);

        await Assert.ThrowsAsync<InvalidInputException>(() => CSharpAnalysisInputs.RunAsync(
            "csharp-metrics-analyst", "metrics", new { source = new { name = "cut.zip", base64 = Convert.ToBase64String(bytes[..^20]) } }));
    }

    private static string Repeat(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();

    private static JsonObject Arguments(string parameter, object source) => new() { [parameter] = System.Text.Json.JsonSerializer.SerializeToNode(source) };
}
