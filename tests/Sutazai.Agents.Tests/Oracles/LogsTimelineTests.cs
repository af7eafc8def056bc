using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using Sutazai.Agents.Operations.Logs;
using static Sutazai.Agents.Operations.Logs.IncidentTimelineBuilder;

namespace Sutazai.Agents.Tests.Oracles;

public class LogsTimelineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The platform's own time zone data stands against NodaTime's.
    [Theory]
    [InlineData("Europe/Berlin", 2024)]
    [InlineData("America/New_York", 2023)]
    [InlineData("Australia/Lord_Howe", 2024)]
    [InlineData("Asia/Kathmandu", 2024)]
    public void Local_times_become_the_instants_that_the_platform_gives(string zone, int year)
    {
        var platform = TimeZoneInfo.FindSystemTimeZoneById(zone);

        Gen.Int[0, (365 * 24 * 60) - 1].Array[1, 20].Sample(minutes =>
        {
            var instants = minutes.Append(0).Order().Distinct().Select(m => new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(m))
                .Where(i => !platform.IsAmbiguousTime(TimeZoneInfo.ConvertTimeFromUtc(i, platform))).ToList();
            var locals = instants.Select(i => TimeZoneInfo.ConvertTimeFromUtc(i, platform)).ToList();
            var merged = Merge(new TimelineSource("a", SourceKind.Log, Lines(locals.Select((l, i) => $"{l:yyyy-MM-dd HH:mm:ss} INFO m{Word(i)}")), zone));

            Assert.Equal(instants, merged.Events.Select(e => e.Time.UtcDateTime));
        }, iter: 50);
    }

    [Fact]
    public void An_hour_that_comes_twice_is_told_apart_by_the_order_of_lines()
    {
        // Berlin, 27 October 2024: 02:00 to 03:00 is passed in summer time, then again in winter time.
        var start = new DateTime(2024, 10, 26, 23, 50, 0, DateTimeKind.Utc);
        var instants = Enumerable.Range(0, 15).Select(i => start.AddMinutes(10 * i)).ToList();
        var lines = instants.Select((t, i) => $"{TimeZoneInfo.ConvertTimeFromUtc(t, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")):yyyy-MM-dd HH:mm:ss} INFO m{Word(i)}");

        var merged = Merge(new TimelineSource("a", SourceKind.Log, Lines(lines), "Europe/Berlin"));

        Assert.Equal(instants, merged.Events.Select(e => e.Time.UtcDateTime));
        Assert.Equal(12, merged.Sources[0].AmbiguousTimes);
    }

    [Theory]
    [InlineData("2024-03-10T09:15:30.5+01:00 x")]
    [InlineData("2024-03-10 08:15:30,500 INFO x")]
    [InlineData("[10/Mar/2024:08:15:30.5 +0000] x")]
    [InlineData("Sun, 10 Mar 2024 08:15:30.5 GMT x")]
    [InlineData("[Sun Mar 10 08:15:30.500000 2024] x")]
    [InlineData("1710058530.5 x")]
    [InlineData("1710058530500 x")]
    [InlineData("{\"@t\":\"2024-03-10T08:15:30.5Z\",\"@m\":\"x\"}")]
    [InlineData("{\"time\":1710058530500,\"msg\":\"x\"}")]
    [InlineData("20240310T081530.5Z x", "2024-03-10T08:15:30Z")]
    [InlineData("3/10/2024 8:15:30 AM x", null)]
    [InlineData("2024/03/10 08:15:30.5 x")]
    public async Task Written_times_of_many_forms_are_one_instant(string line, string? expected = "2024-03-10T08:15:30.5Z")
    {
        if (expected is null)
        {
            // One digit for the hour is a form that is not taken: better no time than a wrong one.
            await Assert.ThrowsAsync<InvalidInputException>(() => IncidentTimelineBuilder.Merge([new("a", SourceKind.Log, Artifact.FromText(line))], cancellationToken: Token));
            return;
        }

        var merged = Merge(new TimelineSource("a", SourceKind.Log, Artifact.FromText(line)));

        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), Assert.Single(merged.Events).Time, TimeSpan.FromMilliseconds(line.StartsWith("20240310T", StringComparison.Ordinal) ? 600 : 0));
    }

    [Fact]
    public void Times_without_a_year_take_it_from_the_other_sources_across_new_year()
    {
        var merged = Merge(
            new TimelineSource("sys", SourceKind.Log, Artifact.FromText("Dec 31 23:59:58 host app[1]: a\nJan  1 00:00:02 host app[1]: b")),
            new TimelineSource("web", SourceKind.Log, Artifact.FromText("2025-01-01T00:00:00Z INFO c")));

        Assert.Equal(["2024-12-31T23:59:58 a", "2025-01-01T00:00:00 c", "2025-01-01T00:00:02 b"], merged.Events.Select(e => $"{e.Time:yyyy-MM-ddTHH:mm:ss} {e.Message}"));
        Assert.Equal(2025, merged.Sources[0].AssumedYear);
    }

    [Fact]
    public void A_clock_that_runs_ahead_is_set_back()
    {
        var merged = Merge(
            new TimelineSource("a", SourceKind.Log, Artifact.FromText("2024-03-10T08:00:05Z INFO effect")),
            new TimelineSource("b", SourceKind.Log, Artifact.FromText("2024-03-10T08:00:09Z INFO cause"), ClockAheadSeconds: 7.5));

        Assert.Equal(["cause", "effect"], merged.Events.Select(e => e.Message));
    }

    [Fact]
    public void Merging_is_the_stable_sort_of_all_sources_in_any_order_they_are_given()
    {
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 50]).Array[1, 80].Sample(lines =>
        {
            var sources = lines.GroupBy(l => l.Item1).Select(g => new TimelineSource(
                $"s{g.Key}", SourceKind.Alert, Lines(g.Select((l, i) => $"2024-03-10T08:00:{l.Item2 % 60:00}Z {Word(i)}")))).ToArray();
            var expected = sources.OrderBy(s => s.Name, StringComparer.Ordinal).SelectMany(s => lines.Where(l => $"s{l.Item1}" == s.Name).Select((l, i) => (At: l.Item2, Text: $"{s.Name} {Word(i)}")))
                .OrderBy(l => l.At).Select(l => l.Text);

            Assert.Equal(expected, Merge(sources).Events.Select(e => $"{e.Source} {e.Message}"));
            Array.Reverse(sources);
            Assert.Equal(expected, Merge(sources).Events.Select(e => $"{e.Source} {e.Message}"));
        }, iter: 100);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Planted_silences_and_causes_are_found_through_json_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var start = new DateTime(2024, 3, 10, 8, 0, 0, DateTimeKind.Utc);
        List<string> web = [], api = [];
        for (var second = 0; second < 3600; second += 5)
        {
            var at = start.AddSeconds(second + random.Next(3));
            if (second is < 1200 or > 1800)
            {
                web.Add($"{at:yyyy-MM-ddTHH:mm:ss}Z INFO {Word(random.Next(5000))} served");
            }

            api.Add($"{at:yyyy-MM-ddTHH:mm:ss}Z {(second is > 2400 and < 2500 ? "ERROR upstream " : "INFO asked ")}{Word(random.Next(5000))}{(second == 2450 ? " request_id=abcd1234" : "")}");
        }

        web.Add($"{start.AddSeconds(3601):yyyy-MM-ddTHH:mm:ss}Z WARN slow answer request_id=abcd1234");
        var arguments = new JsonObject
        {
            ["sources"] = new JsonArray(
                Source("web", "log", string.Join('\n', web)), Source("api", "log", string.Join('\n', api)), Source("cd", "deploy", "2024-03-10T08:39:50Z api v7"),
                Source("old", "deploy", "2024-03-10T08:01:00Z web v6"), Source("pager", "alert", "2024-03-10T08:41:00Z CRITICAL api errors")),
            ["limit"] = 20_000,
        };
        var merged = await Catalog.RunAsync("incident-timeline-builder", "merge", arguments.ToJsonString(), Token);
        var events = merged!["events"]!;

        var gaps = await Catalog.RunAsync("incident-timeline-builder", "gaps", new JsonObject { ["events"] = events.DeepClone() }.ToJsonString(), Token);
        var hints = await Catalog.RunAsync("incident-timeline-builder", "order", new JsonObject { ["events"] = events.DeepClone() }.ToJsonString(), Token);

        var gap = Assert.Single(gaps!["gaps"]!.AsArray())!;
        Assert.Equal("web", (string)gap["source"]!);
        Assert.InRange((double)gap["seconds"]!, 600, 615);
        Assert.Equal(
            ["deployBeforeErrors cd>api", "firstError api>", "firstError pager>", "errorBeforeAlert api>pager", "sameTrace api>web"],
            hints!["hints"]!.AsArray().Select(h => $"{h!["kind"]} {h["earlier"]!["source"]}>{h["later"]?["source"]}"));
        Assert.Equal(19, (long)hints["hints"]![0]!["count"]!);
    }

    [Fact]
    public void A_log_of_a_million_entries_is_cut_to_the_gravest()
    {
        var log = new Artifact("big.log", "text/plain", null, _ => ValueTask.FromResult<System.IO.Stream>(new LogsLineStream(
            300_000, i => $"2024-03-10T08:{i / 6000 % 60:00}:{i / 100 % 60:00}Z {(i % 1000 == 0 ? "ERROR" : "INFO")} {Word(i)} done")));

        var merged = Merge(new TimelineSource("a", SourceKind.Log, log));

        Assert.Equal(300, merged.Events.Count);
        Assert.All(merged.Events, e => Assert.Equal(Severity.Error, e.Level));
    }

    private static JsonObject Source(string name, string kind, string text) => new() { ["name"] = name, ["kind"] = kind, ["text"] = text };

    private static MergedTimeline Merge(params TimelineSource[] sources) =>
        IncidentTimelineBuilder.Merge(sources, limit: 300, cancellationToken: Token).GetAwaiter().GetResult();

    private static Artifact Lines(IEnumerable<string> lines) => LogsPlanted.Artifact(lines);

    // Letters only, so that no two are one message.
    private static string Word(int i) => string.Concat(Enumerable.Range(0, 4).Select(k => (char)('g' + (i >> (4 * k) & 15))));
}
