using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.Async;

/// <summary>Whether a call could take a cancellation token and does not.</summary>
internal static class TokenPassing
{
    public static bool IsMissing(InvocationExpressionSyntax call, IMethodSymbol method, SemanticModel model)
    {
        if (call.ArgumentList.Arguments.Any(a => AsyncTypes.IsToken(model.GetTypeInfo(a.Expression).Type)))
        {
            return false;
        }

        if (method.Parameters.Any(p => AsyncTypes.IsToken(p.Type)))
        {
            return method.Parameters.Last(p => AsyncTypes.IsToken(p.Type)).IsOptional;
        }

        var definition = (method.ReducedFrom ?? method).OriginalDefinition;
        return definition.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>().Any(o => TakesTokenToo(o, definition, model, call.SpanStart));
    }

    private static bool TakesTokenToo(IMethodSymbol overload, IMethodSymbol called, SemanticModel model, int position) =>
        overload.Parameters.Length == called.Parameters.Length + 1
        && overload.Parameters[^1] is { RefKind: RefKind.None } last && AsyncTypes.IsToken(last.Type)
        && overload.IsStatic == called.IsStatic
        && overload.TypeParameters.Length == called.TypeParameters.Length
        && SameName(overload.ReturnType, called.ReturnType)
        && called.Parameters.Zip(overload.Parameters).All(p => p.First.RefKind == p.Second.RefKind && SameName(p.First.Type, p.Second.Type))
        && !overload.GetAttributes().Any(a => a.AttributeClass?.Name == "ObsoleteAttribute")
        && model.IsAccessible(position, overload);

    // Type parameters of two overloads are different symbols with the same name.
    private static bool SameName(ITypeSymbol a, ITypeSymbol b) =>
        SymbolEqualityComparer.Default.Equals(a, b) || a.ToDisplayString() == b.ToDisplayString();
}
