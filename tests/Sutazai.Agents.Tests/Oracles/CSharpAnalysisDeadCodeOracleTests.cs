using CsCheck;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Tests.Oracles;

public class CSharpAnalysisDeadCodeOracleTests
{
    private const string Planted = """
        using System.Text;
        using System.Text.Json;

        public class Planted
        {
            private int _never;
            private int _written = 3;
            private readonly int _fine = 4;

            public int Run(string text)
            {
                int unused;
                var set = 5;
                string kept = JsonSerializer.Serialize(text);
                try { } catch (Exception e) { }
                return kept.Length + _fine;
            }
        }
        """;

    // CS0168 declared and not used, CS0169 field not used, CS0219 assigned and not used, CS0414 field assigned and not used, CS8019 using not needed.
    [Fact]
    public async Task Everything_the_compiler_finds_unused_is_found_on_its_line_and_nothing_else_of_those_kinds()
    {
        var compiler = CSharpAnalysisInputs.Compile(Planted).GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(d => d.Location.SourceTree?.FilePath == "input.txt" && d.Id is "CS0168" or "CS0169" or "CS0219" or "CS0414" or "CS8019" && d.Location.SourceTree!.Length > 200)
            .Select(d => d.Location.GetLineSpan().StartLinePosition.Line + 1)
            .Order();

        var report = await CSharpAnalysisInputs.RunAsync("csharp-dead-code-finder", "unused", new { project = Planted });

        Assert.Equal(compiler, report["symbols"]!.AsArray().Select(s => (int)s!["line"]!));
        Assert.Equal(["using", "field", "field", "local", "local", "local"], report["symbols"]!.AsArray().Select(s => (string)s!["kind"]!));
    }

    [Fact]
    public async Task A_use_in_another_project_counts_and_a_mutual_island_does_not()
    {
        var zip = CSharpAnalysisInputs.Zip(
            ("Directory.Build.props", "<Project><PropertyGroup><ImplicitUsings>enable</ImplicitUsings></PropertyGroup></Project>"),
            ("src/Lib/Lib.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><InternalsVisibleTo Include=\"App\" /></ItemGroup></Project>"),
            ("src/Lib/Lib.cs", "namespace Lib; internal static class Tool { internal static int Used() => 1; internal static int Ping(int n) => Pong(n); internal static int Pong(int n) => Ping(n); }"),
            ("src/Lib/obj/Gone.cs", "class ShouldNotBeRead { }"),
            ("src/App/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup><ItemGroup><ProjectReference Include=\"..\\Lib\\Lib.csproj\" /></ItemGroup></Project>"),
            ("src/App/Program.cs", "Console.WriteLine(Lib.Tool.Used());"));

        var report = await CSharpAnalysisInputs.RunAsync("csharp-dead-code-finder", "unused", new { project = zip });

        Assert.Equal(0, (int)report["source"]!["unresolved"]!["count"]!);
        Assert.Equal(["App", "Lib"], report["source"]!["projects"]!.AsArray().Select(p => (string)p!));
        Assert.Equal(
            ["Lib.Tool.Ping(int) high used only by unused code", "Lib.Tool.Pong(int) high used only by unused code"],
            report["symbols"]!.AsArray().Select(s => $"{s!["symbol"]} {s["confidence"]} {s["because"]}"));
    }

    [Theory]
    [InlineData("[System.Obsolete] private void M() { }", "high")]
    [InlineData("[Fact] private void M() { }", "low")]
    [InlineData("private void M() { } public string N() => nameof(M);", "low")]
    [InlineData("private void M() { } public string N() => \"M\";", "low")]
    [InlineData("private void M(object sender, EventArgs e) { }", "low")]
    [InlineData("private int M { get; set; } public object N() => typeof(A);", "low")]
    [InlineData("private int M() => 1;\n#if OTHER\npublic int N() => M();\n#endif", "low")]
    [InlineData("private int M() => 1; public int N(Gone g) => g.M();", "low")]
    [InlineData("private int M() => M();", "high")]
    public async Task Confidence_falls_where_something_unseen_may_use_the_member(string members, string confidence)
    {
        var report = await CSharpAnalysisInputs.RunAsync("csharp-dead-code-finder", "unused", new { project = $"public class A {{ {members} }}", atLeast = "low" });

        Assert.Equal(confidence, (string)report["symbols"]!.AsArray().First(s => ((string)s!["symbol"]!).StartsWith("A.M", StringComparison.Ordinal))!["confidence"]!);
    }

    [Theory]
    [InlineData("interface I { void M(int x); } class C : I { public void M(int x) { } static void Main() { I i = new C(); i.M(1); } }")]
    [InlineData("abstract class B { protected abstract void M(int x); internal void Go() => M(1); } class C : B { protected override void M(int x) { } static void Main() => new C().Go(); }")]
    [InlineData("class C { readonly int[] _xs = [1]; public IEnumerator<int> GetEnumerator() { foreach (var x in _xs) { yield return x; } } static void Main() { foreach (var x in new C()) { Console.Write(x); } } }")]
    [InlineData("class C { int _n; static void Main() { var c = new C { _n = 1 }; Console.Write(c is { _n: 1 }); } }")]
    [InlineData("record R(int A, string B); class C { static void Main() => Console.Write(new R(1, \"b\")); }")]
    [InlineData("class C(int seed) { int Next() => seed; static void Main() => Console.Write(new C(1).Next()); }")]
    [InlineData("static class E { public static int Twice(this int n) => n * 2; } class C { static void Main() => Console.Write(2.Twice()); }")]
    [InlineData("class C { static void On(int n, string s) => Console.Write(n); static void Main() { Action<int, string> a = On; a(1, \"\"); } }")]
    public async Task What_a_contract_or_the_language_uses_is_not_called_dead(string source)
    {
        Assert.Empty(CSharpAnalysisInputs.Compile(source).Errors());

        var report = await CSharpAnalysisInputs.RunAsync("csharp-dead-code-finder", "unused", new { project = source });

        Assert.Equal("[]", report["symbols"]!.ToJsonString());
    }

    // The second way: the compiler's own control-flow analysis of every statement of random bodies.
    [Fact]
    public async Task Unreachable_spans_are_the_statements_whose_start_the_compiler_does_not_reach()
    {
        List<string> bodies = [];
        Statements.Sample(bodies.Add, iter: 150, threads: 1);
        var checkedBodies = 0;
        foreach (var source in bodies.Distinct().Select(b => $"class A {{ static int F(int n) {{ {b} return 0; }} static void P() {{ }} }}"))
        {
            var compilation = CSharpAnalysisInputs.Compile(source);
            if (compilation.Errors().Any())
            {
                continue;
            }

            checkedBodies++;
            var model = compilation.GetSemanticModel(compilation.SyntaxTrees[0]);
            var statements = (await compilation.SyntaxTrees[0].GetRootAsync(TestContext.Current.CancellationToken)).DescendantNodes().OfType<StatementSyntax>()
                .Where(s => s is not BlockSyntax).ToLookup(s => model.AnalyzeControlFlow(s)!.StartPointIsReachable);

            var report = await CSharpAnalysisInputs.RunAsync("csharp-dead-code-finder", "unreachable", new { source });

            var spans = report["spans"]!.AsArray().Select(s => ((int)s!["span"]!["column"]! - 1, (int)s["span"]!["endColumn"]! - 1)).ToList();
            Assert.All(statements[false], d => Assert.True(spans.Any(s => s.Item1 <= d.SpanStart && d.SpanStart < s.Item2), $"{source}\nmisses {d} at {d.SpanStart}"));
            Assert.All(statements[true], r => Assert.False(spans.Any(s => s.Item1 <= r.SpanStart && r.SpanStart < s.Item2), $"{source}\nadds {r} at {r.SpanStart}"));
        }

        Assert.True(checkedBodies > 30, $"only {checkedBodies} bodies compile");
    }

    private static Gen<string> Statements => Body(4);

    private static Gen<string> Pick(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static Gen<string> Body(int depth) => Statement(depth).List[0, 4].Select(s => string.Join(' ', s));

    private static Gen<string> Statement(int depth)
    {
        var simple = Pick("P();", "n++;", "return n;", "throw new Exception();", "if (n > 1) { return 1; }");
        if (depth == 0)
        {
            return simple;
        }

        var condition = Pick("n > 0", "true", "false", "1 > 2", "n == 3");
        return Gen.OneOf(
            simple,
            Gen.Select(condition, Body(depth - 1), Body(depth - 1), (c, a, b) => $"if ({c}) {{ {a} }} else {{ {b} }}"),
            Gen.Select(condition, Body(depth - 1), (c, a) => $"while ({c}) {{ {a} break; }}"),
            Gen.Select(condition, Body(depth - 1), (c, a) => $"while ({c}) {{ if (n > 5) {{ continue; }} {a} }}"),
            Gen.Select(condition, Body(depth - 1), (c, a) => $"do {{ {a} }} while ({c});"),
            Body(depth - 1).Select(a => $"for (;;) {{ {a} if (n > 9) {{ break; }} }}"),
            Gen.Select(Body(depth - 1), Body(depth - 1), (a, b) => $"switch (n) {{ case 1: {a} break; default: {b} break; }}"),
            Gen.Select(Body(depth - 1), Body(depth - 1), (a, b) => $"try {{ {a} }} catch (Exception) {{ {b} }}"),
            Body(depth - 1).Select(a => $"foreach (var x in new[] {{ n }}) {{ {a} }}"),
            Body(depth - 1).Select(a => $"lock (typeof(int)) {{ {a} }}"));
    }
}
