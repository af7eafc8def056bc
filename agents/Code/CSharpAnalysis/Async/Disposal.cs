using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.Async;

/// <summary>
/// Whether a local that holds a fresh disposable is left undisposed. Only what plainly stays in the function is reported: a local that
/// is returned, stored, passed on or captured may have found another owner.
/// </summary>
internal static class Disposal
{
    private static readonly string[] s_makers = ["Create", "Open", "New", "Build", "Start", "Rent", "Connect"];

    public static bool IsLeft(VariableDeclaratorSyntax declarator, ILocalSymbol local, SyntaxNode function, SemanticModel model, CancellationToken cancellationToken)
    {
        if (declarator.Initializer?.Value is not { } value || !IsFresh(value, model) || !AsyncTypes.IsDisposable(local.Type))
        {
            return false;
        }

        foreach (var name in function.DescendantNodes().OfType<IdentifierNameSyntax>().Where(n => n.Identifier.ValueText == local.Name))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, local))
            {
                continue;
            }

            if (!StaysAndIsNotDisposed(name, local, function, model))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsFresh(ExpressionSyntax value, SemanticModel model)
    {
        while (value is AwaitExpressionSyntax or ParenthesizedExpressionSyntax)
        {
            value = value is AwaitExpressionSyntax a ? a.Expression : ((ParenthesizedExpressionSyntax)value).Expression;
        }

        return value switch
        {
            // A wrapper leaves its stream to whoever disposes the wrapper or the stream.
            BaseObjectCreationExpressionSyntax creation => creation.ArgumentList is null
                || !creation.ArgumentList.Arguments.Any(a => model.GetTypeInfo(a.Expression).Type is { } type && AsyncTypes.IsDisposable(type)),
            InvocationExpressionSyntax call => model.GetSymbolInfo(call).Symbol is IMethodSymbol method && s_makers.Any(m => method.Name.StartsWith(m, StringComparison.Ordinal)),
            _ => false,
        };
    }

    private static bool StaysAndIsNotDisposed(IdentifierNameSyntax name, ILocalSymbol local, SyntaxNode function, SemanticModel model)
    {
        if (name.Ancestors().TakeWhile(a => a != function).Any(a => a is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
        {
            return false;
        }

        return name.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Expression == name =>
                access.Name.Identifier.Text is not ("Dispose" or "DisposeAsync" or "Close" or "CloseAsync" or "Return") && !IsFluent(access, local, model),
            ConditionalAccessExpressionSyntax access when access.Expression == name =>
                access.WhenNotNull is not InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax { Name.Identifier.Text: "Dispose" or "DisposeAsync" or "Close" } },
            ElementAccessExpressionSyntax access => access.Expression == name,
            BinaryExpressionSyntax test => test.Kind() is SyntaxKind.EqualsExpression or SyntaxKind.NotEqualsExpression,
            IsPatternExpressionSyntax => true,
            _ => false,
        };
    }

    // x.With(...) may be x itself.
    private static bool IsFluent(MemberAccessExpressionSyntax access, ILocalSymbol local, SemanticModel model) =>
        access.Parent is InvocationExpressionSyntax { Parent: not ExpressionStatementSyntax } call
        && model.GetTypeInfo(call).Type is { } type && (SymbolEqualityComparer.Default.Equals(type, local.Type) || local.Type.AllInterfaces.Contains(type, SymbolEqualityComparer.Default));
}
