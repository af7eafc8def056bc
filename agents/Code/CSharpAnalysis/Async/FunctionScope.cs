using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.Async;

/// <summary>The method, accessor, lambda or local function around a place.</summary>
internal sealed class FunctionScope(SyntaxNode node, IMethodSymbol? symbol, FunctionScope? outer)
{
    public SyntaxNode Node => node;

    public IMethodSymbol? Symbol => symbol;

    public bool IsAsync { get; } = symbol?.IsAsync ?? node is AnonymousFunctionExpressionSyntax { AsyncKeyword.RawKind: not 0 };

    public bool HasAwait { get; set; }

    public int Locks { get; set; }

    /// <summary>Tasks that were awaited before in this function, or found completed: their result is there.</summary>
    public HashSet<ISymbol> Ended { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>Name of a token that the function, or one around it, is given.</summary>
    public string? Token { get; } =
        symbol?.Parameters.FirstOrDefault(p => AsyncTypes.IsToken(p.Type))?.Name
        ?? (symbol is { IsStatic: true, MethodKind: MethodKind.LocalFunction } ? null : outer?.Token);

    public bool IsHandler { get; } = (outer?.IsHandler ?? false) || IsController(symbol) || IsEndpoint(node);

    public string Name => symbol switch
    {
        null => "<top-level statements>",
        { MethodKind: MethodKind.AnonymousFunction } => outer is null ? "lambda" : $"lambda in {outer.Name}",
        _ => symbol.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat),
    };

    private static bool IsController(IMethodSymbol? method)
    {
        if (method is not { MethodKind: MethodKind.Ordinary, DeclaredAccessibility: Accessibility.Public })
        {
            return false;
        }

        for (var type = method.ContainingType; type is not null; type = type.BaseType)
        {
            if (type.Name is "ControllerBase" or "Controller" or "PageModel" or "Hub")
            {
                return true;
            }
        }

        return method.GetAttributes().Any(a => a.AttributeClass?.Name is { } name && name.StartsWith("Http", StringComparison.Ordinal) && name.Length > 4 && char.IsUpper(name[4]));
    }

    // app.MapGet("/orders", async () => ...)
    private static bool IsEndpoint(SyntaxNode node) =>
        node is AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax { Parent: ArgumentListSyntax { Parent: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax map } } } }
        && map.Name.Identifier.Text is "MapGet" or "MapPost" or "MapPut" or "MapDelete" or "MapPatch" or "MapMethods" or "Map";
}
