using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sutazai.Agents.Code.CSharpAnalysis.Graphs;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis.Dependencies;

public enum NodeKind
{
    Project,
    Namespace,
}

/// <param name="Types">Declared in it.</param>
public sealed record DependencyNode(string Name, NodeKind Kind, int Types, int Files);

/// <param name="Weight">For namespaces, how often sources of one name something of the other; for projects 1, the reference.</param>
/// <param name="Uses">The first places.</param>
public sealed record DependencyEdge(string From, string To, NodeKind Kind, int Weight, IReadOnlyList<DependencyUse> Uses);

public sealed record DependencyUse(string File, int Line, string Symbol);

/// <summary>Projects and the references between them; namespaces and how much each names of the others.</summary>
internal sealed class DependencyGraph
{
    private const int FirstUses = 3;
    private const int MostEdges = 100;

    private readonly Dictionary<string, (HashSet<string> Types, HashSet<string> Files)> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To), (int Weight, List<DependencyUse> Uses)> _uses = [];

    private DependencyGraph()
    {
    }

    public IReadOnlyList<DependencyNode> Nodes { get; private set; } = [];

    public IReadOnlyList<DependencyEdge> Edges { get; private set; } = [];

    public static DependencyGraph Of(SourceSet sources, CancellationToken cancellationToken)
    {
        var graph = new DependencyGraph();
        foreach (var (project, tree) in sources.Trees)
        {
            graph.Add(tree, project.Compilation.GetSemanticModel(tree), cancellationToken);
        }

        var projects = sources.Projects.Where(p => p.Path is not null).ToList();
        graph.Nodes =
        [
            .. projects.Select(p => new DependencyNode(p.Name, NodeKind.Project, TypesOf(p, cancellationToken), p.Trees.Count)).OrderBy(n => n.Name, StringComparer.Ordinal),
            .. graph._namespaces.Select(n => new DependencyNode(n.Key, NodeKind.Namespace, n.Value.Types.Count, n.Value.Files.Count)).OrderBy(n => n.Name, StringComparer.Ordinal),
        ];
        graph.Edges =
        [
            .. sources.ProjectReferences.Select(r => new DependencyEdge(r.From, r.To, NodeKind.Project, 1, [new(r.File, r.Line, r.To)]))
                .OrderBy(e => e.From, StringComparer.Ordinal).ThenBy(e => e.To, StringComparer.Ordinal),
            .. graph._uses.Select(u => new DependencyEdge(u.Key.From, u.Key.To, NodeKind.Namespace, u.Value.Weight, u.Value.Uses))
                .OrderBy(e => e.From, StringComparer.Ordinal).ThenBy(e => e.To, StringComparer.Ordinal),
        ];
        return graph;
    }

    public IReadOnlyList<DependencyLoop> Loops(CancellationToken cancellationToken)
    {
        List<DependencyLoop> loops = [];
        foreach (var kind in Enum.GetValues<NodeKind>())
        {
            var edges = Edges.Where(e => e.Kind == kind).ToList();
            foreach (var nodes in StrongComponents.Loops(
                Nodes.Where(n => n.Kind == kind).Select(n => n.Name), edges.Select(e => (e.From, e.To)), StringComparer.Ordinal))
            {
                var inside = nodes.ToHashSet(StringComparer.Ordinal);
                var within = edges.Where(e => inside.Contains(e.From) && inside.Contains(e.To)).ToList();
                var (cut, isLightest) = FeedbackArcs.Cut([.. nodes.Order(StringComparer.Ordinal)], within, cancellationToken);
                loops.Add(new(kind, [.. nodes.Order(StringComparer.Ordinal)], Shortest([.. nodes.Order(StringComparer.Ordinal)], within), within.Count, [.. within.OrderByDescending(e => e.Weight).Take(MostEdges)], cut, cut.Sum(c => c.Weight), isLightest));
            }
        }

        return loops;
    }

    private static int TypesOf(SourceProject project, CancellationToken cancellationToken) =>
        project.Trees.Sum(t => t.GetRoot(cancellationToken).DescendantNodes(n => n is not BaseMethodDeclarationSyntax)
            .Count(n => n is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax));

    private void Add(SyntaxTree tree, SemanticModel model, CancellationToken cancellationToken)
    {
        var root = tree.GetRoot(cancellationToken);
        foreach (var node in root.DescendantNodes(n => n is not UsingDirectiveSyntax))
        {
            switch (node)
            {
                case BaseTypeDeclarationSyntax or DelegateDeclarationSyntax:
                    if (model.GetDeclaredSymbol(node, cancellationToken) is INamedTypeSymbol declared)
                    {
                        var (types, files) = Namespace(NameOf(declared.ContainingNamespace));
                        types.Add(declared.ToDisplayString());
                        files.Add(tree.FilePath);
                    }

                    break;
                case SimpleNameSyntax name:
                    cancellationToken.ThrowIfCancellationRequested();
                    Use(name, model, cancellationToken);
                    break;
            }
        }

        if (root is CompilationUnitSyntax unit && unit.Members.Any(SyntaxKind.GlobalStatement))
        {
            Namespace(NameOf(null)).Files.Add(tree.FilePath);
        }
    }

    private void Use(SimpleNameSyntax name, SemanticModel model, CancellationToken cancellationToken)
    {
        if (name.IsVar || name.Parent is QualifiedNameSyntax { Parent: BaseNamespaceDeclarationSyntax } || name.Parent is BaseNamespaceDeclarationSyntax)
        {
            return;
        }

        var info = model.GetSymbolInfo(name, cancellationToken);
        var symbol = info.Symbol ?? (info.CandidateSymbols is [var only] ? only : null);
        if (symbol is IAliasSymbol alias)
        {
            symbol = alias.Target;
        }

        // A namespace in a qualified name is the way to the type that follows it.
        if (symbol is null or INamespaceSymbol or ITypeParameterSymbol or ILocalSymbol or IParameterSymbol or IRangeVariableSymbol
            || symbol.OriginalDefinition is not { DeclaringSyntaxReferences.IsEmpty: false } source || source is IMethodSymbol { MethodKind: MethodKind.LocalFunction }
            || source.ContainingNamespace is not { } space)
        {
            return;
        }

        var from = NameOf(EnclosingNamespace(name));
        var to = NameOf(space);
        if (from == to)
        {
            return;
        }

        Namespace(from);
        Namespace(to);
        var (weight, uses) = _uses.GetValueOrDefault((from, to), (0, []));
        if (uses.Count < FirstUses)
        {
            uses.Add(new(name.SyntaxTree.FilePath, name.GetLocation().GetLineSpan().StartLinePosition.Line + 1, source.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)));
        }

        _uses[(from, to)] = (weight + 1, uses);
    }

    private (HashSet<string> Types, HashSet<string> Files) Namespace(string name)
    {
        if (!_namespaces.TryGetValue(name, out var space))
        {
            _namespaces[name] = space = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));
        }

        return space;
    }

    private static string? EnclosingNamespace(SyntaxNode node)
    {
        string? name = null;
        foreach (var space in node.Ancestors().OfType<BaseNamespaceDeclarationSyntax>())
        {
            name = name is null ? space.Name.ToString() : $"{space.Name}.{name}";
        }

        return name;
    }

    private static string NameOf(object? space) => space switch
    {
        INamespaceSymbol { IsGlobalNamespace: false } named => named.ToDisplayString(),
        string text => text,
        _ => "<global namespace>",
    };

    // Breadth first from every node; nodes come in order, so that the first of the shortest is always the same.
    private static List<string> Shortest(IReadOnlyList<string> nodes, List<DependencyEdge> edges)
    {
        var next = edges.ToLookup(e => e.From, e => e.To, StringComparer.Ordinal);
        List<string>? best = null;
        foreach (var start in nodes.Take(200))
        {
            Dictionary<string, string?> from = new(StringComparer.Ordinal) { [start] = null };
            Queue<string> queue = new([start]);
            while (queue.TryDequeue(out var at))
            {
                if (next[at].Contains(start))
                {
                    List<string> path = [start];
                    for (var back = at; back is not null && back != start; back = from[back])
                    {
                        path.Insert(1, back);
                    }

                    best = best is null || path.Count < best.Count ? path : best;
                    break;
                }

                foreach (var to in next[at].Where(t => from.TryAdd(t, at)))
                {
                    queue.Enqueue(to);
                }
            }
        }

        return [.. best!, best![0]];
    }
}

/// <param name="Path">The shortest way round, its first node again at its end.</param>
/// <param name="EdgeCount">All edges among the nodes; <paramref name="Edges"/> holds the heaviest.</param>
/// <param name="Cut">Edges without which no loop is left among the nodes.</param>
/// <param name="IsLightest">Whether no lighter cut exists; large loops are cut well, but without that proof.</param>
public sealed record DependencyLoop(
    NodeKind Kind, IReadOnlyList<string> Nodes, IReadOnlyList<string> Path, int EdgeCount, IReadOnlyList<DependencyEdge> Edges, IReadOnlyList<DependencyEdge> Cut, int CutWeight, bool IsLightest);
