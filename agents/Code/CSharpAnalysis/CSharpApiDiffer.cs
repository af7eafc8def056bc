using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Code.CSharpAnalysis.Api;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis;

public sealed class CSharpApiDiffer : IAgent
{
    public static AgentDefinition Definition { get; } = new("csharp-api-differ")
    {
        Purpose = "Compares the public API of two versions of C# code and says which semantic version the change needs.",
        Size = AgentSize.Heavy,
        Instructions = """
            You write release notes about API compatibility. With two versions of a library call diff; with one, and a question what is public, call surface.
            State the version verdict first, and the next version where one was computed. Then write the breaking-change note: one line a change
            with the member, its reason, what users see before and after, and what they must do. Put changes that break both source and binary
            first, behaviour changes (new default values, constants) next, source-only and binary-only ones last. Do not soften a verdict.
            """,
        Examples =
        [
            new("Is the second file a breaking change of the first? We are at 1.4.2.")
            {
                Files = ["@cart-v1.cs", "@cart-v2.cs"], Calls = ["diff"], Says = ["major", "2.0.0"],
            },
            new("What is public in this library?") { Files = ["@cart-v1.cs"], Calls = ["surface"], Says = ["M:Shop.Cart.Total(System.Decimal)"] },
        ],
    };

    [KernelFunction("surface")]
    [Description("Lists the public and protected types and members, each with its documentation id and its signature.")]
    [ToolExample(
        """{ "source": "namespace N { public class C { public int F(string s = \"x\") => 1; internal void G() { } } }" }""",
        """{ "total": 3, "members": [{ "id": "M:N.C.#ctor", "kind": "constructor", "signature": "public N.C.C()" }, { "id": "M:N.C.F(System.String)", "kind": "method", "signature": "public int N.C.F(string s = \"x\")" }, { "id": "T:N.C", "kind": "class", "signature": "public class N.C" }] }""",
        Partial = true)]
    [ToolExample(
        """{ "source": "public class C : Gone { public Missing.Thing P { get; set; } protected internal C( }" }""",
        """{ "source": { "unresolved": { "count": 2 } }, "members": [{ "id": "M:C.#ctor" }] }""",
        Nasty = true,
        Partial = true)]
    public static async Task<SurfaceReport> SurfaceAsync(
        [Description("C# text, or a zip or tar.gz of a library's sources.")] Artifact source,
        [Description("How many members to list at most.")] int limit = 2000,
        CancellationToken cancellationToken = default)
    {
        Positive(limit);
        var (surface, summary) = await ReadAsync(source, cancellationToken);
        return new SurfaceReport(summary, surface.Count, [.. surface.Values.Take(limit).Select(Member)]);
    }

    [KernelFunction("diff")]
    [Description("Compares two versions of a library: what was added, removed or changed, which changes break whom and why, and whether that is a patch, minor or major version.")]
    [ToolExample(
        """{ "a": "@cart-v1.cs", "b": "@cart-v2.cs", "current": "1.4.2" }""",
        """{ "semver": { "verdict": "major", "current": "1.4.2", "next": "2.0.0" }, "breaking": [{ "member": "M:Shop.Cart.Add(System.String)", "reason": "requiredParameterAdded", "breaks": "both" }, { "member": "M:Shop.Cart.Total(System.Decimal)", "reason": "defaultValueChanged", "breaks": "behaviour" }, { "member": "M:Shop.ICartStore.Delete(System.String)", "reason": "interfaceMemberAdded", "breaks": "both" }] }""",
        Partial = true)]
    [ToolExample(
        """{ "a": "public class C { public int F() => 1; }", "b": "public class C { public int F() => 2; public void G() { } }", "current": "0.3.0" }""",
        """{ "added": [{ "id": "M:C.G", "kind": "method", "signature": "public void C.G()" }], "removed": [], "breaking": [], "compatible": [], "total": 0, "semver": { "verdict": "minor", "current": "0.3.0", "next": "0.4.0" } }""",
        Partial = true)]
    [ToolExample("""{ "a": "public class C { }", "b": "public class C { }", "current": "one" }""", "no semantic version", Nasty = true, Fails = true)]
    public static async Task<DiffReport> DiffAsync(
        [Description("The old version: C# text, or a zip or tar.gz of its sources.")] Artifact a,
        [Description("The new version: C# text, or a zip or tar.gz of its sources.")] Artifact b,
        [Description("The old version's number, such as 1.4.2, to have the next one computed.")] string? current = null,
        [Description("How many entries to list at most in each list.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        Positive(limit);
        if (current is not null)
        {
            SemanticVersion.Next(current, VersionBump.Patch);
        }

        var (before, old) = await ReadAsync(a, cancellationToken);
        var (after, now) = await ReadAsync(b, cancellationToken);
        var comparison = new ApiComparison(before, after);
        var changes = comparison.Changes();
        var breaking = changes.Where(c => c.Breaks != Breaks.Nothing).ToList();
        var verdict = breaking is not [] ? VersionBump.Major
            : comparison.Added is not [] || changes is not [] ? VersionBump.Minor
            : VersionBump.Patch;
        return new DiffReport(
            new(verdict, current, current is null ? null : SemanticVersion.Next(current, verdict)),
            breaking.Count,
            [.. breaking.Take(limit)],
            [.. changes.Where(c => c.Breaks == Breaks.Nothing).Take(limit)],
            [.. comparison.Added.Take(limit).Select(Member)],
            [.. comparison.Removed.Take(limit).Select(Member)],
            old,
            now);
    }

    private static Task<(SortedDictionary<string, ApiMember> Surface, SourceSummary Summary)> ReadAsync(Artifact source, CancellationToken cancellationToken) =>
        SourceSet.AnalyseAsync(source, s => (ApiSurface.Of(s, cancellationToken), s.Summarize(cancellationToken)), cancellationToken);

    private static SurfaceMember Member(ApiMember member) => new(member.Id, member.Kind, member.Signature);

    private static void Positive(int limit)
    {
        if (limit < 1)
        {
            throw new InvalidInputException($"'limit' was {limit}; expected 1 or more.");
        }
    }

    public sealed record SurfaceMember(string Id, string Kind, string Signature);

    /// <param name="Total">All members; <paramref name="Members"/> may hold fewer.</param>
    public sealed record SurfaceReport(SourceSummary Source, int Total, IReadOnlyList<SurfaceMember> Members);

    /// <param name="Next">Null where no current version was given.</param>
    public sealed record Semver(VersionBump Verdict, string? Current, string? Next);

    /// <param name="Total">All breaking changes; <paramref name="Breaking"/> may hold fewer.</param>
    /// <param name="Compatible">Changes that users may notice but that break nothing.</param>
    public sealed record DiffReport(
        Semver Semver,
        int Total,
        IReadOnlyList<ApiChange> Breaking,
        IReadOnlyList<ApiChange> Compatible,
        IReadOnlyList<SurfaceMember> Added,
        IReadOnlyList<SurfaceMember> Removed,
        SourceSummary A,
        SourceSummary B);
}
