using System.Text.RegularExpressions;

namespace Sutazai.ModelRouter.Tests.Semantic;

/// <summary>Makes pairs of texts out of lines with choices.</summary>
internal static partial class Pairs
{
    /// <summary>What changes nothing, put to one side of each pair so that the two never differ in the one thing alone.</summary>
    private static readonly Func<string, string>[] s_polite =
    [
        t => t,
        t => "Hi, " + t,
        t => t + " Thanks!",
        t => "please " + char.ToLowerInvariant(t[0]) + t[1..],
        t => "Quick question: " + t,
    ];

    public static IEnumerable<(string Kind, string One, string Other)> Of(IReadOnlyDictionary<string, string> lines) =>
        lines.SelectMany(kind => kind.Value.Split('\n').SelectMany(Of).Select(pair => (kind.Key, pair.One, pair.Other)));

    private static IEnumerable<(string One, string Other)> Of(string line)
    {
        var places = Choices().Matches(line).Select(m => m.Groups[1].Value.Split('|')).ToList();
        var number = 0;
        for (var place = 0; place < places.Count; place++)
        {
            var choices = places[place];
            for (var i = 0; i < choices.Length; i++)
            {
                for (var j = i + 1; j < choices.Length; j++)
                {
                    for (var last = 0; last < 2; last++)
                    {
                        yield return (Fill(line, place, choices[i], places, last == 1), s_polite[number % s_polite.Length](Fill(line, place, choices[j], places, last == 1)));
                    }

                    number++;
                }
            }
        }
    }

    private static string Fill(string line, int place, string choice, List<string[]> places, bool last)
    {
        var at = 0;
        return Choices().Replace(line, _ => at++ == place ? choice : places[at - 1][last ? ^1 : 0]);
    }

    [GeneratedRegex(@"\{([^{}]*\|[^{}]*)\}")]
    private static partial Regex Choices();
}
