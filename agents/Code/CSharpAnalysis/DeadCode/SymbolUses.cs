using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

/// <summary>Who uses what, over all sources of all projects, and what hints that a symbol is used without being named.</summary>
internal sealed class SymbolUses
{
    private readonly Dictionary<Declared, HashSet<Declared>> _uses = [];

    public HashSet<Declared> Read { get; } = [];

    public HashSet<Declared> Written { get; } = [];

    /// <summary>Methods taken as a value: their parameters are dictated by a delegate.</summary>
    public HashSet<Declared> MethodGroups { get; } = [];

    /// <summary>Types named by <c>typeof</c>, as a type argument of a call, or passed to a serializer; with the types of their members.</summary>
    public HashSet<Declared> Reflected { get; } = [];

    /// <summary>Names in whole string literals, <c>nameof</c>, markup, and code that a condition leaves out.</summary>
    public HashSet<string> Mentioned { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of members of things whose type is unknown.</summary>
    public HashSet<string> Unresolved { get; } = new(StringComparer.Ordinal);

    /// <summary>Sources that lack a name; their usings cannot be judged.</summary>
    public HashSet<string> FilesWithUnresolved { get; } = new(StringComparer.Ordinal);

    public void Add(Declared from, ISymbol used)
    {
        if (Declared.Of(used) is { } to)
        {
            Add(from, to);
            if (used.ContainingType is { } type && Declared.Of(type) is { } container)
            {
                Add(from, container);
            }
        }
    }

    public void Add(Declared from, Declared to)
    {
        if (!_uses.TryGetValue(from, out var used))
        {
            _uses[from] = used = [];
        }

        used.Add(to);
    }

    public void AddReflected(ITypeSymbol? root)
    {
        Stack<ITypeSymbol> pending = new(root is null ? [] : [root]);
        while (pending.TryPop(out var type))
        {
            switch (type)
            {
                case IArrayTypeSymbol array:
                    pending.Push(array.ElementType);
                    break;
                case INamedTypeSymbol named:
                    foreach (var argument in named.TypeArguments)
                    {
                        pending.Push(argument);
                    }

                    if (Declared.Of(named) is { } declared && Reflected.Add(declared))
                    {
                        foreach (var member in named.GetMembers())
                        {
                            if (member is IPropertySymbol property)
                            {
                                pending.Push(property.Type);
                            }
                            else if (member is IFieldSymbol field)
                            {
                                pending.Push(field.Type);
                            }
                        }

                        if (named.BaseType is { } parent)
                        {
                            pending.Push(parent);
                        }
                    }

                    break;
            }
        }
    }

    /// <summary>Words of markup or of left-out code, as names that might be used there.</summary>
    public void AddWords(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (SyntaxFacts.IsIdentifierStartCharacter(text[i]))
            {
                var start = i;
                while (i < text.Length && SyntaxFacts.IsIdentifierPartCharacter(text[i]))
                {
                    i++;
                }

                if (i - start <= 200)
                {
                    Mentioned.Add(text[start..i]);
                }
            }
        }
    }

    /// <summary>All that runs or is named when the given declarations are.</summary>
    public HashSet<Declared> ReachedFrom(IEnumerable<Declared> roots, ILookup<Declared, Declared> bound)
    {
        HashSet<Declared> reached = [];
        Stack<Declared> pending = new(roots);
        while (pending.TryPop(out var at))
        {
            if (reached.Add(at))
            {
                foreach (var used in _uses.GetValueOrDefault(at) ?? [])
                {
                    pending.Push(used);
                }

                foreach (var follows in bound[at])
                {
                    pending.Push(follows);
                }
            }
        }

        return reached;
    }

    /// <summary>Declarations that anything else uses.</summary>
    public HashSet<Declared> UsedByOthers() => [.. _uses.SelectMany(u => u.Value.Where(v => v != u.Key))];
}
