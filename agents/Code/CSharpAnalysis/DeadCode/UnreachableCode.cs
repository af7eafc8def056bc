using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

/// <summary>Code that no run reaches: what the own flow walk finds, and what only the compiler does.</summary>
internal static class UnreachableCode
{
    // Subsumed case, arm and catch; a filter that is always false. The compiler's message says which.
    private static readonly string[] s_branches = ["CS8120", "CS8510", "CS0160", "CS7095", "CS8519"];

    public static IEnumerable<UnreachableSpan> Find(SourceSet sources, CancellationToken cancellationToken)
    {
        Dictionary<SourceProject, ILookup<SyntaxTree?, Diagnostic>> diagnostics = [];
        foreach (var (project, tree) in sources.Trees)
        {
            if (!diagnostics.TryGetValue(project, out var found))
            {
                diagnostics[project] = found = project.Compilation.GetDiagnostics(cancellationToken)
                    .Where(d => d.Id == "CS0162" || s_branches.Contains(d.Id)).ToLookup(d => d.Location.SourceTree);
            }

            foreach (var span in OfTree(project.Compilation.GetSemanticModel(tree), found[tree], cancellationToken))
            {
                yield return span;
            }
        }
    }

    private static IEnumerable<UnreachableSpan> OfTree(SemanticModel model, IEnumerable<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        List<(TextSpan Span, string Because)> spans = [];
        var root = model.SyntaxTree.GetRoot(cancellationToken);
        var targets = root.DescendantNodes().OfType<GotoStatementSyntax>().Select(g => g.Expression).OfType<IdentifierNameSyntax>()
            .Select(l => l.Identifier.ValueText).ToHashSet(StringComparer.Ordinal);
        foreach (var node in root.DescendantNodesAndSelf())
        {
            switch (node)
            {
                case BlockSyntax { Parent: not (StatementSyntax or ElseClauseSyntax or CatchClauseSyntax or FinallyClauseSyntax or SwitchSectionSyntax or GlobalStatementSyntax) } body:
                    new FlowWalk(model, targets, Report, cancellationToken).Completes(body.Statements);
                    break;
                case BlockSyntax { Parent: LocalFunctionStatementSyntax } body:
                    new FlowWalk(model, targets, Report, cancellationToken).Completes(body.Statements);
                    break;
                case CompilationUnitSyntax unit:
                    new FlowWalk(model, targets, Report, cancellationToken).Completes([.. unit.Members.OfType<GlobalStatementSyntax>().Select(g => g.Statement)]);
                    break;
                case ConditionalExpressionSyntax choice when Constant(choice.Condition) is { } value:
                    Report((value ? choice.WhenFalse : choice.WhenTrue).Span, $"the condition '{choice.Condition}' is always {(value ? "true" : "false")}");
                    break;
                case BinaryExpressionSyntax b when b.IsKind(SyntaxKind.LogicalAndExpression) && Constant(b.Left) == false:
                    Report(b.Right.Span, "what stands before && is always false");
                    break;
                case BinaryExpressionSyntax b when b.IsKind(SyntaxKind.LogicalOrExpression) && Constant(b.Left) == true:
                    Report(b.Right.Span, "what stands before || is always true");
                    break;
            }
        }

        foreach (var diagnostic in diagnostics)
        {
            if (diagnostic.Id != "CS0162")
            {
                spans.Add((diagnostic.Location.SourceSpan, diagnostic.GetMessage(CultureInfo.InvariantCulture)));
            }
            else if (!spans.Any(s => s.Span.Contains(diagnostic.Location.SourceSpan.Start)))
            {
                spans.Add((ToEndOfList(root, diagnostic.Location.SourceSpan), "the compiler finds no way to it"));
            }
        }

        return Outermost(spans).Select(s => Unreachable(model.SyntaxTree, s.Span, s.Because));

        void Report(TextSpan span, string because) => spans.Add((span, because));

        bool? Constant(ExpressionSyntax condition) => model.GetConstantValue(condition, cancellationToken) is { HasValue: true, Value: bool value } ? value : null;
    }

    private static TextSpan ToEndOfList(SyntaxNode root, TextSpan at)
    {
        if (root.FindNode(at).FirstAncestorOrSelf<StatementSyntax>() is not { } statement)
        {
            return at;
        }

        var siblings = statement.Parent switch
        {
            BlockSyntax block => block.Statements,
            SwitchSectionSyntax section => section.Statements,
            _ => [statement],
        };
        var last = siblings.SkipWhile(s => s != statement).TakeWhile(s => s == statement || s is not LabeledStatementSyntax).Last();
        return TextSpan.FromBounds(statement.SpanStart, last.Span.End);
    }

    private static IEnumerable<(TextSpan Span, string Because)> Outermost(List<(TextSpan Span, string Because)> spans)
    {
        var end = -1;
        foreach (var span in spans.OrderBy(s => s.Span.Start).ThenByDescending(s => s.Span.End))
        {
            if (span.Span.End > end)
            {
                end = span.Span.End;
                yield return span;
            }
        }
    }

    private static UnreachableSpan Unreachable(SyntaxTree tree, TextSpan span, string because)
    {
        var lines = tree.GetLineSpan(span);
        var text = tree.GetText();
        var first = text.ToString(TextSpan.FromBounds(span.Start, Math.Min(span.End, Math.Min(text.Lines.GetLineFromPosition(span.Start).End, span.Start + 120))));
        return new(
            new(tree.FilePath, lines.StartLinePosition.Line + 1, lines.StartLinePosition.Character + 1, lines.EndLinePosition.Line + 1, lines.EndLinePosition.Character + 1),
            because,
            first);
    }
}

/// <param name="Code">Its first line.</param>
public sealed record UnreachableSpan(CodeSpan Span, string Because, string Code);
