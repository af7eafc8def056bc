using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.Metrics;

/// <summary>A piece of a source that is measured as one: a body, or all top-level statements of a file together.</summary>
/// <param name="Parts">What is walked.</param>
/// <param name="Declaration">What its lines span.</param>
internal sealed record MeasuredMember(string Kind, SyntaxNode Declaration, IReadOnlyList<SyntaxNode> Parts, SyntaxToken Name)
{
    public static IEnumerable<MeasuredMember> Of(SyntaxNode root)
    {
        foreach (var node in root.DescendantNodes(Contains))
        {
            switch (node)
            {
                case BaseMethodDeclarationSyntax method when method.Body is not null || method.ExpressionBody is not null:
                    yield return new(Kinds(method), method, [method], NameOf(method));
                    break;
                case AccessorDeclarationSyntax accessor when accessor.Body is not null || accessor.ExpressionBody is not null:
                    yield return new("accessor", accessor, [.. TypeOf(accessor), accessor], accessor.Keyword);
                    break;
                case PropertyDeclarationSyntax { ExpressionBody: { } body } property:
                    yield return new("accessor", property, [property.Type, body], property.Identifier);
                    break;
                case IndexerDeclarationSyntax { ExpressionBody: { } body } indexer:
                    yield return new("accessor", indexer, [indexer.Type, indexer.ParameterList, body], indexer.ThisKeyword);
                    break;
                case PropertyDeclarationSyntax { Initializer: { } initializer } property:
                    yield return new("initializer", property, [property.Type, initializer], property.Identifier);
                    break;
                case VariableDeclaratorSyntax { Initializer: { } initializer, Parent: VariableDeclarationSyntax { Parent: FieldDeclarationSyntax } declaration } field:
                    yield return new("initializer", field, [declaration.Type, initializer], field.Identifier);
                    break;
            }
        }

        if (root is CompilationUnitSyntax unit && unit.Members.OfType<GlobalStatementSyntax>().ToList() is [var first, ..] statements)
        {
            yield return new("topLevel", unit, statements, first.GetFirstToken());
        }
    }

    /// <summary>The lines from the first to the last token; of top-level statements only theirs.</summary>
    public (int First, int Last) Lines()
    {
        var span = Kind == "topLevel" ? Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(Parts[0].SpanStart, Parts[^1].Span.End) : Declaration.Span;
        var lines = Declaration.SyntaxTree.GetLineSpan(span);
        return (lines.StartLinePosition.Line + 1, lines.EndLinePosition.Line + 1);
    }

    private static bool Contains(SyntaxNode node) => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax
        or BasePropertyDeclarationSyntax or AccessorListSyntax or FieldDeclarationSyntax or VariableDeclarationSyntax;

    private static string Kinds(BaseMethodDeclarationSyntax method) => method switch
    {
        ConstructorDeclarationSyntax => "constructor",
        DestructorDeclarationSyntax => "finalizer",
        OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax => "operator",
        _ => "method",
    };

    private static SyntaxToken NameOf(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax m => m.Identifier,
        ConstructorDeclarationSyntax c => c.Identifier,
        DestructorDeclarationSyntax d => d.Identifier,
        OperatorDeclarationSyntax o => o.OperatorToken,
        _ => method.GetFirstToken(),
    };

    private static IEnumerable<SyntaxNode> TypeOf(AccessorDeclarationSyntax accessor) => accessor.Parent?.Parent switch
    {
        IndexerDeclarationSyntax indexer => [indexer.Type, indexer.ParameterList],
        BasePropertyDeclarationSyntax property => [property.Type],
        _ => [],
    };
}
