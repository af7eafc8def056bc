using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

/// <summary>
/// End-point reachability of statements (C# specification, 13.2), for one body. Works where the compiler gives up on a body because
/// names in it are unresolved, and follows calls of methods marked <c>[DoesNotReturn]</c>, which the compiler does not.
/// </summary>
/// <param name="targets">Labels that some goto names.</param>
internal sealed class FlowWalk(SemanticModel model, IReadOnlySet<string> targets, Action<TextSpan, string> report, CancellationToken cancellationToken)
{
    private readonly Stack<Target> _breaks = new();
    private readonly Stack<Target> _continues = new();

    /// <summary>Walks a list of statements that begins alive.</summary>
    /// <returns>Whether its end is reached.</returns>
    public bool Completes(IReadOnlyList<StatementSyntax> statements)
    {
        string? dead = null;
        for (var i = 0; i < statements.Count; i++)
        {
            if (dead is null || IsTarget(statements[i]))
            {
                dead = Completes(statements[i]) ? null : Ending(statements[i]);
                continue;
            }

            var last = i;
            while (last + 1 < statements.Count && !IsTarget(statements[last + 1]))
            {
                last++;
            }

            if (FirstThatRuns(statements, i, last) is { } first)
            {
                report(TextSpan.FromBounds(first.SpanStart, statements[last].Span.End), dead);
            }

            i = last;
        }

        return dead is null;
    }

    private bool IsTarget(StatementSyntax statement) => statement is LabeledStatementSyntax label && targets.Contains(label.Identifier.ValueText);

    // Declaring a local function or writing an empty statement is nothing that could run.
    private static StatementSyntax? FirstThatRuns(IReadOnlyList<StatementSyntax> statements, int from, int to)
    {
        for (var i = from; i <= to; i++)
        {
            if (statements[i] is not (LocalFunctionStatementSyntax or EmptyStatementSyntax))
            {
                return statements[i];
            }
        }

        return null;
    }

    private bool Completes(StatementSyntax statement)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        cancellationToken.ThrowIfCancellationRequested();
        switch (statement)
        {
            case BlockSyntax block:
                return Completes(block.Statements);
            case ReturnStatementSyntax or ThrowStatementSyntax or GotoStatementSyntax or YieldStatementSyntax { RawKind: (int)SyntaxKind.YieldBreakStatement }:
                return false;
            case BreakStatementSyntax:
                Reach(_breaks);
                return false;
            case ContinueStatementSyntax:
                Reach(_continues);
                return false;
            case ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call }:
                return !NeverReturns(call);
            case IfStatementSyntax @if:
                return If(@if);
            case WhileStatementSyntax loop:
                return Loop(loop.Statement, Constant(loop.Condition), loop.Condition);
            case ForStatementSyntax loop:
                return Loop(loop.Statement, loop.Condition is null ? true : Constant(loop.Condition), loop.Condition);
            case DoStatementSyntax loop:
                return Do(loop);
            case CommonForEachStatementSyntax loop:
                Body(loop.Statement, out _, out _);
                return true;
            case SwitchStatementSyntax @switch:
                return Switch(@switch);
            case TryStatementSyntax @try:
                return Try(@try);
            case UsingStatementSyntax s:
                return Completes(s.Statement);
            case LockStatementSyntax s:
                return Completes(s.Statement);
            case FixedStatementSyntax s:
                return Completes(s.Statement);
            case CheckedStatementSyntax s:
                return Completes(s.Block);
            case UnsafeStatementSyntax s:
                return Completes(s.Block);
            case LabeledStatementSyntax s:
                return Completes(s.Statement);
            default:
                return true;
        }
    }

    private bool If(IfStatementSyntax node)
    {
        var constant = Constant(node.Condition);
        var then = constant != false && Completes(node.Statement);
        if (constant == false)
        {
            Dead(node.Statement, $"the condition '{Short(node.Condition)}' is always false");
        }

        if (node.Else is null)
        {
            return then || constant != true;
        }

        var otherwise = constant != true && Completes(node.Else.Statement);
        if (constant == true)
        {
            Dead(node.Else.Statement, $"the condition '{Short(node.Condition)}' is always true");
        }

        return then || otherwise;
    }

    private bool Loop(StatementSyntax body, bool? condition, ExpressionSyntax? written)
    {
        if (condition == false)
        {
            Dead(body, $"the condition '{Short(written!)}' is always false");
            return true;
        }

        Body(body, out var broken, out _);
        return condition != true || broken;
    }

    private bool Do(DoStatementSyntax loop)
    {
        var end = Body(loop.Statement, out var broken, out var continued);
        return broken || ((end || continued) && Constant(loop.Condition) != true);
    }

    private bool Body(StatementSyntax body, out bool broken, out bool continued)
    {
        Target ends = new(), again = new();
        _breaks.Push(ends);
        _continues.Push(again);
        var completes = Completes(body);
        _breaks.Pop();
        _continues.Pop();
        (broken, continued) = (ends.IsReached, again.IsReached);
        return completes;
    }

    private bool Switch(SwitchStatementSyntax node)
    {
        Target ends = new();
        _breaks.Push(ends);
        var falls = false;
        foreach (var section in node.Sections)
        {
            falls |= Completes(section.Statements);
        }

        _breaks.Pop();
        return falls || ends.IsReached || !node.Sections.Any(s => s.Labels.Any(SyntaxKind.DefaultSwitchLabel));
    }

    private bool Try(TryStatementSyntax node)
    {
        var completes = Completes(node.Block);
        foreach (var handler in node.Catches)
        {
            completes |= Completes(handler.Block);
        }

        return (node.Finally is null || Completes(node.Finally.Block)) && completes;
    }

    private void Dead(StatementSyntax statement, string because)
    {
        if (statement is BlockSyntax block)
        {
            if (FirstThatRuns(block.Statements, 0, block.Statements.Count - 1) is { } first)
            {
                report(TextSpan.FromBounds(first.SpanStart, block.Statements[^1].Span.End), because);
            }
        }
        else if (statement is not EmptyStatementSyntax)
        {
            report(statement.Span, because);
        }
    }

    private bool? Constant(ExpressionSyntax condition) =>
        model.GetConstantValue(condition, cancellationToken) is { HasValue: true, Value: bool value } ? value : null;

    private bool NeverReturns(InvocationExpressionSyntax call) =>
        model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method
        && method.GetAttributes().Any(a => a.AttributeClass?.Name == "DoesNotReturnAttribute");

    private static string Ending(StatementSyntax statement) => statement switch
    {
        ReturnStatementSyntax => "follows a return",
        ThrowStatementSyntax => "follows a throw",
        BreakStatementSyntax => "follows a break",
        ContinueStatementSyntax => "follows a continue",
        GotoStatementSyntax => "follows a goto",
        YieldStatementSyntax => "follows a yield break",
        ExpressionStatementSyntax e => $"follows '{Short(e.Expression)}', which does not return",
        WhileStatementSyntax or ForStatementSyntax or DoStatementSyntax => "follows a loop that does not end",
        _ => "no way through the statement before it reaches its end",
    };

    private static string Short(ExpressionSyntax expression) => expression.Span.Length <= 60 ? expression.ToString() : string.Concat(expression.ToString().AsSpan(0, 57), "...");

    private static void Reach(Stack<Target> targets)
    {
        if (targets.TryPeek(out var target))
        {
            target.IsReached = true;
        }
    }

    private sealed class Target
    {
        public bool IsReached { get; set; }
    }
}
