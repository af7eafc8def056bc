using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Operations.Logs;

public sealed class AccessLogAnalyst : IAgent
{
    public static AgentDefinition Definition { get; } = new("access-log-analyst")
    {
        Purpose = "Reads traffic, errors, latency, scanners and visitors' ways out of web access logs.",
        Instructions = """
            You report on the traffic of a web server from its access log. Call summarize for load, errors and response times, scanners
            when the question is about attacks or strange clients, and sessions when it is about what visitors do. Lead with the routes
            that fail or are slow and give p95 with its request count. If earlier figures are in the conversation, tell what changed since
            that period; otherwise make no comparison. Times are in UTC, latencies in milliseconds.
            """,
        Examples =
        [
            new("How is the site doing?") { Files = ["@access-combined.log"], Calls = ["summarize"], Says = ["/users/{id}"] },
            new("Who is attacking us?") { Files = ["@access-combined.log"], Calls = ["scanners"], Says = ["203.0.113.66"] },
            new("Which ways do visitors take?") { Files = ["@access-combined.log"], Calls = ["sessions"], Says = ["/ > /login > /users/{id}"] },
        ],
    };

    [KernelFunction("summarize"), Description("Summarizes an access log: routes with status and p50, p95, p99 in milliseconds, bytes, errors over time, broken lines.")]
    [ToolExample(
        """{ "log": "10.0.0.1 - - [10/Mar/2024:08:00:00 +0000] \"GET /users/42?x=1 HTTP/1.1\" 200 100 \"-\" \"curl/8\" 0.010\n10.0.0.2 - - [10/Mar/2024:09:00:00 +0100] \"GET /users/7 HTTP/1.1\" 500 50 \"-\" \"curl/8\" 0.030\nbroken" }""",
        """
        {
          "formats": ["combined"], "requests": 2, "clients": 2, "clientsIsLeast": false, "bytes": 150,
          "from": "2024-03-10T08:00:00+00:00", "to": "2024-03-10T08:00:00+00:00",
          "status": { "200": 1, "500": 1 }, "clientErrors": 0, "serverErrors": 1,
          "p50": 10, "p95": 30, "p99": 30, "timed": 2, "quantileError": 0,
          "routesTotal": 1,
          "routes": [{ "method": "GET", "route": "/users/{id}", "count": 2, "clientErrors": 0, "serverErrors": 1, "bytes": 150, "p50": 10, "p95": 30, "p99": 30 }],
          "bucketMinutes": 60,
          "buckets": [{ "start": "2024-03-10T08:00:00+00:00", "count": 2, "clientErrors": 0, "serverErrors": 1, "bytes": 150 }],
          "broken": { "count": 1, "examples": [{ "line": 3, "text": "broken" }] }
        }
        """)]
    [ToolExample(
        """{ "log": "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-bytes time-taken\n2024-03-10 08:00:00 10.0.0.1 GET /a/3f2504e0-4f89-41d3-9a0c-0305e82c3301 - 404 12 15\nshort\n\u0000\u0000" }""",
        """{ "formats": ["w3c"], "requests": 1, "clientErrors": 1, "p50": 15, "routes": [{ "route": "/a/{uuid}" }], "broken": { "count": 2 } }""", Nasty = true, Partial = true)]
    [ToolExample("""{ "log": "this is\nno access log" }""", "none of the 2 lines is a request", Nasty = true, Fails = true)]
    public static async Task<TrafficReport> Summarize(
        [Description("An access log: Common, Combined (request time behind or not), IIS W3C or JSON lines.")] Artifact log,
        [Description("Width of the time buckets in minutes; widened where there would be more than 1000.")] int bucketMinutes = 60,
        [Description("Most routes to return, the busiest first.")] int limit = 30,
        [Description("Unit of an unlabelled request time.")] LatencyUnit latencyUnit = LatencyUnit.Auto,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(bucketMinutes, 1, 525_600, nameof(bucketMinutes));
        Limits.Require(limit, 1, 2000, nameof(limit));
        var traffic = new TrafficSummary(bucketMinutes);
        var (broken, formats) = await ReadAsync(log, latencyUnit, traffic.Take, cancellationToken);
        var all = traffic.All;
        var routes = traffic.Routes.ToList();
        return new(
            formats, all.Requests, traffic.Clients, traffic.ClientsIsLeast, all.Bytes, traffic.From, traffic.To,
            traffic.Status.ToDictionary(s => s.Key.ToString(CultureInfo.InvariantCulture), s => s.Value), all.ClientErrors, all.ServerErrors,
            Quantile(all, 0.5), Quantile(all, 0.95), Quantile(all, 0.99), all.Latency.Count, all.Latency.IsExact ? 0 : LatencySketch.RelativeError, routes.Count,
            [
                .. routes.Take(limit).Select(r => new Route(
                    r.Method, r.Route, r.Tally.Requests, r.Tally.ClientErrors, r.Tally.ServerErrors, r.Tally.Bytes,
                    Quantile(r.Tally, 0.5), Quantile(r.Tally, 0.95), Quantile(r.Tally, 0.99)))
            ],
            traffic.BucketMinutes,
            [.. traffic.Buckets.Select(b => new Bucket(b.Start, b.Tally.Requests, b.Tally.ClientErrors, b.Tally.ServerErrors, b.Tally.Bytes))], broken);
    }

    [KernelFunction("scanners"), Description("Finds clients that look for weaknesses: probed paths, attack patterns, scanners' agents, mostly not-found answers, malformed requests.")]
    [ToolExample(
        """{ "log": "203.0.113.66 - - [10/Mar/2024:08:00:00 +0000] \"GET /.env HTTP/1.1\" 404 0 \"-\" \"Mozilla/5.0 zgrab/0.x\"\n10.0.0.1 - - [10/Mar/2024:08:00:01 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0\"" }""",
        """
        {
          "total": 1, "forgotten": 0,
          "clients": [
            { "client": "203.0.113.66", "score": 8, "requests": 1, "notFoundRatio": 1, "distinctPaths": 1, "first": "2024-03-10T08:00:00+00:00", "last": "2024-03-10T08:00:00+00:00",
              "signs": [
                { "sign": "probingPaths", "count": 1, "examples": ["/.env"] },
                { "sign": "scannerAgent", "count": 1, "examples": ["Mozilla/5.0 zgrab/0.x"] }
              ] }
          ],
          "broken": { "count": 0, "examples": [] }
        }
        """)]
    [ToolExample(
        """{ "log": "9.9.9.9 - - [10/Mar/2024:08:00:00 +0000] \"GET /x?id=1%2527%20UNION%2520SELECT%201 HTTP/1.1\" 200 5\n9.9.9.9 - - [10/Mar/2024:08:00:01 +0000] \"\\x16\\x03\\x01\" 400 0\n8.8.8.8 - - [10/Mar/2024:08:00:02 +0000] \"GET /favicon.ico HTTP/1.1\" 404 0" }""",
        """{ "total": 1, "clients": [{ "client": "9.9.9.9", "signs": [{ "sign": "sqlInjection", "count": 1 }, { "sign": "malformedRequests", "count": 1 }] }] }""", Nasty = true, Partial = true)]
    public static async Task<ScannerReport> Scanners(
        [Description("An access log, as a file or text.")] Artifact log,
        [Description("Most clients to return, the most suspicious first.")] int limit = 30,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(limit, 1, 2000, nameof(limit));
        var watch = new ClientWatch();
        var (broken, _) = await ReadAsync(log, LatencyUnit.Auto, watch.Take, cancellationToken);
        var suspects = watch.Suspects.ToList();
        return new(
            suspects.Count, watch.Forgotten,
            [
                .. suspects.Take(limit).Select(c => new Scanner(
                    c.Name, c.Score, c.Requests, Limits.Round(c.NotFoundRatio), c.DistinctPaths, c.First, c.Last,
                    [.. c.Signs.Select(s => new Sign(s.Sign, s.Count, s.Examples))]))
            ], broken);
    }

    [KernelFunction("sessions"), Description("Cuts requests into visitors' sessions (client and agent, a gap ends one) and counts the ways they take through the site.")]
    [ToolExample(
        """{ "log": "10.0.0.1 - - [10/Mar/2024:08:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n10.0.0.1 - - [10/Mar/2024:08:01:00 +0000] \"GET /cart/17 HTTP/1.1\" 200 1\n10.0.0.1 - - [10/Mar/2024:08:31:01 +0000] \"GET / HTTP/1.1\" 200 1" }""",
        """
        {
          "sessions": 2, "bounces": 1, "medianRequests": 1, "p95Requests": 2, "medianSeconds": 0, "p95Seconds": 60, "uncounted": 0, "pathsTotal": 2,
          "paths": [{ "path": "/", "count": 1 }, { "path": "/ > /cart/{id}", "count": 1 }],
          "entries": [{ "path": "/", "count": 2 }], "exits": [{ "path": "/", "count": 1 }, { "path": "/cart/{id}", "count": 1 }],
          "steps": [{ "from": "/", "to": "/cart/{id}", "count": 1 }],
          "broken": { "count": 0, "examples": [] }
        }
        """)]
    [ToolExample(
        """{ "log": "10.0.0.1 - - [10/Mar/2024:08:30:00 +0000] \"GET /b HTTP/1.1\" 200 1\n10.0.0.1 - - [10/Mar/2024:08:29:59 +0000] \"GET /a HTTP/1.1\" 200 1\n10.0.0.1 - - [10/Mar/2024:08:30:01 +0000] \"GET /style.css HTTP/1.1\" 200 1\n\"", "gapMinutes": 1 }""",
        """{ "sessions": 1, "paths": [{ "path": "/b > /a", "count": 1 }], "medianSeconds": 1, "broken": { "count": 1 } }""", Nasty = true, Partial = true)]
    public static async Task<SessionReport> Sessions(
        [Description("An access log with times, as a file or text.")] Artifact log,
        [Description("Minutes of silence that end a session.")] int gapMinutes = 30,
        [Description("Steps of a session that are kept.")] int maxSteps = 8,
        [Description("Count stylesheets, scripts and images as steps too.")] bool assets = false,
        [Description("Most entries of each list to return.")] int limit = 20,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(gapMinutes, 1, 1440, nameof(gapMinutes));
        Limits.Require(maxSteps, 1, 50, nameof(maxSteps));
        Limits.Require(limit, 1, 1000, nameof(limit));
        var paths = new SessionPaths(TimeSpan.FromMinutes(gapMinutes), maxSteps, assets);
        var (broken, _) = await ReadAsync(log, LatencyUnit.Auto, paths.Take, cancellationToken);
        paths.End();
        return new(
            paths.Sessions, paths.Bounces, (long)(paths.Lengths.Quantile(0.5) ?? 0), (long)(paths.Lengths.Quantile(0.95) ?? 0),
            Limits.Round(paths.Seconds.Quantile(0.5) ?? 0), Limits.Round(paths.Seconds.Quantile(0.95) ?? 0), paths.Uncounted, paths.Paths.Count(),
            First(paths.Paths), First(paths.Entries), First(paths.Exits),
            [.. paths.Steps.Take(limit).Select(s => new Step(s.Key.From, s.Key.To, s.Value))], broken);

        List<PathCount> First(IEnumerable<KeyValuePair<string, long>> counts) => [.. counts.Take(limit).Select(c => new PathCount(c.Key, c.Value))];
    }

    private delegate void AccessVisitor(in AccessLine access);

    private static async Task<(BrokenLines Broken, IReadOnlyList<AccessFormat> Formats)> ReadAsync(
        Artifact log, LatencyUnit unit, AccessVisitor visit, CancellationToken cancellationToken)
    {
        var reader = new AccessLineReader(unit);
        List<BrokenLine> examples = [];
        var (broken, requests) = (0L, 0L);
        var lines = await LogLines.ReadAsync(log, Take, cancellationToken);
        if (requests == 0)
        {
            throw new InvalidInputException($"'{log.Name}' is not a known access log: none of the {lines.Lines} lines is a request; expected Common, Combined, IIS W3C or JSON lines.");
        }

        return (new(broken, examples), [.. Enum.GetValues<AccessFormat>().Where(f => (reader.Seen >> (int)f & 1) != 0)]);

        void Take(ReadOnlySpan<char> line, long number)
        {
            if (reader.TryRead(line, out var access) is not { } read)
            {
                return;
            }

            if (read)
            {
                requests++;
                visit(access);
            }
            else if (broken++ < 5)
            {
                examples.Add(new(number, line.Length > 200 ? string.Concat(line[..200], "...") : line.ToString()));
            }
        }
    }

    private static double? Quantile(TrafficSummary.Tally tally, double share) => tally.Latency.Quantile(share) is { } value ? Limits.Round(value) : null;

    /// <param name="Timed">Requests whose latency the log tells.</param>
    /// <param name="QuantileError">Largest relative error of the quantiles over all; 0 where exact. Routes are exact up to 1000 requests.</param>
    public sealed record TrafficReport(
        IReadOnlyList<AccessFormat> Formats, long Requests, int Clients, bool ClientsIsLeast, long Bytes, DateTimeOffset? From, DateTimeOffset? To,
        IReadOnlyDictionary<string, long> Status, long ClientErrors, long ServerErrors, double? P50, double? P95, double? P99, long Timed, double QuantileError,
        int RoutesTotal, IReadOnlyList<Route> Routes, long BucketMinutes, IReadOnlyList<Bucket> Buckets, BrokenLines Broken);

    public sealed record Route(string Method, [property: JsonPropertyName("route")] string Name, long Count, long ClientErrors, long ServerErrors, long Bytes, double? P50, double? P95, double? P99);

    public sealed record Bucket(DateTimeOffset Start, long Count, long ClientErrors, long ServerErrors, long Bytes);

    public sealed record BrokenLines(long Count, IReadOnlyList<BrokenLine> Examples);

    public sealed record BrokenLine(long Line, string Text);

    /// <param name="Forgotten">Clients without signs that were dropped to bound memory.</param>
    public sealed record ScannerReport(int Total, long Forgotten, IReadOnlyList<Scanner> Clients, BrokenLines Broken);

    public sealed record Scanner(
        string Client, int Score, long Requests, double NotFoundRatio, int DistinctPaths, DateTimeOffset? First, DateTimeOffset? Last, IReadOnlyList<Sign> Signs);

    public sealed record Sign([property: JsonPropertyName("sign")] ScannerSign Kind, long Count, IReadOnlyList<string> Examples);

    public sealed record SessionReport(
        long Sessions, long Bounces, long MedianRequests, long P95Requests, double MedianSeconds, double P95Seconds, long Uncounted, int PathsTotal,
        IReadOnlyList<PathCount> Paths, IReadOnlyList<PathCount> Entries, IReadOnlyList<PathCount> Exits, IReadOnlyList<Step> Steps, BrokenLines Broken);

    public sealed record PathCount(string Path, long Count);

    public sealed record Step(string From, string To, long Count);
}
