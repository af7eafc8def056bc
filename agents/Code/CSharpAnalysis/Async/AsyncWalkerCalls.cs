using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.Async;

// What is called, awaited and returned.
internal sealed partial class AsyncWalker
{
    private static readonly string[] s_blocking = ["WaitAll", "WaitAny"];

    private void Invoked(InvocationExpressionSyntax node)
    {
        var method = _model.GetSymbolInfo(node, _cancellationToken).Symbol as IMethodSymbol;
        var name = CalledName(node);
        var receiver = (node.Expression as MemberAccessExpressionSyntax)?.Expression;
        if (name == "Wait" && receiver is not null && IsTaskValue(receiver) && !HasEnded(receiver))
        {
            Block(node, ".Wait()");
            NoteEnded(receiver);
        }
        else if (name == "GetResult" && receiver is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "GetAwaiter" } awaiter } && IsTaskValue(awaiter.Expression) && !HasEnded(awaiter.Expression))
        {
            Block(node, ".GetAwaiter().GetResult()");
        }
        else if (s_blocking.Contains(name) && method is not null && AsyncTypes.IsTask(method.ContainingType))
        {
            Block(node, $"Task.{name}", $"Write await Task.{(name == "WaitAll" ? "WhenAll" : "WhenAny")}(...).");
        }
        else if (method is { Name: "Sleep", ContainingType.Name: "Thread" })
        {
            if (_scope.IsAsync)
            {
                Report(AsyncRule.Sleeps, node, fix: _scope.Token is { } delayToken ? $"Write await Task.Delay(..., {delayToken})." : "Write await Task.Delay(...).");
            }
        }
        else if (method is { Name: "Run" } && AsyncTypes.IsTask(method.ContainingType))
        {
            if (_scope.IsHandler && node.Parent is AwaitExpressionSyntax or ReturnStatementSyntax or ArrowExpressionClauseSyntax or EqualsValueClauseSyntax)
            {
                Report(AsyncRule.RunInHandler, node);
            }
        }
        else if (method is { Name: "StartNew", ContainingType.Name: "TaskFactory" } && node.ArgumentList.Arguments is [{ Expression: AnonymousFunctionExpressionSyntax { AsyncKeyword.RawKind: not 0 } }, ..]
            && node.Parent is not MemberAccessExpressionSyntax { Name.Identifier.Text: "Unwrap" })
        {
            Report(AsyncRule.StartNewAsync, node);
        }

        if (method is null)
        {
            return;
        }

        if (_scope.Token is { } token && IsWork(method) && TokenPassing.IsMissing(node, method, _model))
        {
            Report(AsyncRule.TokenNotPassed, node, $"'{name}' {AsyncRule.TokenNotPassed.Message}", $"Pass '{token}'.");
        }

        if (_scope.IsAsync && method.Name != "Dispose" && AsyncTwin(node, method) is { } twin)
        {
            Report(AsyncRule.SyncCall, node, $"'{name}' {AsyncRule.SyncCall.Message}", $"Write await {twin}(...).");
        }
    }

    private static bool IsWork(IMethodSymbol method) => AsyncTypes.IsTask(method.ReturnType) || AsyncTypes.IsAsyncSequence(method.ReturnType);

    // A method of the same type, with Async after its name, that takes the same first parameters.
    private string? AsyncTwin(InvocationExpressionSyntax node, IMethodSymbol method)
    {
        if (IsWork(method) || method.Name.EndsWith("Async", StringComparison.Ordinal) || method.ContainingType.Name is "MemoryStream" or "StringReader" or "StringWriter"
            || (node.Expression as MemberAccessExpressionSyntax)?.Expression is { } receiver && _model.GetTypeInfo(receiver, _cancellationToken).Type?.Name is "MemoryStream" or "StringReader" or "StringWriter")
        {
            return null;
        }

        for (var type = method.ContainingType; type is not null; type = type.BaseType)
        {
            foreach (var other in type.GetMembers(method.Name + "Async").OfType<IMethodSymbol>())
            {
                if (other.IsStatic == method.IsStatic && IsWork(other) && other.Parameters.Length >= method.Parameters.Length
                    && !SymbolEqualityComparer.Default.Equals(other.OriginalDefinition, _scope.Symbol?.OriginalDefinition)
                    && method.Parameters.Zip(other.Parameters).All(p => p.First.Type.ToDisplayString() == p.Second.Type.ToDisplayString())
                    && other.Parameters.Skip(method.Parameters.Length).All(p => p.IsOptional || AsyncTypes.IsToken(p.Type))
                    && _model.IsAccessible(node.SpanStart, other))
                {
                    return other.Name;
                }
            }
        }

        return null;
    }

    private void Block(SyntaxNode node, string how, string? fix = null)
    {
        var severity = _scope.IsAsync || _scope.IsHandler ? Severity.Error : Severity.Warning;
        Report(AsyncRule.BlocksOnTask, node, $"'{how}' {AsyncRule.BlocksOnTask.Message}", fix ?? (_scope.IsAsync ? "Await the task; the method is async already." : null), severity);
    }

    private void Returned(ExpressionSyntax value)
    {
        if (_scope.IsAsync || _scope.Symbol is not { } function || !AsyncTypes.IsTask(function.ReturnType))
        {
            return;
        }

        if (value.IsKind(SyntaxKind.NullLiteralExpression) || (value.IsKind(SyntaxKind.DefaultLiteralExpression) && function.ReturnType.IsReferenceType))
        {
            Report(AsyncRule.ReturnsNull, value);
        }
        else if (Unwrapped(value) is InvocationExpressionSyntax call && CalledName(call) is not ("FromResult" or "FromException" or "FromCanceled") && IsTaskCall(call))
        {
            InsideUsingOrTry(value);
        }
    }

    private void InsideUsingOrTry(ExpressionSyntax value)
    {
        for (SyntaxNode? at = value; at is not null && at != _scope.Node; at = at.Parent)
        {
            switch (at.Parent)
            {
                case UsingStatementSyntax s when s.Statement == at:
                    Report(AsyncRule.ReturnedFromUsing, value);
                    return;
                case BlockSyntax block when block.Statements.TakeWhile(s => s != at).Any(s => s is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 }):
                    Report(AsyncRule.ReturnedFromUsing, value);
                    return;
                case TryStatementSyntax { Catches.Count: > 0 } t when t.Block == at:
                    Report(AsyncRule.ReturnedFromTry, value);
                    return;
            }
        }
    }

    private bool IsTaskCall(InvocationExpressionSyntax call) => _model.GetTypeInfo(call, _cancellationToken).Type is { TypeKind: not TypeKind.Error } type
        ? AsyncTypes.IsTask(type)
        : CalledName(call).EndsWith("Async", StringComparison.Ordinal);

    private bool IsTaskValue(ExpressionSyntax expression)
    {
        var task = Unwrapped(expression);
        return _model.GetTypeInfo(task, _cancellationToken).Type is { TypeKind: not TypeKind.Error } type
            ? AsyncTypes.IsTask(type)
            : task is InvocationExpressionSyntax call && CalledName(call).EndsWith("Async", StringComparison.Ordinal);
    }

    private void NoteEnded(ExpressionSyntax awaited)
    {
        if (Unwrapped(awaited) is InvocationExpressionSyntax call && CalledName(call) is "WhenAll" or "WhenAny")
        {
            foreach (var symbol in call.ArgumentList.Arguments.Select(a => _model.GetSymbolInfo(a.Expression, _cancellationToken).Symbol).OfType<ISymbol>())
            {
                _scope.Ended.Add(symbol);
            }
        }
        else if (_model.GetSymbolInfo(awaited, _cancellationToken).Symbol is ILocalSymbol or IParameterSymbol or IFieldSymbol)
        {
            _scope.Ended.Add(_model.GetSymbolInfo(awaited, _cancellationToken).Symbol!);
        }
    }

    private bool HasEnded(ExpressionSyntax task) => _model.GetSymbolInfo(task, _cancellationToken).Symbol is { } symbol && _scope.Ended.Contains(symbol);

    // if (task.IsCompletedSuccessfully) { return task.Result; }
    private void Completed(ExpressionSyntax condition)
    {
        foreach (var test in condition.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>())
        {
            if (test.Name.Identifier.Text is "IsCompleted" or "IsCompletedSuccessfully" && _model.GetSymbolInfo(test.Expression, _cancellationToken).Symbol is { } task)
            {
                _scope.Ended.Add(task);
            }
        }
    }

    // foo.ConfigureAwait(false) is foo.
    private static ExpressionSyntax Unwrapped(ExpressionSyntax expression)
    {
        while (true)
        {
            switch (expression)
            {
                case ParenthesizedExpressionSyntax p:
                    expression = p.Expression;
                    break;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" } access }:
                    expression = access.Expression;
                    break;
                default:
                    return expression;
            }
        }
    }

    private static bool IsNameof(SyntaxNode node) =>
        node.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "nameof" } } };

    private static string CalledName(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => "",
    };

    private static SyntaxNode Head(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax m => m.ReturnType,
        LocalFunctionStatementSyntax l => l.ReturnType,
        SimpleLambdaExpressionSyntax l => l.Parameter,
        ParenthesizedLambdaExpressionSyntax l => l.ParameterList,
        _ => node,
    };
}
