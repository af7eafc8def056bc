using System.ComponentModel;

namespace Sutazai.Agents.Code.CSharpAnalysis.Dependencies;

/// <summary>Whether what matches one pattern may use what matches another. A star stands for any characters.</summary>
public sealed record LayerRule(
    [property: Description("The project or namespace that uses, for example Shop.Domain or Shop.Domain.*; a star stands for any characters.")] string From,
    [property: Description("The project or namespace used, in the same form.")] string To,
    [property: Description("Whether that use is allowed.")] bool Allowed)
{
    internal bool Matches(DependencyEdge edge) => IsMatch(From, edge.From) && IsMatch(To, edge.To);

    // Greedy with one point of return: time is the product of the lengths at most.
    private static bool IsMatch(string pattern, string name)
    {
        var (p, n, star, resume) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, resume) = (p++, n);
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                (p, n) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}

/// <param name="Rule">Number of the rule that forbids it, from 1.</param>
public sealed record LayerViolation(string From, string To, NodeKind Kind, int Weight, int Rule, IReadOnlyList<DependencyUse> Uses);
