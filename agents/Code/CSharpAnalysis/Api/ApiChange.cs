namespace Sutazai.Agents.Code.CSharpAnalysis.Api;

public enum ChangeReason
{
    RemovedType,
    RemovedMember,
    KindChanged,
    AccessibilityLowered,
    ReturnTypeChanged,
    TypeChanged,
    RequiredParameterAdded,
    OptionalParameterAdded,
    ParameterTypesChanged,
    ParameterRenamed,
    ParameterModifierChanged,
    DefaultValueChanged,
    DefaultValueRemoved,
    SealedAdded,
    AbstractAdded,
    VirtualRemoved,
    StaticChanged,
    AbstractMemberAdded,
    InterfaceMemberAdded,
    RequiredMemberAdded,
    GetterRemoved,
    SetterRemoved,
    SetterMadeInit,
    ReadOnlyAdded,
    EnumValueChanged,
    EnumTypeChanged,
    ConstantChanged,
    ConstraintAdded,
    ConstraintRemoved,
    VarianceChanged,
    BaseTypeChanged,
    InterfaceRemoved,
    NullableAnnotationChanged,
    ObsoleteAdded,
}

/// <summary>What a change breaks for users of the library.</summary>
public enum Breaks
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Programs built against the old version, until they are built again.</summary>
    Binary,

    /// <summary>Building; programs already built go on.</summary>
    Source,

    Both,

    /// <summary>Nothing fails, but programs built again behave otherwise than those that were not.</summary>
    Behaviour,
}

/// <param name="Explanation">Who is hit, in a sentence.</param>
public sealed record ApiChange(string Member, ChangeReason Reason, Breaks Breaks, string? Before, string? After, string Explanation);
