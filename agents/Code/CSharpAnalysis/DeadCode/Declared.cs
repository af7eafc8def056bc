using Microsoft.CodeAnalysis;

namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

/// <summary>Where a symbol is declared; the same for a file that several projects compile.</summary>
internal readonly record struct Declared(string File, int Start)
{
    /// <summary>Stands for code that runs without being called: top-level statements and attributes of the assembly.</summary>
    public static Declared Program(string file) => new(file, -1);

    /// <summary>Accessors stand for their property, what the compiler adds stands for its type, a use of a generic for its definition.</summary>
    public static Declared? Of(ISymbol symbol)
    {
        var definition = symbol switch
        {
            IMethodSymbol { AssociatedSymbol: { } property } => property.OriginalDefinition,
            IMethodSymbol { ReducedFrom: { } extension } => extension.OriginalDefinition,
            _ => symbol.OriginalDefinition,
        };
        definition = definition switch
        {
            IMethodSymbol { PartialDefinitionPart: { } first } => first,
            IPropertySymbol { PartialDefinitionPart: { } first } => first,
            _ => definition,
        };
        if (definition.IsImplicitlyDeclared && definition is not INamedTypeSymbol)
        {
            return definition.ContainingType is { } type ? Of(type) : null;
        }

        return definition.DeclaringSyntaxReferences is [var at, ..] ? new(at.SyntaxTree.FilePath, at.Span.Start) : null;
    }
}
