using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

/// <summary>Unused parameters, locals and usings of one source.</summary>
internal sealed class UnusedInside(SemanticModel model, SymbolUses uses, Doubts doubts, CancellationToken cancellationToken)
{
    public IEnumerable<UnusedSymbol> Find()
    {
        foreach (var node in model.SyntaxTree.GetRoot(cancellationToken).DescendantNodes())
        {
            var found = node switch
            {
                ParameterSyntax parameter => OfParameter(parameter),
                VariableDeclaratorSyntax { Parent.Parent: LocalDeclarationStatementSyntax or ForStatementSyntax } local => OfLocal(local),
                SingleVariableDesignationSyntax designation => OfLocal(designation),
                CatchDeclarationSyntax { Identifier.Text.Length: > 0 } caught => OfLocal(caught),
                _ => null,
            };
            if (found is not null)
            {
                yield return found;
            }
        }
    }

    /// <param name="diagnostics">The compiler's, of the whole project.</param>
    public IEnumerable<UnusedSymbol> Usings(IEnumerable<Diagnostic> diagnostics)
    {
        var left = model.SyntaxTree.GetRoot(cancellationToken).DescendantTrivia().Any(t => t.IsKind(SyntaxKind.DisabledTextTrivia));
        foreach (var unused in diagnostics.Where(d => d.Id == "CS8019" && d.Location.SourceTree == model.SyntaxTree))
        {
            if (model.SyntaxTree.GetRoot(cancellationToken).FindNode(unused.Location.SourceSpan).FirstAncestorOrSelf<UsingDirectiveSyntax>() is not { } directive
                || directive.NamespaceOrType is NameSyntax name && model.GetSymbolInfo(name, cancellationToken).Symbol is null)
            {
                continue;
            }

            List<string> why = [];
            if (directive.GlobalKeyword.IsKind(SyntaxKind.None) ? uses.FilesWithUnresolved.Contains(model.SyntaxTree.FilePath) : uses.FilesWithUnresolved.Count > 0)
            {
                why.Add("names in this file are defined by packages that are not among the sources");
            }

            if (left)
            {
                why.Add("code left out by a condition may need it");
            }

            var line = directive.GetLocation().GetLineSpan();
            yield return new(
                directive.ToString(), UnusedKind.Using, why is [] ? Confidence.High : Confidence.Low, line.Path, line.StartLinePosition.Line + 1, "nothing in the file needs it", why);
        }
    }

    private UnusedSymbol? OfParameter(ParameterSyntax parameter)
    {
        if (parameter.Parent?.Parent is not (MethodDeclarationSyntax or ConstructorDeclarationSyntax or LocalFunctionStatementSyntax or ClassDeclarationSyntax or StructDeclarationSyntax)
            || model.GetDeclaredSymbol(parameter, cancellationToken) is not { } symbol
            || symbol.Name is "" or ['_', ..]
            || symbol.IsThis || parameter.Modifiers.Any(SyntaxKind.ThisKeyword)
            || Declared.Of(symbol) is not { } declared
            || symbol.ContainingSymbol is not IMethodSymbol method
            || IsDictated(method))
        {
            return null;
        }

        var (read, written) = (uses.Read.Contains(declared), uses.Written.Contains(declared));
        if (read || symbol.RefKind is RefKind.Out or RefKind.Ref && written)
        {
            return null;
        }

        List<Doubt> why = [];
        if (IsSeen(method))
        {
            why.Add(new(Confidence.Medium, "callers outside may pass it"));
        }

        if (method.GetAttributes().Concat(symbol.GetAttributes()).Any())
        {
            why.Add(new(Confidence.Low, "an attribute may have the method called with it"));
        }

        return UnusedMembers.Unused(
            symbol, UnusedKind.Parameter, UnusedMembers.Weakest(why, Confidence.High), written ? "assigned but never read" : "never used", why);
    }

    // The signature comes from elsewhere: a base type, an interface, a delegate, a generator, the language.
    private bool IsDictated(IMethodSymbol method)
    {
        if (method.IsOverride || method.IsVirtual || method.IsAbstract || method.IsExtern || method.PartialDefinitionPart is not null || method.IsPartialDefinition
            || method.ContainingType.TypeKind is TypeKind.Interface or TypeKind.Delegate || method.ContainingType.IsRecord && method.MethodKind == MethodKind.Constructor && IsPrimary(method)
            || method.Name == "Main"
            || Declared.Of(method) is { } declared && uses.MethodGroups.Contains(declared)
            || doubts.About(method).Any(d => d.RunsAnyway)
            || Implements(method))
        {
            return true;
        }

        return method.DeclaringSyntaxReferences is [var at, ..] && at.GetSyntax(cancellationToken) switch
        {
            BaseMethodDeclarationSyntax m => IsPlaceholder(m.Body, m.ExpressionBody),
            LocalFunctionStatementSyntax l => IsPlaceholder(l.Body, l.ExpressionBody),
            _ => false,
        };
    }

    private static bool IsPrimary(IMethodSymbol method) => method.DeclaringSyntaxReferences is [var at, ..] && at.GetSyntax() is TypeDeclarationSyntax;

    private static bool IsPlaceholder(BlockSyntax? body, ArrowExpressionClauseSyntax? arrow) =>
        arrow?.Expression is ThrowExpressionSyntax || body?.Statements is [ThrowStatementSyntax] || body is null && arrow is null;

    private static bool Implements(IMethodSymbol method) =>
        !method.ExplicitInterfaceImplementations.IsEmpty
        || method.DeclaredAccessibility == Accessibility.Public && method.ContainingType.AllInterfaces
            .SelectMany(i => i.GetMembers(method.Name))
            .Any(m => SymbolEqualityComparer.Default.Equals(method.ContainingType.FindImplementationForInterfaceMember(m), method));

    private static bool IsSeen(IMethodSymbol method) =>
        method.MethodKind != MethodKind.LocalFunction && method.DeclaredAccessibility is not (Accessibility.Private or Accessibility.Internal)
        && method.ContainingType.DeclaredAccessibility == Accessibility.Public;

    private UnusedSymbol? OfLocal(SyntaxNode node)
    {
        if (model.GetDeclaredSymbol(node, cancellationToken) is not ILocalSymbol { IsUsing: false, IsRef: false } local
            || local.Name is ['_', ..] || Declared.Of(local) is not { } declared || uses.Read.Contains(declared))
        {
            return null;
        }

        var isAssigned = node is VariableDeclaratorSyntax { Initializer: not null } || uses.Written.Contains(declared);
        var because = node switch
        {
            SingleVariableDesignationSyntax => "never read; a discard says so",
            _ when isAssigned => "assigned but never read; what is assigned may still need to run",
            _ => "never used",
        };
        return UnusedMembers.Unused(local, UnusedKind.Local, Confidence.High, because, []);
    }
}
