using Microsoft.CodeAnalysis;

namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

/// <summary>How sure it is that what nothing names is not used.</summary>
public enum Confidence
{
    Low,
    Medium,
    High,
}

/// <param name="RunsAnyway">A framework calls it: it keeps alive what it uses.</param>
internal sealed record Doubt(Confidence Confidence, string Reason, bool RunsAnyway = false);

/// <summary>Why a symbol may be used although no source names it.</summary>
internal sealed class Doubts(SymbolUses uses, IReadOnlySet<string> assemblies)
{
    private static readonly HashSet<string> s_inertAttributes = new(StringComparer.Ordinal)
    {
        "ObsoleteAttribute", "MethodImplAttribute", "SuppressMessageAttribute", "UnconditionalSuppressMessageAttribute", "ExcludeFromCodeCoverageAttribute",
        "DebuggerStepThroughAttribute", "DebuggerHiddenAttribute", "DebuggerDisplayAttribute", "DebuggerBrowsableAttribute", "EditorBrowsableAttribute",
        "PureAttribute", "ConditionalAttribute", "DoesNotReturnAttribute", "NotNullWhenAttribute", "MemberNotNullAttribute", "MemberNotNullWhenAttribute",
        "NullableContextAttribute", "NullableAttribute", "CompilerGeneratedAttribute", "GeneratedCodeAttribute", "FlagsAttribute", "StructLayoutAttribute",
        "AttributeUsageAttribute", "ThreadStaticAttribute", "SkipLocalsInitAttribute", "UnscopedRefAttribute", "AllowNullAttribute", "DisallowNullAttribute",
        "MaybeNullAttribute", "NotNullAttribute", "DllImportAttribute", "LibraryImportAttribute", "GeneratedRegexAttribute", "CallerMemberNameAttribute",
        "ParamCollectionAttribute", "IsReadOnlyAttribute", "AsyncStateMachineAttribute", "ExtensionAttribute", "StringSyntaxAttribute", "UnsafeAccessorAttribute",
    };

    private static readonly HashSet<string> s_duckNames = new(StringComparer.Ordinal)
    {
        "GetEnumerator", "GetAsyncEnumerator", "MoveNext", "MoveNextAsync", "Current", "Dispose", "DisposeAsync", "GetAwaiter", "GetResult", "IsCompleted",
        "OnCompleted", "Deconstruct", "Add", "Slice", "Length", "Count", "AppendLiteral", "AppendFormatted", "GetPinnableReference", "Invoke", "InvokeAsync",
        "Configure", "ConfigureServices", "ConfigureContainer", "CreateHostBuilder", "BuildWebHost", "PrintMembers",
    };

    /// <param name="isPart">The sources are one file of a project.</param>
    public IReadOnlyList<Doubt> About(ISymbol symbol, bool isPart = false)
    {
        List<Doubt> doubts = [];
        if (isPart && symbol.DeclaredAccessibility is Accessibility.Internal or Accessibility.ProtectedOrInternal && symbol.ContainingType is not null)
        {
            doubts.Add(new(Confidence.Medium, "other files of its project are not among the sources"));
        }

        if (symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass is { } c && !s_inertAttributes.Contains(c.Name)) is { } attribute)
        {
            doubts.Add(new(Confidence.Low, $"the attribute [{Short(attribute.AttributeClass!)}] may have it called", RunsAnyway: true));
        }

        if (uses.Mentioned.Contains(symbol.Name))
        {
            doubts.Add(new(Confidence.Low, "its name stands in a string, a nameof, markup or code left out by a condition"));
        }

        if (uses.Unresolved.Contains(symbol.Name))
        {
            doubts.Add(new(Confidence.Low, "a member of that name is used on something whose type is not among the sources"));
        }

        if (symbol is not INamedTypeSymbol && symbol.ContainingType is { } type)
        {
            AboutMember(symbol, type, doubts);
        }

        if (symbol is INamedTypeSymbol named)
        {
            AboutType(named, doubts);
        }

        if (symbol.DeclaredAccessibility != Accessibility.Private && ExternalFriend(symbol.ContainingAssembly) is { } friend)
        {
            doubts.Add(new(Confidence.Medium, $"internals are visible to {friend}, which is not among the sources"));
        }

        return doubts;
    }

    private void AboutMember(ISymbol symbol, INamedTypeSymbol type, List<Doubt> doubts)
    {
        var isPublic = symbol.DeclaredAccessibility == Accessibility.Public;
        if (symbol is IMethodSymbol method && IsEventHandler(method))
        {
            doubts.Add(new(Confidence.Low, "it has the shape of an event handler", RunsAnyway: true));
        }

        if (s_duckNames.Contains(symbol.Name))
        {
            doubts.Add(new(Confidence.Low, "the compiler or a framework calls a member of that name by convention", RunsAnyway: true));
        }

        if (symbol.DeclaredAccessibility != Accessibility.Private && UnresolvedBase(type) is { } missing)
        {
            doubts.Add(new(Confidence.Low, $"it may implement a member of {missing}, which is not among the sources", RunsAnyway: true));
        }

        if (Declared.Of(type) is { } declared && uses.Reflected.Contains(declared) && (isPublic || symbol is IFieldSymbol or IPropertySymbol))
        {
            doubts.Add(new(Confidence.Low, "its type is reached by reflection: typeof, a type argument of a call, or a serializer"));
        }
        else if (isPublic && symbol is IPropertySymbol or IFieldSymbol { IsConst: false } && type.TypeKind is TypeKind.Class or TypeKind.Struct)
        {
            doubts.Add(new(Confidence.Medium, "serializers and binders reach public properties"));
        }

        if (symbol is IFieldSymbol && type.TypeKind == TypeKind.Enum)
        {
            doubts.Add(new(Confidence.Low, "enum values come from parsing, casts and stored data"));
        }

        if (symbol is IFieldSymbol { IsStatic: false } && type.GetAttributes().Any(a => a.AttributeClass?.Name == "StructLayoutAttribute"))
        {
            doubts.Add(new(Confidence.Low, "it takes part in the layout of its struct"));
        }

        if (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor })
        {
            doubts.Add(new(Confidence.Medium, "containers and mappers call constructors"));
        }
    }

    private void AboutType(INamedTypeSymbol type, List<Doubt> doubts)
    {
        if (UnresolvedBase(type) is { } missing)
        {
            doubts.Add(new(Confidence.Low, $"it derives from {missing}, which is not among the sources and may be found by scanning", RunsAnyway: true));
        }
        else if (type.AllInterfaces.Any(i => i.DeclaringSyntaxReferences.IsEmpty) || type.BaseType is { SpecialType: SpecialType.None } parent && parent.DeclaringSyntaxReferences.IsEmpty)
        {
            doubts.Add(new(Confidence.Medium, "it extends a type of the framework, which may find it by scanning"));
        }

        if (type.GetMembers().FirstOrDefault(m => About(m) is var about && m is not INamedTypeSymbol && about.Any(d => d.Reason.StartsWith("the attribute", StringComparison.Ordinal))) is { } called)
        {
            doubts.Add(new(Confidence.Low, $"an attribute of its member {called.Name} may have that called", RunsAnyway: true));
        }
    }

    private static string? UnresolvedBase(INamedTypeSymbol type)
    {
        for (var at = type.BaseType; at is not null; at = at.BaseType)
        {
            if (at.TypeKind == TypeKind.Error)
            {
                return at.Name;
            }
        }

        return type.AllInterfaces.FirstOrDefault(i => i.TypeKind == TypeKind.Error)?.Name
            ?? type.Interfaces.FirstOrDefault(i => i.TypeKind == TypeKind.Error)?.Name;
    }

    private static bool IsEventHandler(IMethodSymbol method) =>
        method.Parameters is [{ Type.SpecialType: SpecialType.System_Object }, { Type.Name: var name }] && name.EndsWith("EventArgs", StringComparison.Ordinal);

    private string? ExternalFriend(IAssemblySymbol? assembly) => assembly?.GetAttributes()
        .Where(a => a.AttributeClass?.Name == "InternalsVisibleToAttribute" && a.ConstructorArguments is [{ Value: string }, ..])
        .Select(a => ((string)a.ConstructorArguments[0].Value!).Split(',')[0].Trim())
        .FirstOrDefault(name => !assemblies.Contains(name) && name != "DynamicProxyGenAssembly2");

    private static string Short(INamedTypeSymbol attribute) =>
        attribute.Name.EndsWith("Attribute", StringComparison.Ordinal) ? attribute.Name[..^"Attribute".Length] : attribute.Name;
}
