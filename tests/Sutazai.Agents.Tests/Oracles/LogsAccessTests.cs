using System.Globalization;
using CsCheck;
using Sutazai.Agents.Operations.Logs;

namespace Sutazai.Agents.Tests.Oracles;

public class LogsAccessTests
{
    private static readonly DateTime s_start = new(2024, 3, 10, 8, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Quantiles_of_few_requests_are_the_sorted_ones() =>
        Gen.Int[1, 60_000].Array[1, 900].Sample(milliseconds =>
        {
            var log = LogsPlanted.Artifact(milliseconds.Select((ms, i) => Combined("10.0.0.1", i, "/a", 200, 1, ms / 1000.0)));
            var report = AccessLogAnalyst.Summarize(log, cancellationToken: Token).GetAwaiter().GetResult();

            var sorted = milliseconds.Order().ToArray();
            Assert.Equal((Rank(sorted, 0.5), Rank(sorted, 0.95), Rank(sorted, 0.99)), ((int)report.P50!, (int)report.P95!, (int)report.P99!));
            Assert.Equal(0, report.QuantileError);
        }, iter: 60);

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Quantiles_of_many_requests_keep_the_stated_error(int seed)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, 50_000).Select(_ => (int)Math.Exp(random.NextDouble() * 11) + 1).ToArray();

        var report = await AccessLogAnalyst.Summarize(LogsPlanted.Artifact(values.Select((ms, i) => Combined("10.0.0.1", i / 100, "/a", 200, 1, ms / 1000.0))), cancellationToken: Token);

        var sorted = values.Order().ToArray();
        Assert.Equal(0.01, report.QuantileError);
        foreach (var (share, value) in new[] { (0.5, report.P50), (0.95, report.P95), (0.99, report.P99) })
        {
            Assert.InRange(value!.Value, Rank(sorted, share) * 0.9899, Rank(sorted, share) * 1.0101);
        }
    }

    [Fact]
    public async Task Routes_statuses_bytes_and_buckets_add_up_to_a_plain_count()
    {
        var random = new Random(4);
        string[] routes = ["/", "/users/{id}", "/files/{uuid}/raw", "/static/app.{hash}.js"];
        var requests = Enumerable.Range(0, 5000).Select(i => (
            Route: random.Next(4), Status: (int[])[200, 301, 404, 500], Pick: random.Next(4), Bytes: random.Next(10_000), Second: i * 7, Client: random.Next(30))).ToList();

        var report = await AccessLogAnalyst.Summarize(
            LogsPlanted.Artifact(requests.Select(r => Combined($"10.0.0.{r.Client}", r.Second, Path(r.Route, random), r.Status[r.Pick], r.Bytes, 0.01))), bucketMinutes: 30, cancellationToken: Token);

        Assert.Equal(
            requests.GroupBy(r => routes[r.Route]).Select(g => (g.Key, (long)g.Count(), g.Sum(r => (long)r.Bytes), (long)g.Count(r => r.Pick == 3))).OrderByDescending(r => r.Item2),
            report.Routes.Select(r => (r.Name, r.Count, r.Bytes, r.ServerErrors)));
        Assert.Equal(requests.GroupBy(r => r.Second / 1800).Select(g => ((long)g.Count(), (long)g.Count(r => r.Pick == 2))), report.Buckets.Select(b => (b.Count, b.ClientErrors)));
        Assert.Equal(requests.Select(r => r.Client).Distinct().Count(), report.Clients);
    }

    [Theory]
    [InlineData("""10.0.0.1 - - [10/Mar/2024:09:00:00 +0100] "GET /a/1 HTTP/1.1" 200 5""", null)]
    [InlineData("""shop.example:443 10.0.0.1 - - [10/Mar/2024:08:00:00 +0000] "GET /a/1 HTTP/2.0" 200 5 "-" "x" 12000""", 12.0)]
    [InlineData("""10.0.0.1 - ada [10/Mar/2024:08:00:00 +0000] "GET /a/1 HTTP/1.1" 200 5 "-" "quo\"ted" "203.0.113.1" rt=0.012""", 12.0)]
    [InlineData("""{"time":"2024-03-10T08:00:00Z","remote_addr":"10.0.0.1","request":"GET /a/1 HTTP/1.1","status":200,"body_bytes_sent":5,"request_time":0.012}""", 12.0)]
    [InlineData("""{"ts":1710057600.5,"request":{"remote_ip":"10.0.0.1","method":"GET","uri":"/a/1"},"duration":0.012,"size":5,"status":200}""", 12.0)]
    public async Task Every_format_tells_the_same_request(string line, double? latency)
    {
        var report = await AccessLogAnalyst.Summarize(Artifact.FromText(line), cancellationToken: Token);

        var route = Assert.Single(report.Routes);
        Assert.Equal(("GET", "/a/{id}", 1, 5, latency), (route.Method, route.Name, route.Count, route.Bytes, route.P50));
        Assert.Equal(s_start, report.From!.Value.UtcDateTime, TimeSpan.FromSeconds(1));
        Assert.Equal(0, report.Broken.Count);
    }

    [Fact]
    public async Task Planted_scanners_are_found_and_no_visitor()
    {
        string[] attacks =
        [
            "/.env", "/x?q=%3Cscript%3Ealert(1)%3C/script%3E", "/x?file=..%2f..%2f..%2fetc%2fpasswd", "/x?id=1+UNION+SELECT+password+FROM+users", "/?x=${jndi:ldap://evil/a}",
            "/x?id=1%2527%2520OR%25201%253D1--",
        ];
        var random = new Random(8);
        var lines = Enumerable.Range(0, 3000).Select(i => Combined($"10.1.{i % 50}.9", i, Path(random.Next(4), random) + (i % 9 == 0 ? "?q=select+your+union+of+colours&next=/home" : ""), i % 40 == 0 ? 404 : 200, 5, 0.01))
            .Concat(attacks.Select((a, i) => Combined($"203.0.113.{i + 1}", i, a, 404, 5, 0.01)))
            .Concat(Enumerable.Range(0, 80).Select(i => Combined("203.0.113.99", i, $"/guess{(char)('a' + (i % 26))}{i}", 404, 5, 0.01)))
            .Append(Combined("203.0.113.77", 1, "/", 200, 5, 0.01).Replace("Mozilla/5.0", "sqlmap/1.7", StringComparison.Ordinal));

        var report = await AccessLogAnalyst.Scanners(LogsPlanted.Artifact(lines), cancellationToken: Token);

        Assert.Equal(
            [.. Enumerable.Range(1, 6).Select(i => $"203.0.113.{i}"), "203.0.113.77", "203.0.113.99"], report.Clients.Select(c => c.Client).Order(StringComparer.Ordinal));
        Assert.Equal(
            [ScannerSign.ProbingPaths, ScannerSign.CrossSiteScripting, ScannerSign.PathTraversal, ScannerSign.SqlInjection, ScannerSign.CommandInjection, ScannerSign.SqlInjection],
            Enumerable.Range(1, 6).Select(i => report.Clients.Single(c => c.Client == $"203.0.113.{i}").Signs[0].Kind));
    }

    [Fact]
    public void Sessions_are_cut_as_a_plain_grouping_cuts_them() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 3000]).Array[1, 120].Sample(steps =>
        {
            var second = 0;
            var requests = steps.Select(s => (Client: s.Item1, Page: s.Item2, At: second += s.Item3)).ToList();
            var report = AccessLogAnalyst.Sessions(
                LogsPlanted.Artifact(requests.Select(r => Combined($"10.0.0.{r.Client}", r.At, $"/p{(char)('a' + r.Page)}", 200, 1, 0.01))), limit: 1000, maxSteps: 50, cancellationToken: Token).GetAwaiter().GetResult();

            List<string> expected = [];
            foreach (var client in requests.GroupBy(r => r.Client))
            {
                List<string> path = [];
                var last = int.MinValue / 2;
                foreach (var r in client)
                {
                    if (r.At - last > 1800 && path.Count > 0)
                    {
                        expected.Add(string.Join(" > ", path));
                        path = [];
                    }

                    var page = $"/p{(char)('a' + r.Page)}";
                    if (path.Count == 0 || path[^1] != page)
                    {
                        path.Add(page);
                    }

                    last = r.At;
                }

                expected.Add(string.Join(" > ", path));
            }

            Assert.Equal(expected.Count, report.Sessions);
            if (expected.All(p => p.Count(c => c == '>') < 50))
            {
                Assert.Equal(
                    expected.GroupBy(p => p).Select(g => $"{g.Count()} {g.Key}").Order(StringComparer.Ordinal), report.Paths.Select(p => $"{p.Count} {p.Path}").Order(StringComparer.Ordinal));
            }
        }, iter: 200);

    [Fact]
    public async Task Endless_distinct_clients_and_routes_are_bounded_and_counted()
    {
        var log = new Artifact("big.log", "text/plain", null, _ => ValueTask.FromResult<System.IO.Stream>(new LogsLineStream(
            200_000, i => Combined($"10.{i % 200}.{i / 200 % 250}.{i / 50_000}", i / 10, $"/{Letters(i)}/{Letters(i * 7)}", 200, 1, 0.001))));

        var report = await AccessLogAnalyst.Summarize(log, cancellationToken: Token);
        var scanners = await AccessLogAnalyst.Scanners(log, cancellationToken: Token);
        var sessions = await AccessLogAnalyst.Sessions(log, cancellationToken: Token);

        Assert.Equal((200_000, 2001), (report.Requests, report.RoutesTotal));
        Assert.Equal("(other)", report.Routes[0].Name);
        Assert.Equal(0, scanners.Total);
        Assert.True(scanners.Forgotten > 0, "clients are forgotten");
        Assert.True(sessions.PathsTotal <= 10_000 && sessions.Uncounted > 0, $"{sessions.PathsTotal} paths");
    }

    private static int Rank(int[] sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];

    private static string Letters(int i) => string.Concat(Enumerable.Range(0, 5).Select(k => (char)('a' + ((uint)i >> (4 * k) & 15))));

    private static string Path(int route, Random random) => route switch
    {
        0 => "/",
        1 => $"/users/{random.Next(100_000)}",
        2 => $"/files/3f2504e0-4f89-41d3-9a0c-{random.Next():x12}/raw",
        _ => $"/static/app.a1{random.Next():x6}.js?v={random.Next()}",
    };

    private static string Combined(string client, int second, string target, int status, int bytes, double seconds) => string.Create(
        CultureInfo.InvariantCulture,
        $"{client} - - [{s_start.AddSeconds(second):dd/MMM/yyyy:HH:mm:ss} +0000] \"GET {target} HTTP/1.1\" {status} {bytes} \"-\" \"Mozilla/5.0\" {seconds:F3}");
}
