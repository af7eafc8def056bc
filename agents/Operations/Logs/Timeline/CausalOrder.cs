using static Sutazai.Agents.Operations.Logs.IncidentTimelineBuilder;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>What order in time suggests; none of it is proof.</summary>
internal static class CausalOrder
{
    public static List<CausalHint> Of(List<TimelineEvent> events, TimeSpan within)
    {
        var errors = events.Where(IsError).ToList();
        return [.. Deploys(events, errors, within), .. FirstErrors(events), .. Alerts(events, errors), .. Traces(events)];
    }

    private static bool IsError(TimelineEvent e) => e.Kind == SourceKind.Log && e.Level >= Severity.Error;

    // Counted as many as in the same stretch of time before the deploy, errors were there anyway.
    private static IEnumerable<CausalHint> Deploys(List<TimelineEvent> events, List<TimelineEvent> errors, TimeSpan within)
    {
        foreach (var deploy in events.Where(e => e.Kind == SourceKind.Deploy))
        {
            var next = events.Where(e => e.Kind == SourceKind.Deploy && e.Time > deploy.Time).Select(e => e.Time).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
            var after = errors.Where(e => e.Time >= deploy.Time && e.Time - deploy.Time <= within && e.Time < next).ToList();
            var before = errors.Where(e => e.Time < deploy.Time && deploy.Time - e.Time <= within).Sum(e => e.Count);
            var count = after.Sum(e => e.Count);
            if (count > 2 * before)
            {
                yield return Hint(HintKind.DeployBeforeErrors, deploy, after[0], count);
            }
        }
    }

    private static IEnumerable<CausalHint> FirstErrors(List<TimelineEvent> events) =>
        events.Where(e => e.Level >= Severity.Error).DistinctBy(e => (e.Source, e.Service)).Select(e => Hint(HintKind.FirstError, e, null, e.Count));

    private static IEnumerable<CausalHint> Alerts(List<TimelineEvent> events, List<TimelineEvent> errors)
    {
        foreach (var alert in events.Where(e => e.Kind == SourceKind.Alert))
        {
            if (errors.LastOrDefault(e => e.Time <= alert.Time) is { } error)
            {
                yield return Hint(HintKind.ErrorBeforeAlert, error, alert, error.Count);
            }
        }
    }

    private static IEnumerable<CausalHint> Traces(List<TimelineEvent> events) =>
        from e in events
        where !string.IsNullOrEmpty(e.Trace)
        group e by e.Trace into trace
        let sources = trace.DistinctBy(e => e.Source).ToList()
        where sources.Count > 1
        let worst = trace.FirstOrDefault(e => e.Level >= Severity.Error)
        orderby worst is null, trace.First().Time, trace.Key
        select Hint(HintKind.SameTrace, sources[0], sources[^1], trace.Count()) with { Trace = trace.Key };

    private static CausalHint Hint(HintKind kind, TimelineEvent earlier, TimelineEvent? later, long count) =>
        new(kind, earlier, later, later is null ? 0 : Limits.Round((later.Time - earlier.Time).TotalSeconds), count, null);
}
