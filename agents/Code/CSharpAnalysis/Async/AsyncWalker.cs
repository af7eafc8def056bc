using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis.Async;

/// <summary>Applies the rules to one source. Where a type is not among the sources, a name that ends with Async stands for one that returns a task.</summary>
internal sealed partial class AsyncWalker : CSharpSyntaxWalker
{
    private readonly SemanticModel _model;
    private readonly List<AsyncFinding> _findings;
    private readonly CancellationToken _cancellationToken;
    private FunctionScope _scope;

    public AsyncWalker(SemanticModel model, List<AsyncFinding> findings, CancellationToken cancellationToken)
    {
        (_model, _findings, _cancellationToken) = (model, findings, cancellationToken);
        _scope = new FunctionScope(model.SyntaxTree.GetRoot(cancellationToken), _model.GetEnclosingSymbol(0, cancellationToken) as IMethodSymbol, null);
    }

    public override void Visit(SyntaxNode? node)
    {
        switch (node)
        {
            case BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax:
                Enter(node, _model.GetDeclaredSymbol(node, _cancellationToken) as IMethodSymbol);
                break;
            case AnonymousFunctionExpressionSyntax:
                Enter(node, _model.GetSymbolInfo(node, _cancellationToken).Symbol as IMethodSymbol);
                break;
            default:
                base.Visit(node);
                break;
        }
    }

    public override void VisitAwaitExpression(AwaitExpressionSyntax node)
    {
        _scope.HasAwait = true;
        if (_scope.Locks > 0)
        {
            Report(AsyncRule.AwaitInLock, node);
        }

        base.VisitAwaitExpression(node);
        NoteEnded(node.Expression);
    }

    public override void VisitForEachStatement(ForEachStatementSyntax node)
    {
        _scope.HasAwait |= !node.AwaitKeyword.IsKind(SyntaxKind.None);
        base.VisitForEachStatement(node);
    }

    public override void VisitForEachVariableStatement(ForEachVariableStatementSyntax node)
    {
        _scope.HasAwait |= !node.AwaitKeyword.IsKind(SyntaxKind.None);
        base.VisitForEachVariableStatement(node);
    }

    public override void VisitLockStatement(LockStatementSyntax node)
    {
        Visit(node.Expression);
        _scope.Locks++;
        Visit(node.Statement);
        _scope.Locks--;
    }

    public override void VisitUsingStatement(UsingStatementSyntax node)
    {
        Using(node.AwaitKeyword, node.UsingKeyword, node.Expression, node.Declaration);
        base.VisitUsingStatement(node);
    }

    public override void VisitLocalDeclarationStatement(LocalDeclarationStatementSyntax node)
    {
        if (!node.UsingKeyword.IsKind(SyntaxKind.None))
        {
            Using(node.AwaitKeyword, node.UsingKeyword, null, node.Declaration);
        }
        else
        {
            foreach (var variable in node.Declaration.Variables)
            {
                if (_model.GetDeclaredSymbol(variable, _cancellationToken) is ILocalSymbol local
                    && Disposal.IsLeft(variable, local, _scope.Node, _model, _cancellationToken))
                {
                    Report(AsyncRule.NotDisposed, variable, $"'{local.Name}' {AsyncRule.NotDisposed.Message}");
                }
            }
        }

        base.VisitLocalDeclarationStatement(node);
    }

    public override void VisitExpressionStatement(ExpressionStatementSyntax node)
    {
        if (Unwrapped(node.Expression) is InvocationExpressionSyntax call && IsTaskCall(call))
        {
            Report(AsyncRule.NotAwaited, node.Expression, $"'{CalledName(call)}' {AsyncRule.NotAwaited.Message}");
        }

        base.VisitExpressionStatement(node);
    }

    public override void VisitReturnStatement(ReturnStatementSyntax node)
    {
        if (node.Expression is { } value)
        {
            Returned(value);
        }

        base.VisitReturnStatement(node);
    }

    public override void VisitArrowExpressionClause(ArrowExpressionClauseSyntax node)
    {
        Returned(node.Expression);
        base.VisitArrowExpressionClause(node);
    }

    public override void VisitMemberAccessExpression(MemberAccessExpressionSyntax node)
    {
        // Task<T>.Result; the type decides, or the name of the call it is asked of.
        if (node.Name.Identifier.Text == "Result" && node.IsKind(SyntaxKind.SimpleMemberAccessExpression) && IsTaskValue(node.Expression) && !HasEnded(node.Expression) && !IsNameof(node))
        {
            Block(node, ".Result");
        }

        base.VisitMemberAccessExpression(node);
    }

    public override void VisitIfStatement(IfStatementSyntax node)
    {
        Completed(node.Condition);
        base.VisitIfStatement(node);
    }

    public override void VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        Completed(node.Condition);
        base.VisitConditionalExpression(node);
    }

    public override void VisitObjectCreationExpression(ObjectCreationExpressionSyntax node)
    {
        Creation(node);
        base.VisitObjectCreationExpression(node);
    }

    public override void VisitImplicitObjectCreationExpression(ImplicitObjectCreationExpressionSyntax node)
    {
        Creation(node);
        base.VisitImplicitObjectCreationExpression(node);
    }

    public override void VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        Invoked(node);
        base.VisitInvocationExpression(node);
    }

    private void Enter(SyntaxNode node, IMethodSymbol? symbol)
    {
        var outer = _scope;
        _scope = new FunctionScope(node, symbol, outer);
        Declared(node, symbol);
        base.Visit(node);
        if (_scope.IsAsync && !_scope.HasAwait && HasBody(node) && IsOwnChoice(symbol) && !AsyncTypes.IsAsyncSequence(symbol?.ReturnType))
        {
            Report(AsyncRule.NoAwait, Head(node), $"'{_scope.Name}' {AsyncRule.NoAwait.Message}");
        }

        _scope = outer;
    }

    private void Declared(SyntaxNode node, IMethodSymbol? symbol)
    {
        if (symbol is null || !_scope.IsAsync && !AsyncTypes.IsAsyncSequence(symbol.ReturnType))
        {
            return;
        }

        if (symbol.ReturnsVoid && _scope.IsAsync)
        {
            if (node is AnonymousFunctionExpressionSyntax)
            {
                if (!IsEventHandler(symbol))
                {
                    Report(AsyncRule.AsyncVoidLambda, Head(node), $"'{_scope.Name}' {AsyncRule.AsyncVoidLambda.Message}");
                }
            }
            else if (!IsEventHandler(symbol) && IsOwnChoice(symbol))
            {
                Report(AsyncRule.AsyncVoid, Head(node), $"'{_scope.Name}' {AsyncRule.AsyncVoid.Message}");
            }
        }

        if (AsyncTypes.IsAsyncSequence(symbol.ReturnType) && _scope.IsAsync
            && symbol.Parameters.Where(p => AsyncTypes.IsToken(p.Type)).ToList() is [_, ..] tokens
            && !tokens.Any(t => t.GetAttributes().Any(a => a.AttributeClass?.Name == "EnumeratorCancellationAttribute")))
        {
            Report(AsyncRule.TokenOfEnumerator, Head(node), $"'{_scope.Name}' {AsyncRule.TokenOfEnumerator.Message}");
        }
    }

    private void Using(SyntaxToken await, SyntaxToken keyword, ExpressionSyntax? expression, VariableDeclarationSyntax? declaration)
    {
        if (!await.IsKind(SyntaxKind.None))
        {
            _scope.HasAwait = true;
            return;
        }

        var type = expression is not null
            ? _model.GetTypeInfo(expression, _cancellationToken).Type
            : declaration?.Variables is [var first, ..] ? (_model.GetDeclaredSymbol(first, _cancellationToken) as ILocalSymbol)?.Type : null;

        // Disposing a MemoryStream or a token source asynchronously does nothing more.
        if (_scope.IsAsync && type is { Name: not ("MemoryStream" or "CancellationTokenSource" or "StringReader" or "StringWriter" or "Timer") } && AsyncTypes.IsAsyncDisposable(type))
        {
            ReportToken(AsyncRule.SyncDispose, keyword, $"a {type.Name} {AsyncRule.SyncDispose.Message}");
        }
    }

    private void Creation(BaseObjectCreationExpressionSyntax node)
    {
        if (_model.GetTypeInfo(node, _cancellationToken).Type is { Name: "TaskCompletionSource" }
            && !(node.ArgumentList?.Arguments.Any(a => _model.GetTypeInfo(a.Expression, _cancellationToken).Type?.Name == "TaskCreationOptions") ?? false))
        {
            Report(AsyncRule.InlineContinuations, node);
        }
    }

    private static bool HasBody(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax m => m.Body is { Statements: not [ThrowStatementSyntax] } || m.ExpressionBody is { Expression: not ThrowExpressionSyntax },
        LocalFunctionStatementSyntax l => l.Body is { Statements: not [ThrowStatementSyntax] } || l.ExpressionBody is { Expression: not ThrowExpressionSyntax },
        AnonymousFunctionExpressionSyntax => true,
        _ => false,
    };

    private static bool IsOwnChoice(IMethodSymbol? symbol) => symbol is null || (!symbol.IsOverride && symbol.ExplicitInterfaceImplementations.IsEmpty && (
        symbol.DeclaredAccessibility != Accessibility.Public || symbol.ContainingType is not { } type || !type.AllInterfaces
            .SelectMany(i => i.GetMembers(symbol.Name)).Any(m => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), symbol))));

    private static bool IsEventHandler(IMethodSymbol method) =>
        method.Parameters is [{ Type.SpecialType: SpecialType.System_Object }, { Type.Name: var name }] && name.EndsWith("EventArgs", StringComparison.Ordinal);

    private void Report(AsyncRule rule, SyntaxNode at, string? message = null, string? fix = null, Severity? severity = null) =>
        Report(rule, at.GetLocation(), message, fix, severity);

    private void ReportToken(AsyncRule rule, SyntaxToken at, string message) => Report(rule, at.GetLocation(), message, null, null);

    private void Report(AsyncRule rule, Location location, string? message, string? fix, Severity? severity)
    {
        var lines = location.GetLineSpan();
        _findings.Add(new(
            rule.Id,
            rule.Name,
            severity ?? rule.Severity,
            new CodeSpan(lines.Path, lines.StartLinePosition.Line + 1, lines.StartLinePosition.Character + 1, lines.EndLinePosition.Line + 1, lines.EndLinePosition.Character + 1),
            _scope.Name,
            message ?? rule.Message,
            fix ?? rule.Fix));
    }
}

/// <param name="Member">Around the place.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record AsyncFinding(string Rule, string Name, Severity Severity, CodeSpan Span, string Member, string Message, string Fix);
