using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Operations.Logs;

public sealed class IncidentTimelineBuilder : IAgent
{
    private const string NoTimes = "none of its lines has a time";

    public static AgentDefinition Definition { get; } = new("incident-timeline-builder")
    {
        Purpose = "Merges logs, deploys and alerts of any time zone into one timeline, finds silent spans and hints at what led to what.",
        Instructions = """
            You write the timeline section of an incident report. Call merge with every source the user gives, each with a name, its kind and,
            where its times bear no offset, its zone. Pass the events on unchanged to gaps and to order. Write a table of UTC times, source and
            event; keep the first error, every deploy and every alert, and put the silent spans in. Present hints as order in time, not as
            proof of cause, and say which sources have the least certain clocks.
            """,
        Examples =
        [
            new("Build a timeline of the night from these sources.") { Files = ["@shop.log"], Calls = ["merge"], Says = ["failed"] },
            new("Was there a silence before the first error?") { Files = ["@shop.log"], Calls = ["merge", "gaps"], Says = ["2024-03-10T08:00:05.02"] },
        ],
    };

    [KernelFunction("merge"), Description("Merges logs, deploys and alerts into one list of events in UTC, in order of time; repeated messages are one event with a count.")]
    [ToolExample(
        """
        { "sources": [
          { "name": "web", "kind": "log", "text": "2024-03-10 09:00:05 ERROR db timeout after 30 s\n2024-03-10 09:00:06 ERROR db timeout after 31 s", "zone": "Europe/Berlin" },
          { "name": "cd", "kind": "deploy", "text": "2024-03-10T08:00:00Z web v42 rolled out" }
        ] }
        """,
        """
        {
          "total": 2, "leftOut": 0,
          "events": [
            { "time": "2024-03-10T08:00:00+00:00", "source": "cd", "kind": "deploy", "level": "unknown", "message": "web v42 rolled out", "line": 1, "count": 1, "until": null, "service": null, "trace": null },
            { "time": "2024-03-10T08:00:05+00:00", "source": "web", "kind": "log", "level": "error", "message": "db timeout after 30 s", "line": 1, "count": 2, "until": "2024-03-10T08:00:06+00:00", "service": null, "trace": null }
          ],
          "sources": [
            { "name": "cd", "events": 1, "withoutTime": 0, "from": "2024-03-10T08:00:00+00:00", "to": "2024-03-10T08:00:00+00:00", "assumedZone": null, "assumedYear": null, "ambiguousTimes": 0, "skippedTimes": 0 },
            { "name": "web", "events": 2, "withoutTime": 0, "from": "2024-03-10T08:00:05+00:00", "to": "2024-03-10T08:00:06+00:00", "assumedZone": "Europe/Berlin", "assumedYear": null, "ambiguousTimes": 0, "skippedTimes": 0 }
          ]
        }
        """)]
    [ToolExample(
        """{ "sources": [{ "name": "night", "kind": "log", "text": "2024-03-31 01:59:59 INFO a\n2024-03-31 02:30:00 INFO b\n2024-03-31 03:00:00 INFO c\n2024-10-27 02:30:00 INFO d\n2024-10-27 02:10:00 INFO e", "zone": "Europe/Berlin" }] }""",
        """
        {
          "total": 5,
          "events": [
            { "time": "2024-03-31T00:59:59+00:00" }, { "time": "2024-03-31T01:00:00+00:00", "message": "c" }, { "time": "2024-03-31T01:30:00+00:00", "message": "b" },
            { "time": "2024-10-27T00:30:00+00:00", "message": "d" }, { "time": "2024-10-27T01:10:00+00:00", "message": "e" }
          ],
          "sources": [{ "ambiguousTimes": 2, "skippedTimes": 1 }]
        }
        """, Nasty = true, Partial = true)]
    [ToolExample("""{ "sources": [{ "name": "a", "kind": "log", "text": "x", "zone": "Mars/Olympus" }] }""", "'Mars/Olympus' is no time zone", Nasty = true, Fails = true)]
    [ToolExample("""{ "sources": [{ "name": "a", "kind": "alert", "text": "no time here" }] }""", NoTimes, Nasty = true, Fails = true)]
    public static async Task<MergedTimeline> Merge(
        [Description("The sources: each a name, a kind (log, deploy or alert), its text or file, and the zone of times that bear no offset.")] IReadOnlyList<TimelineSource> sources,
        [Description("Leave out log entries less grave than this; deploys and alerts always stay.")] Severity minLevel = Severity.Unknown,
        [Description("Leave out events before this time.")] DateTimeOffset? from = null,
        [Description("Leave out events from this time on.")] DateTimeOffset? to = null,
        [Description("Year for times that name none; when left out, that of the other sources.")] int? year = null,
        [Description("Most events to return; the least grave are left out first.")] int limit = 300,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(limit, 1, 20_000, nameof(limit));
        Limits.Require(year ?? 2000, 1970, 9000, nameof(year));
        if (sources.Count is 0 or > 100 || sources.Select(s => s.Name).Distinct().Count() != sources.Count)
        {
            throw new InvalidInputException("'sources' must be 1 to 100 sources with different names.");
        }

        List<SourceReader> readers = [];
        foreach (var source in sources.OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            var reader = new SourceReader(source);
            await reader.ReadAsync(minLevel, cancellationToken);
            readers.Add(reader);
            if (reader.Events.Count == 0 && reader.Filtered == 0)
            {
                throw new InvalidInputException($"Source '{source.Name}' cannot be placed in time: {NoTimes}.");
            }
        }

        SourceReader.SettleDates(readers, year);
        var events = Timeline.Collapse([.. readers.SelectMany(r => r.Resolve()).Where(e => !(e.Time < from) && !(e.Time >= to)).Order(Timeline.ByTime)]);
        return new(events.Count, events.Count - Math.Min(events.Count, limit), Timeline.Gravest(events, limit), [.. readers.Select(r => r.Describe())]);
    }

    [KernelFunction("gaps"), Description("Finds silent spans: stretches in which a source that usually writes often writes nothing, and such of all sources together.")]
    [ToolExample(
        """
        { "events": [
          { "time": "2024-03-10T08:00:00Z", "source": "web", "kind": "log", "level": "info", "message": "a" }, { "time": "2024-03-10T08:00:10Z", "source": "web", "kind": "log", "level": "info", "message": "b" },
          { "time": "2024-03-10T08:00:20Z", "source": "web", "kind": "log", "level": "info", "message": "c" }, { "time": "2024-03-10T08:10:20Z", "source": "web", "kind": "log", "level": "error", "message": "d" }
        ] }
        """,
        """
        {
          "total": 1,
          "gaps": [{ "source": "web", "from": "2024-03-10T08:00:20+00:00", "to": "2024-03-10T08:10:20+00:00", "seconds": 600, "usualSeconds": 10, "ratio": 60, "before": "c", "after": "d" }]
        }
        """)]
    [ToolExample("""{ "events": [] }""", """{ "total": 0, "gaps": [] }""", Nasty = true)]
    public static SilentSpans Gaps(
        [Description("Events as merge returned them.")] IReadOnlyList<TimelineEvent> events,
        [Description("Shortest silence in seconds.")] double minSeconds = 60,
        [Description("How many times longer than the source's usual pause a silence is.")] double factor = 10,
        [Description("Most spans to return, the longest first.")] int limit = 50)
    {
        Limits.Require(minSeconds, 0, 1e9, nameof(minSeconds));
        Limits.Require(factor, 1, 1e6, nameof(factor));
        Limits.Require(limit, 1, 10_000, nameof(limit));
        var gaps = Timeline.Gaps(Timeline.Sorted(events), TimeSpan.FromSeconds(minSeconds), factor);
        return new(gaps.Count, [.. gaps.Take(limit)]);
    }

    [KernelFunction("order"), Description("Hints at causes by order in time: deploys before error bursts, the first error of each source, errors that spread, alerts and what preceded them, one trace across sources.")]
    [ToolExample(
        """
        { "events": [
          { "time": "2024-03-10T08:00:00Z", "source": "cd", "kind": "deploy", "level": "unknown", "message": "web v42 rolled out" },
          { "time": "2024-03-10T08:01:00Z", "source": "web", "kind": "log", "level": "error", "message": "db timeout", "count": 5, "trace": "t-1" },
          { "time": "2024-03-10T08:01:02Z", "source": "api", "kind": "log", "level": "error", "message": "upstream failed", "trace": "t-1" }
        ] }
        """,
        """
        {
          "total": 4,
          "hints": [
            { "kind": "deployBeforeErrors", "seconds": 60, "earlier": { "source": "cd", "message": "web v42 rolled out" }, "later": { "source": "web", "message": "db timeout" }, "count": 6 },
            { "kind": "firstError", "seconds": 0, "earlier": { "source": "web" }, "later": null },
            { "kind": "firstError", "earlier": { "source": "api" } },
            { "kind": "sameTrace", "seconds": 2, "earlier": { "source": "web" }, "later": { "source": "api" }, "trace": "t-1", "count": 2 }
          ]
        }
        """, Partial = true)]
    [ToolExample(
        """{ "events": [{ "time": "2024-03-10T08:00:00+05:30", "source": "a", "kind": "alert", "level": "critical", "message": "\u0000" }] }""",
        """{ "total": 1, "hints": [{ "kind": "firstError", "earlier": { "time": "2024-03-10T02:30:00+00:00" } }] }""", Nasty = true, Partial = true)]
    public static CausalHints Order(
        [Description("Events as merge returned them.")] IReadOnlyList<TimelineEvent> events,
        [Description("How long after a deploy errors are still laid to it, in minutes.")] double withinMinutes = 30,
        [Description("Most hints to return.")] int limit = 50)
    {
        Limits.Require(withinMinutes, 0, 100_000, nameof(withinMinutes));
        Limits.Require(limit, 1, 10_000, nameof(limit));
        var hints = CausalOrder.Of(Timeline.Sorted(events), TimeSpan.FromMinutes(withinMinutes));
        return new(hints.Count, [.. hints.Take(limit)]);
    }

    /// <param name="Text">The log, or one deploy or alert a line.</param>
    /// <param name="Zone">IANA name such as Europe/Berlin, or an offset such as +02:00; UTC when left out.</param>
    /// <param name="ClockAheadSeconds">How far the source's clock is ahead; negative where it is behind.</param>
    public sealed record TimelineSource(string Name, SourceKind Kind, Artifact Text, string? Zone = null, double ClockAheadSeconds = 0);

    /// <param name="Line">In its source.</param>
    /// <param name="Count">Entries of the same source and message that followed each other.</param>
    /// <param name="Until">Time of the last of them.</param>
    /// <param name="Trace">Trace or request id.</param>
    public sealed record TimelineEvent(
        DateTimeOffset Time, string Source, SourceKind Kind, Severity Level, string Message, long Line = 0, long Count = 1, DateTimeOffset? Until = null,
        string? Service = null, string? Trace = null);

    /// <param name="LeftOut">Events beyond the limit, or beyond the 50000 gravest of a source.</param>
    public sealed record MergedTimeline(int Total, int LeftOut, IReadOnlyList<TimelineEvent> Events, IReadOnlyList<SourceReport> Sources);

    /// <param name="WithoutTime">Entries before the first one with a time; they are left out.</param>
    /// <param name="AmbiguousTimes">Local times that came twice when clocks went back; the order of lines decides, else the first is taken.</param>
    /// <param name="SkippedTimes">Local times that never were because clocks went forward; moved on by the shift.</param>
    public sealed record SourceReport(
        string Name, long Events, long WithoutTime, DateTimeOffset? From, DateTimeOffset? To, string? AssumedZone, int? AssumedYear, long AmbiguousTimes, long SkippedTimes);

    public sealed record SilentSpans(int Total, IReadOnlyList<SilentSpan> Gaps);

    /// <param name="Source">"(all)" for a silence of all sources together.</param>
    /// <param name="UsualSeconds">Median pause.</param>
    public sealed record SilentSpan(
        string Source, DateTimeOffset From, DateTimeOffset To, double Seconds, double UsualSeconds, double Ratio, string Before, string After);

    public sealed record CausalHints(int Total, IReadOnlyList<CausalHint> Hints);

    /// <param name="Seconds">From the earlier to the later.</param>
    /// <param name="Count">Error entries, or events of the trace.</param>
    public sealed record CausalHint(HintKind Kind, TimelineEvent Earlier, TimelineEvent? Later, double Seconds, long Count, string? Trace);

    public enum SourceKind
    {
        Log,
        Deploy,
        Alert,
    }

    public enum HintKind
    {
        /// <summary>Errors rose after a deploy and within the time given.</summary>
        DeployBeforeErrors,

        /// <summary>The first error of a source; the earliest comes first.</summary>
        FirstError,

        /// <summary>The last error of any source before an alert.</summary>
        ErrorBeforeAlert,

        /// <summary>One trace or request id in several sources.</summary>
        SameTrace,
    }
}
