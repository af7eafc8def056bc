namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Rows grouped by what an attacker may know of a person: Sweeney 2002 (k), Machanavajjhala 2007 (l), Li 2007 (t).</summary>
internal sealed class EquivalenceClasses(int[] quasiIds, int[] sensitive)
{
    private const char Between = '\u001f';
    private readonly Dictionary<string, EquivalenceClass> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>[] _overall = [.. sensitive.Select(_ => new Dictionary<string, int>(StringComparer.Ordinal))];

    public int Rows { get; private set; }

    public IReadOnlyCollection<EquivalenceClass> Classes => _classes.Values;

    public void Add(string[] row)
    {
        Rows++;
        var key = string.Join(Between, quasiIds.Select(i => row[i].Trim()));
        if (!_classes.TryGetValue(key, out var found))
        {
            _classes.Add(key, found = new EquivalenceClass([.. quasiIds.Select(i => row[i].Trim())], Rows, sensitive.Length));
        }

        found.Count++;
        for (var s = 0; s < sensitive.Length; s++)
        {
            var value = row[sensitive[s]].Trim();
            found.Values[s][value] = found.Values[s].GetValueOrDefault(value) + 1;
            _overall[s][value] = _overall[s].GetValueOrDefault(value) + 1;
        }
    }

    /// <summary>The fewest different values of a sensitive column in any class.</summary>
    public int Diversity(int column) => _classes.Values.Min(c => c.Values[column].Count);

    /// <summary>The farthest that a class's distribution is from the whole table's, as total variation: 0 is the same, 1 is disjoint.</summary>
    public double Closeness(int column) => Math.Round(
        _classes.Values.Max(c => _overall[column].Sum(v => Math.Abs(((double)c.Values[column].GetValueOrDefault(v.Key) / c.Count) - ((double)v.Value / Rows))) / 2), 4);
}

internal sealed class EquivalenceClass(string[] key, int firstRow, int sensitive)
{
    public string[] Key { get; } = key;

    public int FirstRow { get; } = firstRow;

    public int Count { get; set; }

    public Dictionary<string, int>[] Values { get; } = [.. Enumerable.Range(0, sensitive).Select(_ => new Dictionary<string, int>(StringComparer.Ordinal))];
}
