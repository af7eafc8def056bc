using System.Text;
using Sutazai.Clients;

namespace Sutazai.Registry;

/// <summary>Which agents depend on what, and which can be migrated together.</summary>
internal static class DependencyAnalysis
{
    public static DependencyMatrix Matrix(IReadOnlyList<AgentCard> agents)
    {
        List<string> dependencies = [.. agents.SelectMany(a => a.Dependencies).Select(Name).Distinct().Order(StringComparer.Ordinal)];
        return new(dependencies,
        [
            .. agents.Select(a => new DependencyMatrixRow(a.Id, a.Group,
            [
                .. dependencies.Select(d => a.Dependencies.Contains(d) ? DependencyUse.Required : a.Dependencies.Contains(d + "?") ? DependencyUse.Optional : DependencyUse.None)
            ]))
        ]);
    }

    /// <summary>RFC 4180; a cell is <c>required</c>, <c>optional</c> or empty.</summary>
    public static string ToCsv(DependencyMatrix matrix)
    {
        var csv = new StringBuilder().Append("agent,group").Append(string.Concat(matrix.Dependencies.Select(d => "," + Quoted(d)))).Append("\r\n");
        foreach (var row in matrix.Rows)
        {
            csv.Append(Quoted(row.Agent)).Append(',').Append(Quoted(row.Group));
            foreach (var use in row.Uses)
            {
                csv.Append(',').Append(use switch { DependencyUse.Required => "required", DependencyUse.Optional => "optional", _ => "" });
            }

            csv.Append("\r\n");
        }

        return csv.ToString();
    }

    /// <summary>
    /// Batches of at most <paramref name="size"/> agents. A batch grows from the first agent left, in order of how much it depends on, by the
    /// agent most similar to the batch (Jaccard similarity of dependency sets, then same group, then id).
    /// </summary>
    public static IReadOnlyList<MigrationBatch> Batches(IReadOnlyList<AgentCard> agents, int size)
    {
        List<AgentCard> left = [.. agents.OrderBy(a => a.Dependencies.Count).ThenBy(a => string.Join(',', a.Dependencies), StringComparer.Ordinal).ThenBy(a => a.Group, StringComparer.Ordinal).ThenBy(a => a.Id, StringComparer.Ordinal)];
        List<MigrationBatch> batches = [];
        while (left.Count > 0)
        {
            List<AgentCard> batch = [left[0]];
            left.RemoveAt(0);
            while (batch.Count < size && left.Count > 0)
            {
                var union = Names(batch);
                var next = left.OrderByDescending(a => Jaccard(Names([a]), union)).ThenByDescending(a => a.Group == batch[^1].Group).ThenBy(a => a.Id, StringComparer.Ordinal).First();
                batch.Add(next);
                left.Remove(next);
            }

            var all = Names(batch);
            batches.Add(new MigrationBatch(
                batches.Count + 1, [.. batch.Select(a => a.Id)], [.. all.Order(StringComparer.Ordinal)], Math.Round(batch.Average(a => Jaccard(Names([a]), all)), 3)));
        }

        return batches;
    }

    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private static HashSet<string> Names(IReadOnlyList<AgentCard> agents) => [.. agents.SelectMany(a => a.Dependencies).Select(Name)];

    private static string Name(string dependency) => dependency.TrimEnd('?');

    private static double Jaccard(HashSet<string> a, HashSet<string> b) =>
        a.Count + b.Count == 0 ? 1 : (double)a.Count(b.Contains) / a.Union(b).Count();
}
