namespace Sutazai.Agents.Code.CSharpAnalysis.Api;

/// <summary>The changes between two surfaces, after the rules for library change in Microsoft's ".NET API changes that affect compatibility".</summary>
internal sealed class ApiComparison(IReadOnlyDictionary<string, ApiMember> before, IReadOnlyDictionary<string, ApiMember> after)
{
    private readonly List<ApiChange> _changes = [];
    private readonly HashSet<string> _explained = new(StringComparer.Ordinal);

    public IReadOnlyList<ApiMember> Added { get; } = [.. after.Values.Where(m => !before.ContainsKey(m.Id))];

    public IReadOnlyList<ApiMember> Removed { get; } = [.. before.Values.Where(m => !after.ContainsKey(m.Id))];

    public IReadOnlyList<ApiChange> Changes()
    {
        foreach (var old in Removed.Where(m => m.IsType))
        {
            Add(old, ChangeReason.RemovedType, Breaks.Both, null, "code that names the type no longer compiles");
        }

        foreach (var old in Removed.Where(m => !m.IsType && !IsGone(m.Type) && !IsInherited(m)))
        {
            Removal(old);
        }

        foreach (var added in Added.Where(m => !m.IsType && m.Type is { } type && before.ContainsKey(type) && !_explained.Contains(m.Id)))
        {
            Addition(added);
        }

        foreach (var old in before.Values)
        {
            if (after.TryGetValue(old.Id, out var now))
            {
                Compare(old, now);
            }
        }

        return [.. _changes.OrderBy(c => c.Member, StringComparer.Ordinal).ThenBy(c => c.Reason)];
    }

    private bool IsGone(string? type) => type is not null && !after.ContainsKey(type);

    private bool IsInherited(ApiMember old) =>
        old.Kind != "constructor" && old.Type is { } type && after.TryGetValue(type, out var now)
        && now.Bases.Any(b => after.TryGetValue(b, out _) && after.ContainsKey($"{old.Id[0]}{b[1..]}{old.Tail[1..]}"));

    private void Removal(ApiMember old)
    {
        var successors = Added.Where(a => a.Type == old.Type && a.Name == old.Name && a.Kind == old.Kind && a.Parameters.Count > 0).ToList();
        if (old.Kind is "method" or "constructor" or "indexer"
            && successors.FirstOrDefault(a => a.Parameters.Count > old.Parameters.Count && old.Parameters.Zip(a.Parameters).All(p => p.First.Type == p.Second.Type)) is { } longer)
        {
            _explained.Add(longer.Id);
            if (longer.Parameters.Skip(old.Parameters.Count).All(p => p.IsOptional))
            {
                Add(old, ChangeReason.OptionalParameterAdded, Breaks.Binary, longer, "source compiles again, but programs already built do not find the old signature");
            }
            else
            {
                Add(old, ChangeReason.RequiredParameterAdded, Breaks.Both, longer, "callers must pass a new argument");
            }
        }
        else if (successors.FirstOrDefault(a => a.Parameters.Count == old.Parameters.Count) is { } other && old.Parameters.Count > 0)
        {
            _explained.Add(other.Id);
            var onlyModifiers = old.Parameters.Zip(other.Parameters).All(p => p.First.Type == p.Second.Type);
            Add(old, onlyModifiers ? ChangeReason.ParameterModifierChanged : ChangeReason.ParameterTypesChanged, Breaks.Both, other, "callers pass other types or modifiers");
        }
        else
        {
            Add(old, ChangeReason.RemovedMember, Breaks.Both, null, "code that uses the member no longer compiles");
        }
    }

    private void Addition(ApiMember added)
    {
        var owner = before[added.Type!];
        if (added.IsInInterface && added.IsAbstract)
        {
            AddTo(added, ChangeReason.InterfaceMemberAdded, Breaks.Both, "types that implement the interface must add it");
        }
        else if (added.IsAbstract && owner.IsInheritable)
        {
            AddTo(added, ChangeReason.AbstractMemberAdded, Breaks.Both, "derived types must override it");
        }
        else if (added.IsRequired)
        {
            AddTo(added, ChangeReason.RequiredMemberAdded, Breaks.Source, "every object initializer must set it");
        }
    }

    private void Compare(ApiMember old, ApiMember now)
    {
        if (old.Kind != now.Kind)
        {
            // A class that becomes a record keeps its members.
            var isRecord = (old.Kind, now.Kind) is ("class", "record") or ("struct", "recordStruct");
            Add(old, ChangeReason.KindChanged, isRecord ? Breaks.Nothing : Breaks.Both, now, isRecord ? "only gains what records have" : "it is another kind of thing");
        }

        When(!old.IsProtected && now.IsProtected, ChangeReason.AccessibilityLowered, Breaks.Both, "callers outside derived types lose it");
        When(old.RefKind != now.RefKind || old.ResultType != now.ResultType, IsCallable(old) ? ChangeReason.ReturnTypeChanged : ChangeReason.TypeChanged, Breaks.Both, "callers get another type");
        When(old.IsStatic != now.IsStatic, ChangeReason.StaticChanged, Breaks.Both, "callers must call it another way");
        When(!old.IsRequired && now.IsRequired, ChangeReason.RequiredMemberAdded, Breaks.Source, "every object initializer must set it");
        if (old.IsType)
        {
            When(old.IsInheritable && !now.IsInheritable, ChangeReason.SealedAdded, Breaks.Both, "derived types no longer compile");
            When(!old.IsAbstract && now.IsAbstract && !now.IsStatic && now.Kind != "interface", ChangeReason.AbstractAdded, Breaks.Both, "it can no longer be created");
            When(old.EnumType != now.EnumType, ChangeReason.EnumTypeChanged, Breaks.Both, "its size and conversions change");
            When(old.Base != now.Base && old.Base is not null && !now.Bases.Contains(Typed(old.Base)), ChangeReason.BaseTypeChanged, Breaks.Both, "conversions to the old base, and members inherited from it, are gone");
            When(old.Interfaces.Except(now.Interfaces).Any(), ChangeReason.InterfaceRemoved, Breaks.Both, "conversions to the interface are gone");
            When(old.Kind == "interface" && now.Interfaces.Except(old.Interfaces).Any(), ChangeReason.InterfaceMemberAdded, Breaks.Both, "types that implement the interface must implement its new base too");
            When(!old.IsRefLike && now.IsRefLike, ChangeReason.KindChanged, Breaks.Both, "a ref struct cannot be boxed or stored in a field");
        }
        else
        {
            When(old.IsInInheritable && old.IsVirtual && !old.IsAbstract && now.IsAbstract, ChangeReason.AbstractAdded, Breaks.Both, "derived types must override it");
            When(old.IsInInheritable && now.IsInInheritable && old.IsVirtual && !now.IsVirtual, now.IsSealed ? ChangeReason.SealedAdded : ChangeReason.VirtualRemoved, Breaks.Both, "derived types can no longer override it");
            When(old.Getter is not null && now.Getter is null, ChangeReason.GetterRemoved, Breaks.Both, "it can no longer be read");
            When(old.Setter is not null && now.Setter is null, ChangeReason.SetterRemoved, Breaks.Both, "it can no longer be set");
            When((old.Getter, now.Getter) is ("public", "protected") || (old.Setter, now.Setter) is ("public", "protected"), ChangeReason.AccessibilityLowered, Breaks.Both, "callers outside derived types lose an accessor");
            When(now.Setter is not null && old.Setter is not null && !old.IsInit && now.IsInit, ChangeReason.SetterMadeInit, Breaks.Both, "it can be set only while the object is created");
            When(!old.IsReadOnly && now.IsReadOnly, ChangeReason.ReadOnlyAdded, Breaks.Both, "it can no longer be assigned");
            When(old.Constant != now.Constant, old.Kind == "enumMember" ? ChangeReason.EnumValueChanged : ChangeReason.ConstantChanged, Breaks.Behaviour, "programs already built keep the old value");
            When(old.IsInInterface && now.IsAbstract && !old.IsAbstract, ChangeReason.InterfaceMemberAdded, Breaks.Both, "types that relied on its default body must add it");
        }

        Parameters(old, now);
        TypeParameters(old, now);
        When(old.Annotated != now.Annotated && old.ResultType == now.ResultType, ChangeReason.NullableAnnotationChanged, Breaks.Nothing, "callers may get other nullable warnings");
        When(!old.IsObsolete && now.IsObsolete, ChangeReason.ObsoleteAdded, Breaks.Nothing, "callers get a warning");

        void When(bool changed, ChangeReason reason, Breaks breaks, string explanation)
        {
            if (changed)
            {
                Add(old, reason, breaks, now, explanation);
            }
        }
    }

    private void Parameters(ApiMember old, ApiMember now)
    {
        foreach (var (was, parameter) in old.Parameters.Zip(now.Parameters))
        {
            if (was.Name != parameter.Name)
            {
                Add(old, ChangeReason.ParameterRenamed, Breaks.Source, now, $"callers that name the argument '{was.Name}' must name it '{parameter.Name}'");
            }

            if (was.RefKind != parameter.RefKind || was.IsParams != parameter.IsParams || was.Type != parameter.Type)
            {
                Add(old, ChangeReason.ParameterModifierChanged, Breaks.Both, now, $"'{parameter.Name}' is passed otherwise");
            }

            if (was.Default is not null && parameter.Default is null)
            {
                Add(old, ChangeReason.DefaultValueRemoved, Breaks.Source, now, $"callers must pass '{parameter.Name}'");
            }
            else if (was.Default is not null && was.Default != parameter.Default)
            {
                Add(old, ChangeReason.DefaultValueChanged, Breaks.Behaviour, now, $"programs already built keep passing {was.Default} for '{parameter.Name}'");
            }
        }

        if (old.Parameters.Count != now.Parameters.Count)
        {
            Add(old, ChangeReason.ParameterTypesChanged, Breaks.Both, now, "the delegate or member takes another number of arguments");
        }
    }

    private void TypeParameters(ApiMember old, ApiMember now)
    {
        foreach (var (was, parameter) in old.TypeParameters.Zip(now.TypeParameters))
        {
            if (parameter.Constraints.Except(was.Constraints).Any())
            {
                Add(old, ChangeReason.ConstraintAdded, Breaks.Both, now, "some type arguments are no longer allowed");
            }
            else if (was.Constraints.Except(parameter.Constraints).Any())
            {
                // Who overrides or implements the member inherits its constraints, and may rely on them.
                Add(old, ChangeReason.ConstraintRemoved, old.IsVirtual || old.IsType && old.IsInheritable ? Breaks.Source : Breaks.Nothing, now, "more type arguments are allowed");
            }

            if (was.Variance != parameter.Variance)
            {
                var loosened = was.Variance == "None";
                Add(old, ChangeReason.VarianceChanged, loosened ? Breaks.Nothing : Breaks.Both, now, loosened ? "more conversions are allowed" : "conversions between constructed types are gone");
            }
        }
    }

    private static bool IsCallable(ApiMember member) => member.Kind is "method" or "operator" or "delegate";

    private static string Typed(string name) => "T:" + name;

    private void Add(ApiMember old, ChangeReason reason, Breaks breaks, ApiMember? now, string explanation) =>
        _changes.Add(new(old.Id, reason, breaks, old.Signature, now?.Signature, explanation));

    private void AddTo(ApiMember added, ChangeReason reason, Breaks breaks, string explanation) =>
        _changes.Add(new(added.Id, reason, breaks, null, added.Signature, explanation));
}
