using Microsoft.CodeAnalysis;

namespace Sutazai.Agents.Tests.Oracles;

public class CSharpAnalysisApiOracleTests
{
    // Each row: v1, v2, a consumer that compiles against v1, the reason expected (none where nothing breaks).
    public static TheoryData<string, string, string, string?> Pairs => new()
    {
        { "public class C { public void M() { } }", "public class C { }", "new C().M();", "removedMember" },
        { "public class C { public int M() => 1; }", "public class C { public long M() => 1; }", "int x = new C().M();", "returnTypeChanged" },
        { "public class C { public void M(int a) { } }", "public class C { public void M(int a, int b) { } }", "new C().M(1);", "requiredParameterAdded" },
        { "public class C { public void M(int a) { } }", "public class C { public void M(int b) { } }", "new C().M(a: 1);", "parameterRenamed" },
        { "public class C { public void M(int a = 1) { } }", "public class C { public void M(int a) { } }", "new C().M();", "defaultValueRemoved" },
        { "public class C { }", "public sealed class C { }", "D.X(); class D : C { public static void X() { } }", "sealedAdded" },
        { "public abstract class C { }", "public abstract class C { public abstract void M(); }", "D.X(); class D : C { public static void X() { } }", "abstractMemberAdded" },
        { "public interface I { }", "public interface I { void M(); }", "D.X(); class D : I { public static void X() { } }", "interfaceMemberAdded" },
        { "public interface I { }", "public interface I { void M() { } }", "D.X(); class D : I { public static void X() { } }", null },
        { "public class C { public int P { get; set; } }", "public class C { public int P { get; } }", "new C().P = 1;", "setterRemoved" },
        { "public class C { public int P { get; set; } }", "public class C { public int P { get; init; } }", "new C().P = 1;", "setterMadeInit" },
        { "public class C { public void M() { } }", "public class C { protected void M() { } }", "new C().M();", "accessibilityLowered" },
        { "public class C { public void M<T>(T t) { } }", "public class C { public void M<T>(T t) where T : struct { } }", "new C().M(\"\");", "constraintAdded" },
        { "public class C { public int F; }", "public class C { public readonly int F; }", "new C().F = 1;", "readOnlyAdded" },
        { "public class C { public static void M() { } }", "public class C { public void M() { } }", "C.M();", "staticChanged" },
        { "public class C { public virtual void M() { } }", "public class C { public void M() { } }", "D.X(); class D : C { public static void X() { } public override void M() { } }", "virtualRemoved" },
        { "public class C : IDisposable { public void Dispose() { } }", "public class C { public void Dispose() { } }", "IDisposable d = new C();", "interfaceRemoved" },
        { "public class C { }", "public class C { public C(int n) { } }", "new C();", "requiredParameterAdded" },
        { "public class C { public int P { get; set; } }", "public class C { public required int P { get; set; } }", "new C();", "requiredMemberAdded" },
        { "public class C { public void M(int a) { } }", "public class C { public void M(ref int a) { } }", "new C().M(1);", "parameterModifierChanged" },
        { "public class C { public void M(string a) { } }", "public class C { public void M(int a) { } }", "new C().M(\"\");", "parameterTypesChanged" },
        { "public enum E { A }", "public enum E : long { A }", "int x = (int)E.A; const int y = (int)E.A; sizeof(int).ToString(); E e = (E)x; Enum.GetUnderlyingType(typeof(E));", "enumTypeChanged" },
        { "public class B { public void M() { } } public class C : B { }", "public class B { public void M() { } } public class C { }", "new C().M();", "baseTypeChanged" },
        { "public class B { } public class C : B { public void M() { } }", "public class B { public void M() { } } public class C : B { }", "new C().M();", null },
        { "public class C { public void M() { } }", "public class C { public void M() { } public void N() { } }", "new C().M();", null },
        { "public class C { public object M(string? s) => 1; }", "public class C { public object? M(string? s) => 1; }", "new C().M(null);", null },
        { "public interface I<T> { T M(); }", "public interface I<out T> { T M(); }", "I<string> i = null!;", null },
        { "public interface I<out T> { T M(); }", "public interface I<T> { T M(); }", "I<object> i = (I<string>)null!;", "varianceChanged" },
        { "public class C { protected void M() { } }", "public class C { internal void M() { } }", "D.X(); class D : C { public static void X() { } void Y() => M(); }", "removedMember" },
        { "public record R(int A);", "public record R(int A, int B);", "new R(1);", "requiredParameterAdded" },
    };

    [Theory, MemberData(nameof(Pairs))]
    public async Task Verdict_is_what_compiling_a_consumer_shows(string v1, string v2, string consumer, string? reason)
    {
        var builds = Consume(v1, consumer);
        var stillBuilds = Consume(v2, consumer);

        var report = await CSharpAnalysisInputs.RunAsync("csharp-api-differ", "diff", new { a = v1, b = v2, current = "1.2.3" });

        Assert.Empty(builds);
        var reasons = report["breaking"]!.AsArray().Select(c => (string)c!["reason"]!).ToList();
        if (stillBuilds.Count > 0)
        {
            Assert.Equal("major", (string)report["semver"]!["verdict"]!);
            Assert.Equal("2.0.0", (string)report["semver"]!["next"]!);
        }

        if (reason is null)
        {
            Assert.Empty(stillBuilds);
            Assert.Equal("minor", (string)report["semver"]!["verdict"]!);
        }
        else
        {
            Assert.Contains(reason, reasons);
        }
    }

    // What rebuilding does not show: programs built against v1 keep the old constants, or find no method of the old shape.
    [Theory]
    [InlineData("public class C { public const int K = 1; }", "public class C { public const int K = 2; }", "constantChanged", "behaviour")]
    [InlineData("public enum E { A, B }", "public enum E { B, A }", "enumValueChanged", "behaviour")]
    [InlineData("public class C { public void M(int a = 1) { } }", "public class C { public void M(int a = 2) { } }", "defaultValueChanged", "behaviour")]
    [InlineData("public class C { public void M() { } }", "public class C { public void M(int a = 2) { } }", "optionalParameterAdded", "binary")]
    public async Task What_only_built_programs_feel_is_named_so(string v1, string v2, string reason, string breaks)
    {
        var report = await CSharpAnalysisInputs.RunAsync("csharp-api-differ", "diff", new { a = v1, b = v2 });

        Assert.Equal("major", (string)report["semver"]!["verdict"]!);
        Assert.All(report["breaking"]!.AsArray(), c => Assert.Equal((reason, breaks), ((string)c!["reason"]!, (string)c["breaks"]!)));
    }

    [Theory]
    [InlineData("1.2.3", "1.2.4")]
    [InlineData("0.2.3", "0.2.4")]
    [InlineData("2.0.0-beta.9", "2.0.0-beta.10")]
    [InlineData("2.0.0-rc", "2.0.0-rc.1")]
    public async Task Nothing_changed_is_a_patch(string current, string next)
    {
        const string Source = "public class C { public int M(string s, params int[] xs) => 1; internal void N() { } }";

        var report = await CSharpAnalysisInputs.RunAsync("csharp-api-differ", "diff", new { a = Source, b = Source.Replace("internal", "private", StringComparison.Ordinal), current });

        Assert.Equal(("patch", next), ((string)report["semver"]!["verdict"]!, (string)report["semver"]!["next"]!));
    }

    private static List<string> Consume(string library, string consumer)
    {
        using var image = new MemoryStream();
        Assert.True(CSharpAnalysisInputs.Compile(library).WithAssemblyName("library").Emit(image, cancellationToken: TestContext.Current.CancellationToken).Success);
        var compilation = CSharpAnalysisInputs.Compile(consumer, MetadataReference.CreateFromImage(image.ToArray()));
        return [.. compilation.WithOptions(compilation.Options.WithOutputKind(OutputKind.ConsoleApplication)).Errors()];
    }
}
