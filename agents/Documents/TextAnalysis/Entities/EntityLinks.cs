using System.Text;

namespace Sutazai.Agents.Documents.TextAnalysis.Entities;

/// <param name="Name">How it is usually written.</param>
/// <param name="Aliases">Other ways to write it.</param>
public sealed record KnownEntity(string Id, string Name, IReadOnlyList<string>? Aliases = null);

/// <summary>How an entity was found in the list.</summary>
public enum LinkKind
{
    None,
    Exact,
    Alias,

    /// <summary>The same but for case, accents, punctuation, titles and legal forms.</summary>
    Normalised,

    /// <summary>Close by Jaro-Winkler similarity (Winkler 1990).</summary>
    Fuzzy,
}

internal sealed class EntityLinks
{
    private const string Accented = "àáâãäåāăąçćĉčďđèéêëēĕėęěĝğġģĥìíîïĩīĭįıĵķĺļľłñńņňòóôõöøōŏőŕŗřśŝşšţťțșùúûüũūŭůűųŵýÿŷźżž";
    private const string Plain = "aaaaaaaaaccccddeeeeeeeeegggghiiiiiiiiijkllllnnnnooooooooorrrsssstttsuuuuuuuuuuwyyyzzz";

    private static readonly HashSet<string> s_noise =
        ["mr", "mrs", "ms", "dr", "prof", "herr", "frau", "inc", "ltd", "llc", "plc", "corp", "corporation", "company", "co", "gmbh", "ag", "kg", "se", "sa", "the", "limited", "incorporated", "mbh"];

    private readonly IReadOnlyList<KnownEntity> _known;
    private readonly Dictionary<string, List<(int Index, LinkKind Kind)>> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(int Index, LinkKind Kind)>> _normal = new(StringComparer.Ordinal);
    private readonly List<(int Index, string Name)> _names = [];

    public EntityLinks(IReadOnlyList<KnownEntity> known)
    {
        _known = known;
        for (var i = 0; i < known.Count; i++)
        {
            Add(i, known[i].Name, LinkKind.Exact);
            foreach (var alias in known[i].Aliases ?? [])
            {
                Add(i, alias, LinkKind.Alias);
            }
        }
    }

    /// <summary>The entries that fit best, best first; entries beside the first are as good or nearly.</summary>
    public List<(KnownEntity Entity, LinkKind Kind, double Score)> Find(string text, double threshold)
    {
        if (_exact.TryGetValue(text.Trim(), out var exact))
        {
            return Ranked(exact.Select(e => (e.Index, e.Kind, 1.0)));
        }

        var normal = Normal(text);
        if (_normal.TryGetValue(normal, out var same))
        {
            return Ranked(same.Select(e => (e.Index, LinkKind.Normalised, 0.98)));
        }

        return Ranked(_names.Select(n => (n.Index, LinkKind.Fuzzy, Similarity(normal, n.Name, threshold))).Where(m => m.Item3 >= threshold));
    }

    public static string Normal(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.ToLowerInvariant())
        {
            var at = Accented.IndexOf(c, StringComparison.Ordinal);
            plain.Append(c switch
            {
                'ß' => "ss",
                'æ' => "ae",
                'œ' => "oe",
                '\'' or '\u2019' or '.' => "",
                _ when at >= 0 => Plain[at].ToString(),
                _ when char.IsLetterOrDigit(c) => c.ToString(),
                _ => " ",
            });
        }

        var words = plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var kept = words.Where(w => !s_noise.Contains(w)).ToArray();
        return string.Join(' ', kept is [] ? words : kept);
    }

    /// <summary>Jaro's similarity, raised by up to four equal first letters at 0.1 each.</summary>
    public static double JaroWinkler(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (a.IsEmpty || b.IsEmpty)
        {
            return a.Length == b.Length ? 1 : 0;
        }

        var window = Math.Max(0, Math.Max(a.Length, b.Length) / 2 - 1);
        Span<bool> usedA = a.Length <= 256 ? stackalloc bool[a.Length] : new bool[a.Length];
        Span<bool> usedB = b.Length <= 256 ? stackalloc bool[b.Length] : new bool[b.Length];
        var matches = 0;
        for (var i = 0; i < a.Length; i++)
        {
            for (var j = Math.Max(0, i - window); j < Math.Min(b.Length, i + window + 1); j++)
            {
                if (!usedB[j] && a[i] == b[j])
                {
                    usedA[i] = usedB[j] = true;
                    matches++;
                    break;
                }
            }
        }

        if (matches == 0)
        {
            return 0;
        }

        var swaps = 0;
        for (int i = 0, j = 0; i < a.Length; i++)
        {
            if (usedA[i])
            {
                while (!usedB[j])
                {
                    j++;
                }

                swaps += a[i] == b[j++] ? 0 : 1;
            }
        }

        double m = matches;
        var jaro = (m / a.Length + m / b.Length + (m - swaps / 2) / m) / 3;
        var prefix = 0;
        while (prefix < Math.Min(4, Math.Min(a.Length, b.Length)) && a[prefix] == b[prefix])
        {
            prefix++;
        }

        return jaro + prefix * 0.1 * (1 - jaro);
    }

    private static double Similarity(string a, string b, double threshold)
    {
        // With every letter of the shorter matched and a full prefix, this is the most that two lengths can reach.
        var most = (2 + (double)Math.Min(a.Length, b.Length) / Math.Max(1, Math.Max(a.Length, b.Length))) / 3;
        return most + 0.4 * (1 - most) < threshold ? 0 : JaroWinkler(a, b);
    }

    private void Add(int index, string name, LinkKind kind)
    {
        var normal = Normal(name);
        Put(_exact, name.Trim(), index, kind);
        Put(_normal, normal, index, kind);
        _names.Add((index, normal));
    }

    private static void Put(Dictionary<string, List<(int, LinkKind)>> index, string key, int entry, LinkKind kind)
    {
        if (!index.TryGetValue(key, out var entries))
        {
            index[key] = entries = [];
        }

        entries.Add((entry, kind));
    }

    private List<(KnownEntity, LinkKind, double)> Ranked(IEnumerable<(int Index, LinkKind Kind, double Score)> found) =>
    [
        .. found.GroupBy(f => f.Index).Select(g => g.OrderByDescending(f => f.Score).ThenBy(f => f.Kind).First())
            .OrderByDescending(f => f.Score).ThenBy(f => f.Kind).ThenBy(f => f.Index)
            .Select(f => (_known[f.Index], f.Kind, f.Score))
    ];
}
