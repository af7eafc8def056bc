using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Sutazai.Agents.Code.CSharpAnalysis.Sources;

namespace Sutazai.Agents.Code.CSharpAnalysis.Api;

/// <summary>Reads the types and members that code outside the sources can name.</summary>
internal static class ApiSurface
{
    private static readonly SymbolDisplayFormat s_signature = new(
        globalNamespaceStyle: SymbolDisplayGlobalNamespaceStyle.Omitted,
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints | SymbolDisplayGenericsOptions.IncludeVariance,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeModifiers
            | SymbolDisplayMemberOptions.IncludeAccessibility | SymbolDisplayMemberOptions.IncludeContainingType | SymbolDisplayMemberOptions.IncludeConstantValue
            | SymbolDisplayMemberOptions.IncludeRef | SymbolDisplayMemberOptions.IncludeExplicitInterface,
        parameterOptions: SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeModifiers
            | SymbolDisplayParameterOptions.IncludeDefaultValue | SymbolDisplayParameterOptions.IncludeExtensionThis,
        propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        kindOptions: SymbolDisplayKindOptions.IncludeTypeKeyword,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier
            | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    private static readonly SymbolDisplayFormat s_type = s_signature
        .WithGenericsOptions(SymbolDisplayGenericsOptions.IncludeTypeParameters)
        .RemoveMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier)
        .WithKindOptions(SymbolDisplayKindOptions.None);

    private static readonly SymbolDisplayFormat s_annotated = s_signature.WithGenericsOptions(SymbolDisplayGenericsOptions.IncludeTypeParameters).WithKindOptions(SymbolDisplayKindOptions.None);

    public static SortedDictionary<string, ApiMember> Of(SourceSet sources, CancellationToken cancellationToken)
    {
        SortedDictionary<string, ApiMember> surface = new(StringComparer.Ordinal);
        foreach (var compilation in sources.Projects.Select(p => p.Compilation))
        {
            Stack<INamespaceOrTypeSymbol> pending = new([compilation.Assembly.GlobalNamespace]);
            while (pending.TryPop(out var container))
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var member in container.GetMembers())
                {
                    if (member is INamespaceSymbol space)
                    {
                        pending.Push(space);
                    }
                    else if (IsVisible(member) && Id(member) is { } id)
                    {
                        surface.TryAdd(id, Read(id, member));
                        if (member is INamedTypeSymbol { TypeKind: not TypeKind.Delegate } type)
                        {
                            pending.Push(type);
                        }
                    }
                }
            }
        }

        return surface;
    }

    private static string? Id(ISymbol symbol) => symbol.GetDocumentationCommentId();

    private static bool IsVisible(ISymbol symbol) => symbol switch
    {
        { CanBeReferencedByName: false } and not IMethodSymbol { MethodKind: MethodKind.Constructor or MethodKind.UserDefinedOperator or MethodKind.Conversion }
            and not IPropertySymbol { IsIndexer: true } => false,
        IMethodSymbol { MethodKind: MethodKind.PropertyGet or MethodKind.PropertySet or MethodKind.EventAdd or MethodKind.EventRemove or MethodKind.EventRaise } => false,
        // Equality, printing and cloning that a record brings is part of being a record.
        IMethodSymbol { IsImplicitlyDeclared: true, MethodKind: not MethodKind.Constructor, Name: not "Deconstruct" } => false,
        IPropertySymbol { IsImplicitlyDeclared: true, Name: "EqualityContract" } => false,
        { DeclaredAccessibility: Accessibility.Public } => true,
        { DeclaredAccessibility: Accessibility.Protected or Accessibility.ProtectedOrInternal } => symbol.ContainingType is { IsSealed: false } type && IsInheritable(type),
        _ => false,
    };

    private static bool IsInheritable(INamedTypeSymbol type) => type.TypeKind == TypeKind.Interface
        || (type.TypeKind == TypeKind.Class && !type.IsStatic && type.InstanceConstructors.Any(c => c.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal));

    private static ApiMember Read(string id, ISymbol symbol)
    {
        var type = symbol as INamedTypeSymbol;
        var method = symbol as IMethodSymbol ?? type?.DelegateInvokeMethod;
        var property = symbol as IPropertySymbol;
        return new ApiMember(id, Kind(symbol), Signature(symbol))
        {
            Type = symbol.ContainingType?.GetDocumentationCommentId(),
            Name = symbol.Name,
            IsProtected = symbol.DeclaredAccessibility != Accessibility.Public,
            IsStatic = symbol.IsStatic,
            IsAbstract = symbol.IsAbstract,
            IsVirtual = symbol.IsVirtual || symbol.IsAbstract || (symbol.IsOverride && !symbol.IsSealed),
            IsSealed = symbol.IsSealed,
            IsInInterface = symbol.ContainingType?.TypeKind == TypeKind.Interface,
            IsInInheritable = symbol.ContainingType is { } owner && IsInheritable(owner),
            IsInheritable = type is { IsSealed: false } && IsInheritable(type),
            IsRequired = property?.IsRequired ?? (symbol as IFieldSymbol)?.IsRequired ?? false,
            IsReadOnly = symbol is IFieldSymbol { IsReadOnly: true },
            IsRefLike = type?.IsRefLikeType ?? false,
            ResultType = Result(symbol)?.ToDisplayString(s_type),
            Annotated = Annotated(symbol),
            RefKind = (method?.RefKind ?? property?.RefKind ?? RefKind.None).ToString(),
            Parameters = [.. (method?.Parameters ?? property?.Parameters ?? []).Select(Read)],
            TypeParameters = [.. (type?.TypeParameters ?? method?.TypeParameters ?? []).Select(Constraints)],
            Getter = Accessor(property?.GetMethod),
            Setter = Accessor(property?.SetMethod),
            IsInit = property?.SetMethod?.IsInitOnly ?? false,
            Constant = symbol is IFieldSymbol { HasConstantValue: true } constant ? Literal(constant.ConstantValue) : null,
            Base = type is { TypeKind: TypeKind.Class } ? type.BaseType?.ToDisplayString(s_type) : null,
            Bases = type is null ? [] : [.. Ancestors(type).Select(b => b.GetDocumentationCommentId() ?? b.Name)],
            Interfaces = type is null ? [] : [.. type.AllInterfaces.Where(i => i.DeclaredAccessibility == Accessibility.Public).Select(i => i.ToDisplayString(s_type)).Order(StringComparer.Ordinal)],
            EnumType = type?.EnumUnderlyingType?.ToDisplayString(s_type),
            IsObsolete = symbol.GetAttributes().Any(a => a.AttributeClass?.Name == "ObsoleteAttribute"),
        };
    }

    private static ApiParameter Read(IParameterSymbol parameter) => new(
        parameter.Name,
        parameter.Type.ToDisplayString(s_type),
        parameter.RefKind.ToString(),
        parameter.IsParams,
        parameter.HasExplicitDefaultValue ? Literal(parameter.ExplicitDefaultValue) : null);

    private static ApiTypeParameter Constraints(ITypeParameterSymbol parameter)
    {
        List<string> constraints = [];
        Add(parameter.HasReferenceTypeConstraint, "class");
        Add(parameter.HasValueTypeConstraint, "struct");
        Add(parameter.HasUnmanagedTypeConstraint, "unmanaged");
        Add(parameter.HasNotNullConstraint, "notnull");
        Add(parameter.HasConstructorConstraint, "new()");
        constraints.AddRange(parameter.ConstraintTypes.Select(t => t.ToDisplayString(s_type)));
        constraints.Sort(StringComparer.Ordinal);
        return new(constraints, parameter.Variance.ToString());

        void Add(bool has, string name)
        {
            if (has)
            {
                constraints.Add(name);
            }
        }
    }

    private static string Kind(ISymbol symbol) => symbol switch
    {
        INamedTypeSymbol { IsRecord: true, TypeKind: TypeKind.Struct } => "recordStruct",
        INamedTypeSymbol { IsRecord: true } => "record",
        INamedTypeSymbol type => type.TypeKind.ToString().ToLowerInvariant(),
        IMethodSymbol { MethodKind: MethodKind.Constructor } => "constructor",
        IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator or MethodKind.Conversion } => "operator",
        IMethodSymbol => "method",
        IPropertySymbol { IsIndexer: true } => "indexer",
        IPropertySymbol => "property",
        IFieldSymbol { ContainingType.TypeKind: TypeKind.Enum } => "enumMember",
        IFieldSymbol => "field",
        IEventSymbol => "event",
        _ => "other",
    };

    private static string Signature(ISymbol symbol)
    {
        var text = symbol.ToDisplayString(s_signature);
        if (symbol is not INamedTypeSymbol type)
        {
            return text;
        }

        string?[] words =
        [
            type.DeclaredAccessibility == Accessibility.Public ? "public" : "protected",
            type.IsStatic ? "static" : type.IsSealed && type.TypeKind == TypeKind.Class ? "sealed" : type.IsAbstract && type.TypeKind == TypeKind.Class ? "abstract" : null,
            type.IsReadOnly && type.IsValueType ? "readonly" : null,
            type.IsRefLikeType ? "ref" : null,
            text,
        ];
        return string.Join(' ', words.Where(w => w is not null));
    }

    private static ITypeSymbol? Result(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } => null,
        IMethodSymbol method => method.ReturnType,
        IPropertySymbol property => property.Type,
        IFieldSymbol { ContainingType.TypeKind: TypeKind.Enum } => null,
        IFieldSymbol field => field.Type,
        IEventSymbol e => e.Type,
        INamedTypeSymbol { DelegateInvokeMethod: { } invoke } => invoke.ReturnType,
        _ => null,
    };

    private static string Annotated(ISymbol symbol)
    {
        IEnumerable<ITypeSymbol> parameters = symbol switch
        {
            IMethodSymbol method => method.Parameters.Select(p => p.Type),
            IPropertySymbol property => property.Parameters.Select(p => p.Type),
            INamedTypeSymbol { DelegateInvokeMethod: { } invoke } => invoke.Parameters.Select(p => p.Type),
            _ => [],
        };
        return string.Join(", ", parameters.Append(Result(symbol)).Select(t => t?.ToDisplayString(s_annotated)));
    }

    private static string? Accessor(IMethodSymbol? accessor) => accessor?.DeclaredAccessibility switch
    {
        Accessibility.Public => "public",
        Accessibility.Protected or Accessibility.ProtectedOrInternal => "protected",
        _ => null,
    };

    private static IEnumerable<INamedTypeSymbol> Ancestors(INamedTypeSymbol type)
    {
        for (var at = type.BaseType; at is not null; at = at.BaseType)
        {
            yield return at.OriginalDefinition;
        }
    }

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => SymbolDisplay.FormatLiteral(text, quote: true),
        char c => SymbolDisplay.FormatLiteral(c, quote: true),
        bool b => b ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
