using static Sutazai.Agents.Operations.Logs.IncidentTimelineBuilder;

namespace Sutazai.Agents.Operations.Logs;

internal static class Timeline
{
    private const string All = "(all)";

    /// <summary>Time, then source and line, so that equal times always come in the same order.</summary>
    public static Comparer<TimelineEvent> ByTime { get; } = Comparer<TimelineEvent>.Create((a, b) =>
    {
        var time = a.Time.CompareTo(b.Time);
        var source = time != 0 ? time : string.CompareOrdinal(a.Source, b.Source);
        return source != 0 ? source : a.Line.CompareTo(b.Line);
    });

    public static List<TimelineEvent> Sorted(IReadOnlyList<TimelineEvent> events) =>
        [.. events.Select(e => e with { Time = e.Time.ToUniversalTime(), Until = e.Until?.ToUniversalTime() }).Order(ByTime)];

    /// <summary>Entries of one source and one message, variables apart, that follow each other become one event.</summary>
    public static List<TimelineEvent> Collapse(IReadOnlyList<TimelineEvent> events)
    {
        var masked = new MaskedLine(LogMasks.Default);
        List<TimelineEvent> collapsed = [];
        Dictionary<string, (int Index, ulong Shape, string? Trace)> last = [];
        foreach (var e in events)
        {
            masked.Read(e.Message);
            var shape = masked.Tokens.Length == 0 ? 0 : Shape(masked);
            if (e.Kind == SourceKind.Log && last.TryGetValue(e.Source, out var before) && before.Shape == shape && before.Trace == e.Trace && collapsed[before.Index].Level == e.Level)
            {
                var first = collapsed[before.Index];
                collapsed[before.Index] = first with { Count = first.Count + 1, Until = e.Time };
                continue;
            }

            last[e.Source] = (collapsed.Count, shape, e.Trace);
            collapsed.Add(e);
        }

        return collapsed;
    }

    /// <summary>The gravest events, in order of time; deploys and alerts weigh as critical ones.</summary>
    public static List<TimelineEvent> Gravest(List<TimelineEvent> events, int limit) => events.Count <= limit ? events :
        [.. events.OrderByDescending(e => e.Kind == SourceKind.Log ? e.Level : Severity.Critical).ThenBy(e => e, ByTime).Take(limit).Order(ByTime)];

    public static List<SilentSpan> Gaps(List<TimelineEvent> events, TimeSpan least, double factor) =>
    [
        .. events.Where(e => e.Kind == SourceKind.Log).GroupBy(e => e.Source).SelectMany(g => Gaps(g.Key, [.. g], least, factor))
            .Concat(events.DistinctBy(e => e.Source).Count() > 1 ? Gaps(All, events, least, factor) : [])
            .OrderByDescending(g => g.Seconds).ThenBy(g => g.From).ThenBy(g => g.Source, StringComparer.Ordinal)
    ];

    private static IEnumerable<SilentSpan> Gaps(string source, List<TimelineEvent> events, TimeSpan least, double factor)
    {
        List<(TimelineEvent Before, TimelineEvent After, DateTimeOffset From, double Seconds)> pauses = [];
        List<double> usual = [];
        TimelineEvent? before = null;
        var silentFrom = DateTimeOffset.MinValue;
        foreach (var e in events)
        {
            if (before is not null)
            {
                var pause = Math.Max(0, (e.Time - silentFrom).TotalSeconds);
                pauses.Add((before, e, silentFrom, pause));
                usual.Add(pause);
            }

            if (e.Count > 1 && e.Until is { } last && last > e.Time)
            {
                var within = (last - e.Time).TotalSeconds / (e.Count - 1);
                usual.AddRange(Enumerable.Repeat(within, (int)Math.Min(e.Count - 1, 1000)));
            }

            var until = e.Until ?? e.Time;
            (before, silentFrom) = until >= silentFrom ? (e, until) : (before, silentFrom);
        }

        // Two pauses tell nothing of what is usual.
        if (usual.Count < 3)
        {
            yield break;
        }

        usual.Sort();
        var median = usual[(usual.Count - 1) / 2];
        foreach (var (from, after, start, seconds) in pauses)
        {
            if (seconds >= least.TotalSeconds && seconds >= factor * median)
            {
                yield return new(
                    source, start, after.Time, Limits.Round(seconds), Limits.Round(median), median > 0 ? Limits.Round(seconds / median) : Limits.Round(seconds), from.Message, after.Message);
            }
        }
    }

    private static ulong Shape(MaskedLine line)
    {
        var shape = 17UL;
        foreach (ref readonly var token in line.Tokens)
        {
            shape = (shape * 31) + token.Hash;
        }

        return shape;
    }
}
