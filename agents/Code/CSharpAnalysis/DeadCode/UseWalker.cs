using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

/// <summary>Notes every use of a symbol in one source.</summary>
internal sealed class UseWalker(SemanticModel model, SymbolUses uses, CancellationToken cancellationToken) : CSharpSyntaxWalker
{
    private static readonly string[] s_serializing = ["Serialize", "Deserialize", "Json", "Bind", "Configure", "Map"];

    private readonly string _file = model.SyntaxTree.FilePath;
    private Declared _owner = Declared.Program(model.SyntaxTree.FilePath);

    public override void Visit(SyntaxNode? node)
    {
        if (node is (MemberDeclarationSyntax and not (BaseNamespaceDeclarationSyntax or GlobalStatementSyntax or BaseFieldDeclarationSyntax))
            or LocalFunctionStatementSyntax or VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax })
        {
            cancellationToken.ThrowIfCancellationRequested();
            var outer = _owner;
            _owner = (node is VariableDeclaratorSyntax ? null : Canonical(node)) ?? new(_file, node.SpanStart);
            base.Visit(node);
            _owner = outer;
        }
        else
        {
            base.Visit(node);
        }
    }

    public override void VisitFieldDeclaration(FieldDeclarationSyntax node) => ForEachVariable(node, node.Declaration.Variables);

    public override void VisitEventFieldDeclaration(EventFieldDeclarationSyntax node) => ForEachVariable(node, node.Declaration.Variables);

    public override void VisitUsingDirective(UsingDirectiveSyntax node)
    {
    }

    public override void VisitIdentifierName(IdentifierNameSyntax node) => Name(node);

    public override void VisitGenericName(GenericNameSyntax node)
    {
        Name(node);
        base.VisitGenericName(node);
    }

    public override void VisitObjectCreationExpression(ObjectCreationExpressionSyntax node)
    {
        Use(model.GetSymbolInfo(node, cancellationToken));
        base.VisitObjectCreationExpression(node);
    }

    public override void VisitImplicitObjectCreationExpression(ImplicitObjectCreationExpressionSyntax node)
    {
        Use(model.GetSymbolInfo(node, cancellationToken));
        base.VisitImplicitObjectCreationExpression(node);
    }

    public override void VisitConstructorInitializer(ConstructorInitializerSyntax node)
    {
        Use(model.GetSymbolInfo(node, cancellationToken));
        base.VisitConstructorInitializer(node);
    }

    public override void VisitPrimaryConstructorBaseType(PrimaryConstructorBaseTypeSyntax node)
    {
        Use(model.GetSymbolInfo(node, cancellationToken));
        base.VisitPrimaryConstructorBaseType(node);
    }

    public override void VisitElementAccessExpression(ElementAccessExpressionSyntax node)
    {
        Use(model.GetSymbolInfo(node, cancellationToken));
        base.VisitElementAccessExpression(node);
    }

    public override void VisitTypeOfExpression(TypeOfExpressionSyntax node)
    {
        uses.AddReflected(model.GetTypeInfo(node.Type, cancellationToken).Type);
        base.VisitTypeOfExpression(node);
    }

    public override void VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        if (node.IsKind(SyntaxKind.StringLiteralExpression))
        {
            Mention(node.Token.ValueText);
        }
    }

    public override void VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        if (node.Expression is IdentifierNameSyntax { Identifier.Text: "nameof" } && model.GetConstantValue(node, cancellationToken) is { Value: string named })
        {
            uses.Mentioned.Add(named);
            return;
        }

        Reflect(node);
        base.VisitInvocationExpression(node);
    }

    private void ForEachVariable(BaseFieldDeclarationSyntax node, SeparatedSyntaxList<VariableDeclaratorSyntax> variables)
    {
        foreach (var variable in variables)
        {
            var outer = _owner;
            _owner = new(_file, variable.SpanStart);
            foreach (var attributes in node.AttributeLists)
            {
                Visit(attributes);
            }

            Visit(node.Declaration.Type);
            _owner = outer;
            Visit(variable);
        }
    }

    private Declared? Canonical(SyntaxNode node) => model.GetDeclaredSymbol(node, cancellationToken) is { } symbol ? Declared.Of(symbol) : null;

    private void Name(SimpleNameSyntax node)
    {
        // The name in "M(size: 1)" is not a use of the parameter; in "{ Size: 1 }" it is one of the property.
        if (node.Parent is NameColonSyntax { Parent: ArgumentSyntax or AttributeArgumentSyntax } || node.IsVar)
        {
            return;
        }

        var info = model.GetSymbolInfo(node, cancellationToken);
        if (info.Symbol is null && info.CandidateSymbols.IsEmpty)
        {
            uses.Unresolved.Add(node.Identifier.ValueText);
            uses.FilesWithUnresolved.Add(_file);
            return;
        }

        Use(info);
        foreach (var symbol in info.Symbol is { } one ? [one] : info.CandidateSymbols.AsEnumerable())
        {
            Access(node, symbol);
        }
    }

    private void Use(SymbolInfo info)
    {
        if (info.Symbol is { } symbol)
        {
            Use(symbol);
        }
        else
        {
            foreach (var candidate in info.CandidateSymbols)
            {
                Use(candidate);
            }
        }
    }

    private void Use(ISymbol symbol) => uses.Add(_owner, symbol is IAliasSymbol alias ? alias.Target : symbol);

    private void Access(SimpleNameSyntax node, ISymbol symbol)
    {
        if (Declared.Of(symbol) is not { } declared)
        {
            return;
        }

        ExpressionSyntax whole = node;
        while (whole.Parent is MemberAccessExpressionSyntax access && access.Name == whole || whole.Parent is ParenthesizedExpressionSyntax)
        {
            whole = (ExpressionSyntax)whole.Parent;
        }

        if (symbol is IMethodSymbol)
        {
            if (whole.Parent is not InvocationExpressionSyntax call || call.Expression != whole)
            {
                uses.MethodGroups.Add(declared);
            }
        }
        else if (IsOnlyWritten(whole))
        {
            uses.Written.Add(declared);
        }
        else
        {
            uses.Read.Add(declared);
        }
    }

    private static bool IsOnlyWritten(ExpressionSyntax target) => target.Parent switch
    {
        AssignmentExpressionSyntax a when a.Left == target =>
            a.IsKind(SyntaxKind.SimpleAssignmentExpression) || (a.Parent is ExpressionStatementSyntax && !a.IsKind(SyntaxKind.CoalesceAssignmentExpression)),
        PrefixUnaryExpressionSyntax p => p.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression && p.Parent is ExpressionStatementSyntax,
        PostfixUnaryExpressionSyntax p =>
            p.Kind() is SyntaxKind.PostIncrementExpression or SyntaxKind.PostDecrementExpression && p.Parent is ExpressionStatementSyntax or ForStatementSyntax,
        ArgumentSyntax { Parent: TupleExpressionSyntax tuple } => IsOnlyWritten(tuple) || tuple.Parent is ForEachVariableStatementSyntax f && f.Variable == tuple,
        ArgumentSyntax argument => argument.RefKindKeyword.IsKind(SyntaxKind.OutKeyword),
        _ => false,
    };

    private void Mention(string literal)
    {
        if (literal.Length is > 0 and <= 200 && literal.AsSpan(literal.LastIndexOf('.') + 1) is { Length: > 0 } last && SyntaxFacts.IsValidIdentifier(last.ToString()))
        {
            uses.Mentioned.Add(last.ToString());
        }
    }

    private void Reflect(InvocationExpressionSyntax node)
    {
        var name = node.Expression switch
        {
            MemberAccessExpressionSyntax access => access.Name,
            MemberBindingExpressionSyntax binding => binding.Name,
            SimpleNameSyntax simple => simple,
            _ => null,
        };
        foreach (var argument in (name as GenericNameSyntax)?.TypeArgumentList.Arguments ?? [])
        {
            uses.AddReflected(model.GetTypeInfo(argument, cancellationToken).Type);
        }

        if (name is not null && s_serializing.Any(s => name.Identifier.ValueText.Contains(s, StringComparison.Ordinal)))
        {
            foreach (var argument in node.ArgumentList.Arguments)
            {
                uses.AddReflected(model.GetTypeInfo(argument.Expression, cancellationToken).Type);
            }
        }
    }
}
