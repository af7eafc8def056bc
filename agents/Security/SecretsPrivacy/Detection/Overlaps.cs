namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>
/// Where detections overlap one is kept: a specific rule before a generic one, then the more confident, then the longer, then the first.
/// </summary>
internal static class Overlaps
{
    private static readonly Comparer<Detection> s_byStart = Comparer<Detection>.Create(static (a, b) => a.Start.CompareTo(b.Start));

    /// <summary>Takes out of <paramref name="waiting"/> what can no longer change when nothing before <paramref name="boundary"/> will be added.</summary>
    public static IEnumerable<Detection> Settle(List<Detection> waiting, long boundary)
    {
        if (waiting.Count == 0)
        {
            return [];
        }

        waiting.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : Compare(a, b));
        List<Detection> kept = [];
        var taken = 0;
        while (taken < waiting.Count)
        {
            var end = waiting[taken].End;
            var next = taken + 1;
            while (next < waiting.Count && waiting[next].Start < end)
            {
                end = Math.Max(end, waiting[next++].End);
            }

            if (end > boundary)
            {
                break;
            }

            Keep(waiting.GetRange(taken, next - taken), kept);
            taken = next;
        }

        waiting.RemoveRange(0, taken);
        return kept;
    }

    private static void Keep(List<Detection> cluster, List<Detection> kept)
    {
        if (cluster.Count == 1)
        {
            kept.Add(cluster[0]);
            return;
        }

        List<Detection> chosen = [];
        cluster.Sort(Compare);
        foreach (var detection in cluster)
        {
            var at = ~chosen.BinarySearch(detection, s_byStart);
            if (at >= 0 && (at == 0 || chosen[at - 1].End <= detection.Start) && (at == chosen.Count || detection.End <= chosen[at].Start))
            {
                chosen.Insert(at, detection);
            }
        }

        kept.AddRange(chosen);
    }

    private static int Compare(Detection a, Detection b)
    {
        var order = a.Generic.CompareTo(b.Generic);
        order = order != 0 ? order : b.Confidence.CompareTo(a.Confidence);
        order = order != 0 ? order : b.Value.Length.CompareTo(a.Value.Length);
        order = order != 0 ? order : a.Start.CompareTo(b.Start);
        return order != 0 ? order : string.CompareOrdinal(a.Kind, b.Kind);
    }
}
