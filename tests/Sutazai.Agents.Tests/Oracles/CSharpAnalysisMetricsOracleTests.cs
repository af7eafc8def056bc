using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Sutazai.Agents.Tests.Oracles;

public class CSharpAnalysisMetricsOracleTests
{
    // Counted by hand from the rules: cyclomatic as Visual Studio's, cognitive after SonarSource's paper, whose own examples carry its numbers.
    [Theory]
    [InlineData("int SumOfPrimes(int max) { var total = 0; for (var i = 1; i <= max; ++i) { for (var j = 2; j < i; ++j) { if (i % j == 0) { goto OUT; } } total += i; OUT: ; } return total; }", 4, 7)]
    [InlineData("string GetWords(int n) { switch (n) { case 1: return \"one\"; case 2: return \"a couple\"; case 3: return \"a few\"; default: return \"lots\"; } }", 5, 1)]
    [InlineData("string Name(int n) => n switch { 1 => \"one\", 2 or 3 => \"few\", > 3 and < 9 => \"many\", _ => \"lots\" };", 6, 3)]
    [InlineData("void M(bool a, bool b, bool c, bool d, bool e, bool f) { if (a && b && c || d || e && f) { } }", 7, 4)]
    [InlineData("void M(bool a, bool b, bool c) { if (a && !(b && c)) { } }", 4, 3)]
    [InlineData("void M(bool a, bool b, bool c) { if (a && (b && c)) { } }", 4, 2)]
    [InlineData("void M() { try { if (true) { for (;;) { while (true) { } } } } catch (Exception) { if (true) { } } }", 5, 9)]
    [InlineData("void M() { Action r = () => { if (true) { } }; }", 2, 2)]
    [InlineData("int M(int n) => n <= 1 ? 1 : n * M(n - 1);", 2, 2)]
    [InlineData("bool Even(int n) => n == 0 || Odd(n - 1); bool Odd(int n) => n != 0 && Even(n - 1);", 2, 2)]
    [InlineData("int M(string? s, string? t) => (s ?? t)?.Length ?? 0;", 4, 0)]
    [InlineData("void M(List<int>? x) { x ??= []; }", 2, 0)]
    [InlineData("bool M(bool a, bool b) => a & b | a;", 3, 0)]
    [InlineData("int M(int a, int b) => a & b | a;", 1, 0)]
    [InlineData("int M(int n) { return Local(n); int Local(int k) { if (k > 0) { return Local(k - 1); } return 0; } }", 2, 3)]
    [InlineData("int P { get { if (true) { return 1; } return 2; } }", 2, 1)]
    [InlineData("int M(object o) { switch (o) { case int i when i > 0: return 1; case string: return 2; } return 0; }", 4, 1)]
    [InlineData("void M(int a) { if (a == 1) { } else if (a == 2) { } else if (a == 3) { } else { } }", 4, 4)]
    [InlineData("async Task M(IAsyncEnumerable<int> xs) { await foreach (var x in xs) { do { } while (x > 0); } }", 3, 3)]
    public async Task Known_members_have_their_known_numbers(string member, int cyclomatic, int cognitive)
    {
        var report = await CSharpAnalysisInputs.RunAsync("csharp-metrics-analyst", "metrics", new { source = $"class A {{ {member} }}" });

        Assert.Equal(0, (int)report["source"]!["syntaxErrors"]!["count"]!);
        Assert.Equal((cyclomatic, cognitive), ((int)report["members"]![0]!["cyclomatic"]!, (int)report["members"]![0]!["cognitive"]!));
    }

    // The second way: Visual Studio's count over the compiler's operations instead of over syntax, on this repository's own classic code.
    [Fact]
    public async Task Cyclomatic_complexity_is_what_the_operations_of_a_body_say()
    {
        const string Source = """
            class A
            {
                int F(int[] xs, string? s, bool p, bool q)
                {
                    var n = s?.Length ?? -1;
                    foreach (var x in xs) { n += x > 3 && p || q ? 1 : 2; }
                    for (var i = 0; i < 3; i++) { if (p & q) { n++; } }
                    switch (n) { case 1: case 2: n = 3; break; default: n = 4; break; }
                    while (n > 0) { n--; }
                    do { n++; } while (n < 0);
                    Func<int, bool> f = k => k > 1 || p;
                    return n;
                }

                static bool G(object? o) => o?.ToString()?.Length > 3 && o is string;
            }
            """;
        var compilation = CSharpAnalysisInputs.Compile(Source);
        var model = compilation.GetSemanticModel(compilation.SyntaxTrees[0]);
        var expected = (await compilation.SyntaxTrees[0].GetRootAsync(TestContext.Current.CancellationToken)).DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Select(m => 1 + model.GetOperation(m, TestContext.Current.CancellationToken)!.Descendants().Count(o => !o.IsImplicit && IsChoice(o)));

        var report = await CSharpAnalysisInputs.RunAsync("csharp-metrics-analyst", "metrics", new { source = Source });

        Assert.Equal(expected, report["members"]!.AsArray().Select(m => (int)m!["cyclomatic"]!));
    }

    [Fact]
    public async Task Every_kind_of_member_is_measured_once()
    {
        const string Source = """
            var top = args.Length > 0 ? 1 : 2;
            Console.WriteLine(top);

            partial class A
            {
                private readonly Func<int, bool> _f = x => x > 0 && x < 9;
                private int _data = 3;
                public A() { }
                ~A() { }
                public int Auto { get; set; }
                public int Arrow => 1;
                public int Both { get => 1; set { } }
                public int this[int i] => i;
                public static A operator +(A a, A b) => a;
                public static implicit operator int(A a) => 1;
                public event Action E { add { } remove { } }
                partial void Nothing();
            }
            """;

        var report = await CSharpAnalysisInputs.RunAsync("csharp-metrics-analyst", "metrics", new { source = Source });

        Assert.Equal(
            ["topLevel", "initializer", "constructor", "finalizer", "accessor", "accessor", "accessor", "accessor", "operator", "operator", "accessor", "accessor"],
            report["members"]!.AsArray().Select(m => (string)m!["kind"]!));
    }

    [Fact]
    public async Task Coupling_counts_each_type_once_and_a_missing_one_by_its_name()
    {
        const string Source = "class B { } class A { Gone? F(B b, B c) { var u = new Uri(\"x:y\"); Console.WriteLine(u); int i = 0; Gone? g = null; return g; } }";

        var report = await CSharpAnalysisInputs.RunAsync("csharp-metrics-analyst", "metrics", new { source = Source });

        // B, Uri, Console, Gone.
        Assert.Equal(4, (int)report["members"]![0]!["coupling"]!);
    }

    private static bool IsChoice(IOperation operation) => operation.Kind switch
    {
        OperationKind.CaseClause or OperationKind.Coalesce or OperationKind.Conditional or OperationKind.ConditionalAccess or OperationKind.Loop => true,
        OperationKind.Binary => (IBinaryOperation)operation is var b
            && (b.OperatorKind is BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr
                || (b.OperatorKind is BinaryOperatorKind.And or BinaryOperatorKind.Or && b.Type?.SpecialType == SpecialType.System_Boolean)),
        _ => false,
    };
}
