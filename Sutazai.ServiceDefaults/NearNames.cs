namespace Sutazai;

/// <summary>Names like the one that was not found.</summary>
public static class NearNames
{
    /// <summary>Up to three of <paramref name="known"/> within an edit distance of a third of the name's length, or that contain it; nearest first.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known) => name.Length > 100
        ? []
        :
        [
            .. known.Select(k => (Name: k, Distance: k.Contains(name, StringComparison.OrdinalIgnoreCase) && name.Length > 2 ? 0 : Distance(name, k)))
                .Where(k => k.Distance <= Math.Max(2, name.Length / 3))
                .OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal)
                .Take(3).Select(k => k.Name)
        ];

    /// <summary>A sentence to end an error with, or nothing.</summary>
    public static string DidYouMean(string name, IEnumerable<string> known) =>
        Of(name, known) is { Count: > 0 } near ? $" Did you mean {string.Join(", ", near.Select(n => $"'{n}'"))}?" : "";

    /// <summary>Levenshtein distance, without regard to case.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[b.Length];
    }
}
