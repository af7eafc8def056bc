using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

/// <summary>Everything unused in a source set, in the order of files and lines.</summary>
internal static class UnusedCode
{
    public static List<UnusedSymbol> Find(SourceSet sources, CancellationToken cancellationToken)
    {
        var uses = Uses(sources, cancellationToken);
        var doubts = new Doubts(uses, sources.Projects.Select(p => p.Compilation.AssemblyName ?? "").ToHashSet(StringComparer.Ordinal));
        List<UnusedSymbol> found = [.. new UnusedMembers(sources, uses, doubts, cancellationToken).Find()];
        foreach (var project in sources.Projects.Where(p => p.Trees.Count > 0))
        {
            var unneeded = project.Compilation.GetDiagnostics(cancellationToken).Where(d => d.Id == "CS8019").ToList();
            foreach (var tree in project.Trees)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var inside = new UnusedInside(project.Compilation.GetSemanticModel(tree), uses, doubts, cancellationToken);
                found.AddRange(inside.Find());
                found.AddRange(inside.Usings(unneeded));
            }
        }

        return [.. found.OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Kind).ThenBy(f => f.Symbol, StringComparer.Ordinal)];
    }

    private static SymbolUses Uses(SourceSet sources, CancellationToken cancellationToken)
    {
        var uses = new SymbolUses();
        foreach (var compilation in sources.Projects.Select(p => p.Compilation))
        {
            foreach (var tree in compilation.SyntaxTrees)
            {
                var root = tree.GetRoot(cancellationToken);
                new UseWalker(compilation.GetSemanticModel(tree), uses, cancellationToken).Visit(root);
                if (root.ContainsDirectives)
                {
                    foreach (var left in root.DescendantTrivia().Where(t => t.IsKind(SyntaxKind.DisabledTextTrivia)))
                    {
                        uses.AddWords(left.ToString());
                    }
                }
            }
        }

        foreach (var markup in sources.Markup)
        {
            uses.AddWords(markup.Text);
        }

        return uses;
    }
}
