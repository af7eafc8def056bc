namespace Sutazai.Agents.Code.CSharpAnalysis.Api;

/// <summary>One public or protected type or member, as far as its users depend on it.</summary>
/// <param name="Id">As in documentation files (C# specification, annex D.4): <c>M:Shop.Cart.Total(System.Decimal)</c>.</param>
internal sealed record ApiMember(string Id, string Kind, string Signature)
{
    /// <summary>Id of the type that contains it.</summary>
    public string? Type { get; init; }

    public required string Name { get; init; }

    public bool IsProtected { get; init; }

    public bool IsStatic { get; init; }

    public bool IsAbstract { get; init; }

    public bool IsVirtual { get; init; }

    public bool IsSealed { get; init; }

    public bool IsInInterface { get; init; }

    /// <summary>In a type that code outside can derive from.</summary>
    public bool IsInInheritable { get; init; }

    public bool IsInheritable { get; init; }

    public bool IsRequired { get; init; }

    public bool IsReadOnly { get; init; }

    public bool IsRefLike { get; init; }

    /// <summary>Without nullable annotations.</summary>
    public string? ResultType { get; init; }

    /// <summary>Parameter types and result with nullable annotations.</summary>
    public string Annotated { get; init; } = "";

    public string RefKind { get; init; } = "";

    public IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    public IReadOnlyList<ApiTypeParameter> TypeParameters { get; init; } = [];

    public string? Getter { get; init; }

    public string? Setter { get; init; }

    public bool IsInit { get; init; }

    public string? Constant { get; init; }

    public string? Base { get; init; }

    public IReadOnlyList<string> Bases { get; init; } = [];

    public IReadOnlyList<string> Interfaces { get; init; } = [];

    public string? EnumType { get; init; }

    public bool IsObsolete { get; init; }

    public bool IsType => Id.StartsWith("T:", StringComparison.Ordinal);

    /// <summary>The id below its type, which a member inherited from another type shares.</summary>
    public string Tail => Type is null ? Id : Id[0] + Id[Type.Length..];
}

/// <param name="Default">A literal; null where the parameter is required.</param>
internal sealed record ApiParameter(string Name, string Type, string RefKind, bool IsParams, string? Default)
{
    public bool IsOptional => Default is not null || IsParams;
}

internal sealed record ApiTypeParameter(IReadOnlyList<string> Constraints, string Variance);
