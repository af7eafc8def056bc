using Microsoft.CodeAnalysis;

namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>How results name a symbol: its type in full, its parameters in short, as in <c>Shop.Cart.Add(Item, int)</c>.</summary>
internal static class SourceNames
{
    private static readonly SymbolDisplayFormat s_full = SymbolDisplayFormat.CSharpErrorMessageFormat;

    private static readonly SymbolDisplayFormat s_member = SymbolDisplayFormat.CSharpShortErrorMessageFormat
        .RemoveMemberOptions(SymbolDisplayMemberOptions.IncludeContainingType);

    public static string Of(ISymbol symbol) => symbol.ContainingType is { } type && symbol is not INamedTypeSymbol
        ? $"{type.ToDisplayString(s_full)}.{symbol.ToDisplayString(s_member)}"
        : symbol.ToDisplayString(s_full);
}
