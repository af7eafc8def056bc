using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.Metrics;

/// <summary>
/// The distinct types that code names, creates, or uses a member of. The language's own simple types, type parameters, tuples and the
/// member's own type are not counted; a type that is not there counts by its name.
/// </summary>
internal static class TypeCoupling
{
    public static int Count(IEnumerable<SyntaxNode> parts, SemanticModel model, INamedTypeSymbol? own, CancellationToken cancellationToken)
    {
        HashSet<ISymbol> types = new(SymbolEqualityComparer.Default);
        HashSet<string> missing = new(StringComparer.Ordinal);
        foreach (var node in parts.SelectMany(p => p.DescendantNodesAndSelf()))
        {
            switch (node)
            {
                case SimpleNameSyntax name:
                    var found = model.GetSymbolInfo(name, cancellationToken);
                    if ((found.Symbol ?? (found.CandidateSymbols is [var only] ? only : null)) is { } symbol)
                    {
                        Add(TypeOf(symbol));
                    }
                    else if (SyntaxFacts.IsInTypeOnlyContext(name) && !name.IsVar)
                    {
                        missing.Add(name.Identifier.Text);
                    }

                    break;
                case ImplicitObjectCreationExpressionSyntax creation:
                    Add(model.GetTypeInfo(creation, cancellationToken).Type as INamedTypeSymbol);
                    break;
            }
        }

        return types.Count + missing.Count;

        void Add(INamedTypeSymbol? type)
        {
            if (type?.OriginalDefinition is { } definition && Counts(definition) && !SymbolEqualityComparer.Default.Equals(definition, own?.OriginalDefinition))
            {
                if (definition.TypeKind == TypeKind.Error)
                {
                    missing.Add(definition.Name);
                }
                else
                {
                    types.Add(definition);
                }
            }
        }
    }

    private static INamedTypeSymbol? TypeOf(ISymbol symbol) => symbol switch
    {
        INamedTypeSymbol type => type,
        IAliasSymbol { Target: INamedTypeSymbol target } => target,
        IMethodSymbol { MethodKind: MethodKind.LocalFunction } => null,
        IMethodSymbol method => (method.ReducedFrom ?? method).ContainingType,
        IPropertySymbol or IFieldSymbol or IEventSymbol => symbol.ContainingType,
        _ => null,
    };

    private static bool Counts(INamedTypeSymbol type) => !type.IsAnonymousType && !type.IsTupleType && type.SpecialType is not (
        SpecialType.System_Object or SpecialType.System_Void or SpecialType.System_Boolean or SpecialType.System_Char or SpecialType.System_String
        or SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Int32
        or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Decimal or SpecialType.System_Single
        or SpecialType.System_Double or SpecialType.System_IntPtr or SpecialType.System_UIntPtr or SpecialType.System_Nullable_T
        or SpecialType.System_ValueType or SpecialType.System_Enum);
}
