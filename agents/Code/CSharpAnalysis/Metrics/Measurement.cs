using Microsoft.CodeAnalysis;
using Sutazai.Agents.Code.CSharpAnalysis.Graphs;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis.Metrics;

/// <summary>Measures every member of a source set.</summary>
internal static class Measurement
{
    public static List<Measured> Of(SourceSet sources, CancellationToken cancellationToken)
    {
        List<Measured> all = [];
        foreach (var (project, tree) in sources.Trees)
        {
            var model = project.Compilation.GetSemanticModel(tree);
            foreach (var member in MeasuredMember.Of(tree.GetRoot(cancellationToken)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Measure(member, model, cancellationToken) is { } measured)
                {
                    all.Add(measured);
                }
            }
        }

        AddRecursion(all);
        return all;
    }

    private static Measured? Measure(MeasuredMember member, SemanticModel model, CancellationToken cancellationToken)
    {
        var walker = new ComplexityWalker(model);
        foreach (var part in member.Parts)
        {
            walker.Visit(part);
        }

        // An initializer without a choice or a function in it is data.
        if (member.Kind == "initializer" && walker.Cyclomatic == 1 && !walker.HasFunction)
        {
            return null;
        }

        var symbol = member.Kind == "topLevel" ? model.GetEnclosingSymbol(member.Parts[0].SpanStart, cancellationToken) : model.GetDeclaredSymbol(member.Declaration, cancellationToken);
        var (first, last) = member.Lines();
        return new Measured(
            symbol,
            symbol is null || member.Kind == "topLevel" ? "<top-level statements>" : SourceNames.Of(symbol),
            member,
            walker,
            first,
            last - first + 1,
            TypeCoupling.Count(member.Parts, model, symbol?.ContainingType, cancellationToken));
    }

    // "Recursion: each method in a recursion cycle, direct or indirect."
    private static void AddRecursion(List<Measured> all)
    {
        Dictionary<ISymbol, Measured> bySymbol = new(SymbolEqualityComparer.Default);
        foreach (var measured in all.Where(m => m.Symbol is IMethodSymbol))
        {
            bySymbol.TryAdd(measured.Symbol!.OriginalDefinition, measured);
        }

        var calls = from caller in bySymbol
                    from called in caller.Value.Walker.Calls
                    let target = called.PartialImplementationPart ?? called
                    where bySymbol.ContainsKey(target)
                    select (caller.Key, (ISymbol)target);
        foreach (var recursive in StrongComponents.Loops(bySymbol.Keys, calls, SymbolEqualityComparer.Default).SelectMany(l => l))
        {
            bySymbol[recursive].Walker.AddRecursion(bySymbol[recursive].Member.Name);
        }
    }
}

internal sealed record Measured(ISymbol? Symbol, string Name, MeasuredMember Member, ComplexityWalker Walker, int Line, int Lines, int Coupling)
{
    public string File => Member.Declaration.SyntaxTree.FilePath;

    public MemberMetrics Metrics => new(Name, Member.Kind, File, Line, Walker.Cyclomatic, Walker.Cognitive, Lines, Coupling);
}

/// <param name="Lines">From the first to the last line of the declaration.</param>
/// <param name="Coupling">Distinct types used.</param>
public sealed record MemberMetrics(string Member, string Kind, string File, int Line, int Cyclomatic, int Cognitive, int Lines, int Coupling);
