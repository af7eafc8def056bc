using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.Metrics;

/// <summary>
/// Both complexities of one member. Cyclomatic as Visual Studio counts it (Microsoft.CodeAnalysis.Metrics: if, ?:, loops, case and
/// default labels, <c>&amp;&amp;</c>, <c>||</c>, boolean <c>&amp;</c> and <c>|</c>, <c>??</c>, <c>?.</c>; catch is none), and besides,
/// for what came into the language later, switch-expression arms other than the discard, <c>and</c>/<c>or</c> patterns,
/// <c>when</c> clauses and <c>??=</c>. Cognitive as in G. Ann Campbell, "Cognitive Complexity", SonarSource, version 1.7 (2023).
/// </summary>
internal sealed class ComplexityWalker(SemanticModel model) : CSharpSyntaxWalker
{
    private readonly HashSet<ISymbol> _recursiveLocals = new(SymbolEqualityComparer.Default);
    private readonly Stack<ISymbol> _localFunctions = new();
    private int _nesting;

    public int Cyclomatic { get; private set; } = 1;

    public int Cognitive => Increments.Sum(i => i.Amount);

    public List<Increment> Increments { get; } = [];

    public HashSet<IMethodSymbol> Calls { get; } = new(SymbolEqualityComparer.Default);

    public bool HasFunction { get; private set; }

    public void AddRecursion(SyntaxToken at) => Flat(at, "recursion");

    public override void VisitIfStatement(IfStatementSyntax node)
    {
        Cyclomatic++;
        if (node.Parent is ElseClauseSyntax)
        {
            Flat(node.IfKeyword, "else if");
        }
        else
        {
            Nested(node.IfKeyword, "if");
        }

        Visit(node.Condition);
        Deeper(node.Statement);
        if (node.Else?.Statement is IfStatementSyntax chained)
        {
            Visit(chained);
        }
        else if (node.Else is { } last)
        {
            Flat(last.ElseKeyword, "else");
            Deeper(last.Statement);
        }
    }

    public override void VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        Cyclomatic++;
        Nested(node.QuestionToken, "?:");
        Visit(node.Condition);
        Deeper(node.WhenTrue);
        Deeper(node.WhenFalse);
    }

    public override void VisitSwitchStatement(SwitchStatementSyntax node)
    {
        Nested(node.SwitchKeyword, "switch");
        Visit(node.Expression);
        foreach (var section in node.Sections)
        {
            Cyclomatic += section.Labels.Count;
            Deeper(section);
        }
    }

    public override void VisitSwitchExpression(SwitchExpressionSyntax node)
    {
        Nested(node.SwitchKeyword, "switch");
        Visit(node.GoverningExpression);
        foreach (var arm in node.Arms)
        {
            Cyclomatic += arm.Pattern is DiscardPatternSyntax && arm.WhenClause is null ? 0 : 1;
            Deeper(arm);
        }
    }

    public override void VisitWhenClause(WhenClauseSyntax node)
    {
        Cyclomatic++;
        base.VisitWhenClause(node);
    }

    public override void VisitForStatement(ForStatementSyntax node)
    {
        Loop(node.ForKeyword, "for");
        Visit(node.Declaration);
        foreach (var part in node.Initializers)
        {
            Visit(part);
        }

        Visit(node.Condition);
        foreach (var part in node.Incrementors)
        {
            Visit(part);
        }

        Deeper(node.Statement);
    }

    public override void VisitForEachStatement(ForEachStatementSyntax node)
    {
        Loop(node.ForEachKeyword, "foreach");
        Visit(node.Expression);
        Deeper(node.Statement);
    }

    public override void VisitForEachVariableStatement(ForEachVariableStatementSyntax node)
    {
        Loop(node.ForEachKeyword, "foreach");
        Visit(node.Expression);
        Deeper(node.Statement);
    }

    public override void VisitWhileStatement(WhileStatementSyntax node)
    {
        Loop(node.WhileKeyword, "while");
        Visit(node.Condition);
        Deeper(node.Statement);
    }

    public override void VisitDoStatement(DoStatementSyntax node)
    {
        Loop(node.DoKeyword, "do");
        Deeper(node.Statement);
        Visit(node.Condition);
    }

    public override void VisitCatchClause(CatchClauseSyntax node)
    {
        Nested(node.CatchKeyword, "catch");
        Visit(node.Filter);
        Deeper(node.Block);
    }

    public override void VisitGotoStatement(GotoStatementSyntax node)
    {
        Flat(node.GotoKeyword, "goto");
        base.VisitGotoStatement(node);
    }

    public override void VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        switch (node.Kind())
        {
            case SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression:
                Sequence(node);
                break;
            case SyntaxKind.CoalesceExpression:
                Cyclomatic++;
                base.VisitBinaryExpression(node);
                break;
            case SyntaxKind.BitwiseAndExpression or SyntaxKind.BitwiseOrExpression when IsBoolean(node):
                Cyclomatic++;
                base.VisitBinaryExpression(node);
                break;
            default:
                base.VisitBinaryExpression(node);
                break;
        }
    }

    public override void VisitBinaryPattern(BinaryPatternSyntax node) => Sequence(node);

    public override void VisitAssignmentExpression(AssignmentExpressionSyntax node)
    {
        Cyclomatic += node.IsKind(SyntaxKind.CoalesceAssignmentExpression) ? 1 : 0;
        base.VisitAssignmentExpression(node);
    }

    public override void VisitConditionalAccessExpression(ConditionalAccessExpressionSyntax node)
    {
        Cyclomatic++;
        base.VisitConditionalAccessExpression(node);
    }

    public override void VisitLocalFunctionStatement(LocalFunctionStatementSyntax node)
    {
        HasFunction = true;
        var symbol = model.GetDeclaredSymbol(node);
        if (symbol is not null)
        {
            _localFunctions.Push(symbol);
        }

        Deeper(() => base.VisitLocalFunctionStatement(node));
        if (symbol is not null)
        {
            _localFunctions.Pop();
            if (_recursiveLocals.Contains(symbol))
            {
                Flat(node.Identifier, "recursion");
            }
        }
    }

    public override void VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node) => Lambda(() => base.VisitSimpleLambdaExpression(node));

    public override void VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node) =>
        Lambda(() => base.VisitParenthesizedLambdaExpression(node));

    public override void VisitAnonymousMethodExpression(AnonymousMethodExpressionSyntax node) => Lambda(() => base.VisitAnonymousMethodExpression(node));

    public override void VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        if (model.GetSymbolInfo(node).Symbol is IMethodSymbol called)
        {
            var method = (called.ReducedFrom ?? called).OriginalDefinition;
            if (method.MethodKind == MethodKind.LocalFunction)
            {
                if (_localFunctions.Contains(method, SymbolEqualityComparer.Default))
                {
                    _recursiveLocals.Add(method);
                }
            }
            else if (!method.DeclaringSyntaxReferences.IsEmpty)
            {
                Calls.Add(method);
            }
        }

        base.VisitInvocationExpression(node);
    }

    // A run of like operators reads as one; each change of operator, in reading order, starts another. Parentheses do not break a
    // run, a negation does.
    private void Sequence(SyntaxNode root)
    {
        List<SyntaxNode> operands = [];
        List<SyntaxToken> operators = [];
        Stack<SyntaxNodeOrToken> pending = new([root]);
        while (pending.TryPop(out var part))
        {
            switch (part.AsNode())
            {
                case null:
                    operators.Add(part.AsToken());
                    break;
                case ParenthesizedExpressionSyntax p when IsSequence(p.Expression):
                    pending.Push(p.Expression);
                    break;
                case ParenthesizedPatternSyntax p when p.Pattern is BinaryPatternSyntax or ParenthesizedPatternSyntax:
                    pending.Push(p.Pattern);
                    break;
                case BinaryExpressionSyntax b when IsSequence(b):
                    pending.Push(b.Right);
                    pending.Push(b.OperatorToken);
                    pending.Push(b.Left);
                    break;
                case BinaryPatternSyntax b:
                    pending.Push(b.Right);
                    pending.Push(b.OperatorToken);
                    pending.Push(b.Left);
                    break;
                case { } operand:
                    operands.Add(operand);
                    break;
            }
        }

        Cyclomatic += operators.Count;
        for (var i = 0; i < operators.Count; i++)
        {
            if (i == 0 || !operators[i].IsKind(operators[i - 1].Kind()))
            {
                Flat(operators[i], operators[i].Text);
            }
        }

        foreach (var operand in operands)
        {
            Visit(operand);
        }
    }

    private static bool IsSequence(SyntaxNode node)
    {
        while (node is ParenthesizedExpressionSyntax p)
        {
            node = p.Expression;
        }

        return node.IsKind(SyntaxKind.LogicalAndExpression) || node.IsKind(SyntaxKind.LogicalOrExpression);
    }

    private bool IsBoolean(BinaryExpressionSyntax node) => model.GetTypeInfo(node).Type?.SpecialType == SpecialType.System_Boolean;

    private void Loop(SyntaxToken keyword, string construct)
    {
        Cyclomatic++;
        Nested(keyword, construct);
    }

    private void Lambda(Action visit)
    {
        HasFunction = true;
        Deeper(visit);
    }

    private void Deeper(SyntaxNode? node) => Deeper(() => Visit(node));

    private void Deeper(Action visit)
    {
        _nesting++;
        visit();
        _nesting--;
    }

    private void Nested(SyntaxToken at, string construct) => Increments.Add(new(Line(at), construct, 1 + _nesting, _nesting));

    private void Flat(SyntaxToken at, string construct) => Increments.Add(new(Line(at), construct, 1, 0));

    private static int Line(SyntaxToken token) => token.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}

/// <summary>One reason for a member's cognitive complexity.</summary>
/// <param name="Nesting">How many of the amount come from how deep the construct lies.</param>
public sealed record Increment(int Line, string Construct, int Amount, int Nesting);
