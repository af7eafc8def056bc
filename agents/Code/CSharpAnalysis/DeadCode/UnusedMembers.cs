using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

/// <summary>Types and members that no code which runs reaches. What others can see or a contract demands counts as reached.</summary>
internal sealed class UnusedMembers
{
    private readonly SymbolUses _uses;
    private readonly Doubts _doubts;
    private readonly Dictionary<Declared, (ISymbol Symbol, IReadOnlyList<Doubt> Doubts)> _candidates = [];
    private readonly List<Declared> _roots = [];
    private readonly List<(Declared Type, Declared Member)> _bound = [];
    private readonly Dictionary<INamedTypeSymbol, HashSet<ISymbol>> _implementations = new(SymbolEqualityComparer.Default);

    public UnusedMembers(SourceSet sources, SymbolUses uses, Doubts doubts, CancellationToken cancellationToken)
    {
        (_uses, _doubts) = (uses, doubts);
        var reported = sources.Trees.Select(t => t.Tree.FilePath).ToHashSet(StringComparer.Ordinal);
        foreach (var project in sources.Projects)
        {
            if (project.Compilation.GetEntryPoint(cancellationToken) is { } main && Declared.Of(main) is { } entry)
            {
                _roots.Add(entry);
                _bound.Add((entry, Declared.Of(main.ContainingType) ?? entry));
            }

            foreach (var tree in project.Compilation.SyntaxTrees)
            {
                _roots.Add(Declared.Program(tree.FilePath));
                Sort(project, project.Compilation.GetSemanticModel(tree), reported.Contains(tree.FilePath), cancellationToken);
            }
        }
    }

    public IEnumerable<UnusedSymbol> Find()
    {
        var reached = _uses.ReachedFrom(_roots, _bound.ToLookup(b => b.Type, b => b.Member));
        var used = _uses.UsedByOthers();
        foreach (var (declared, (symbol, doubts)) in _candidates)
        {
            var confidence = Weakest(doubts, Confidence.High);
            var isDead = confidence == Confidence.Low ? !used.Contains(declared) : !reached.Contains(declared);
            if (isDead && !IsInsideDeadType(symbol, reached))
            {
                yield return Unused(symbol, Kind(symbol), confidence, used.Contains(declared) ? "used only by unused code" : "never used", doubts);
            }
            else if (symbol is IFieldSymbol { IsConst: false } field && field.ContainingType.TypeKind != TypeKind.Enum
                && _uses.Written.Contains(declared) && !_uses.Read.Contains(declared) && !IsInsideDeadType(symbol, reached))
            {
                yield return Unused(symbol, UnusedKind.WriteOnlyField, Weakest(doubts, Holds(field) ? Confidence.Medium : Confidence.High), "assigned but never read", doubts);
            }
        }
    }

    internal static UnusedSymbol Unused(ISymbol symbol, UnusedKind kind, Confidence confidence, string because, IReadOnlyList<Doubt> doubts)
    {
        var at = symbol.Locations[0].GetLineSpan();
        var name = symbol is IParameterSymbol or ILocalSymbol
            ? $"{symbol.Name} in {symbol.ContainingSymbol.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)}"
            : SourceNames.Of(symbol);
        return new(name, kind, confidence, at.Path, at.StartLinePosition.Line + 1, because, [.. doubts.Select(d => d.Reason).Distinct()]);
    }

    internal static Confidence Weakest(IReadOnlyList<Doubt> doubts, Confidence start) => doubts.Aggregate(start, (c, d) => d.Confidence < c ? d.Confidence : c);

    private void Sort(SourceProject project, SemanticModel model, bool isReported, CancellationToken cancellationToken)
    {
        foreach (var node in model.SyntaxTree.GetRoot(cancellationToken).DescendantNodes())
        {
            if (node is not (BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or BaseMethodDeclarationSyntax or BasePropertyDeclarationSyntax
                or EnumMemberDeclarationSyntax or LocalFunctionStatementSyntax or VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax }))
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (model.GetDeclaredSymbol(node, cancellationToken) is { } symbol && Declared.Of(symbol) is { } declared)
            {
                Sort(project, symbol, declared, isReported);
            }
        }
    }

    private void Sort(SourceProject project, ISymbol symbol, Declared declared, bool isReported)
    {
        if (IsVisibleOutside(symbol, project.IsPart) || IsMain(symbol, project))
        {
            _roots.Add(declared);
        }
        else if (IsDemanded(symbol) && symbol.ContainingType is { } owner && Declared.Of(owner) is { } container)
        {
            _bound.Add((container, declared));
        }
        else if (!isReported)
        {
            _roots.Add(declared);
        }
        else if (_doubts.About(symbol, project.IsPart) is var doubts && _candidates.TryAdd(declared, (symbol, doubts)))
        {
            if (doubts.Any(d => d.RunsAnyway))
            {
                _roots.Add(declared);
                if (symbol.ContainingType is { } calledIn && Declared.Of(calledIn) is { } type)
                {
                    _bound.Add((declared, type));
                }
            }
            else if (Weakest(doubts, Confidence.High) == Confidence.Low && symbol.ContainingType is { } around && Declared.Of(around) is { } type)
            {
                _bound.Add((type, declared));
            }
        }
    }

    // More than one is an error, and none of them is dead.
    private static bool IsMain(ISymbol symbol, SourceProject project) =>
        symbol is IMethodSymbol { Name: "Main", IsStatic: true } && project.Compilation.Options.OutputKind == OutputKind.ConsoleApplication;

    private static bool IsVisibleOutside(ISymbol symbol, bool isPart)
    {
        for (var at = symbol; at is not null and not INamespaceSymbol; at = at.ContainingSymbol)
        {
            var isSeen = at is IMethodSymbol { MethodKind: MethodKind.LocalFunction } ? false : at.DeclaredAccessibility switch
            {
                Accessibility.Public => true,
                Accessibility.Internal => isPart && at is INamedTypeSymbol { ContainingType: null },
                Accessibility.Protected or Accessibility.ProtectedOrInternal => at.ContainingType is { IsSealed: false },
                _ => false,
            };
            if (!isSeen)
            {
                return false;
            }
        }

        return true;
    }

    // By the language or a contract rather than by a call.
    private bool IsDemanded(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } constructor =>
            constructor.DeclaredAccessibility != Accessibility.Private || constructor.Parameters.IsEmpty || symbol.ContainingType.IsRecord,
        IMethodSymbol { MethodKind: MethodKind.LocalFunction } => false,
        IMethodSymbol method when method.MethodKind != MethodKind.Ordinary => true,
        IMethodSymbol { IsPartialDefinition: true, PartialImplementationPart: null } => true,
        IPropertySymbol { IsIndexer: true } => true,
        INamedTypeSymbol => false,
        _ => symbol.IsOverride || IsImplementation(symbol),
    };

    private bool IsImplementation(ISymbol symbol)
    {
        if (symbol.ContainingType is not { TypeKind: not TypeKind.Interface } type)
        {
            return false;
        }

        if (!_implementations.TryGetValue(type, out var found))
        {
            _implementations[type] = found = new(SymbolEqualityComparer.Default);
            foreach (var member in type.AllInterfaces.SelectMany(i => i.GetMembers()))
            {
                if (type.FindImplementationForInterfaceMember(member) is { } implementation)
                {
                    found.Add(implementation.OriginalDefinition);
                }
            }
        }

        return found.Contains(symbol.OriginalDefinition) || IsImplementationForDerived(symbol, type);
    }

    private bool IsImplementationForDerived(ISymbol symbol, INamedTypeSymbol type) =>
        !type.IsSealed && symbol.DeclaredAccessibility == Accessibility.Public
        && _implementations.Any(i => i.Value.Contains(symbol.OriginalDefinition));

    private bool IsInsideDeadType(ISymbol symbol, HashSet<Declared> reached)
    {
        for (var type = symbol.ContainingSymbol; type is not null; type = type.ContainingSymbol)
        {
            if (Declared.Of(type) is { } declared && _candidates.ContainsKey(declared) && !reached.Contains(declared))
            {
                return true;
            }
        }

        return false;
    }

    // A timer stops when it is collected; a delegate given to native code must outlive the call.
    private static bool Holds(IFieldSymbol field) =>
        field.Type.TypeKind == TypeKind.Delegate || field.Type.Name is "Timer" or "FileSystemWatcher" or "Mutex" or "GCHandle" or "PeriodicTimer";

    private static UnusedKind Kind(ISymbol symbol) => symbol switch
    {
        INamedTypeSymbol => UnusedKind.Type,
        IMethodSymbol { MethodKind: MethodKind.LocalFunction } => UnusedKind.LocalFunction,
        IMethodSymbol { MethodKind: MethodKind.Constructor } => UnusedKind.Constructor,
        IMethodSymbol => UnusedKind.Method,
        IPropertySymbol => UnusedKind.Property,
        IEventSymbol => UnusedKind.Event,
        IFieldSymbol { ContainingType.TypeKind: TypeKind.Enum } => UnusedKind.EnumMember,
        _ => UnusedKind.Field,
    };
}
