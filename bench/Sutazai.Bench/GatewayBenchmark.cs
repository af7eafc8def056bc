using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Sutazai.Clients;
using Sutazai.Identity;

namespace Sutazai.Bench;

/// <summary>
/// A small pure tool call through the public gateway with everything on (a key whose quota allows it, limits, telemetry with 5 % sampling,
/// signed identity), against the bare two-hop. Rounds are interleaved; medians are printed with their ratios.
/// </summary>
internal static class GatewayBenchmark
{
    private const int Seconds = 5;
    private const string Path = "api/agents/data-classifier/tools/policy";
    private const string Body = """{"label":"public"}""";

    public static async Task RunAsync(int rounds)
    {
        var data = Directory.CreateTempSubdirectory("sutazai-bench-");
        try
        {
            using var keys = new KeyCommands(data.FullName);
            var key = await keys.CreateAsync(new CreateKey("bench", [Scopes.AskAgents], new KeyQuota(1_000_000, 1_000_000, 1000)), CancellationToken.None);
            var script = System.IO.Path.Combine(data.FullName, "post.lua");
            await File.WriteAllTextAsync(script, $"""
                wrk.method = "POST"
                wrk.body = '{Body.Replace("\\", "\\\\", StringComparison.Ordinal)}'
                wrk.headers["Content-Type"] = "application/json"
                wrk.headers["Authorization"] = "Bearer {key.Key}"
                """);

            var (bareUrl, oursUrl) = (HostProcess.FreeUrl(), HostProcess.FreeUrl());
            using var bare = HostProcess.Start("Sutazai.Bench.dll", bareUrl, "bare", bareUrl.ToString());
            using var ours = HostProcess.Start("Sutazai.Host.dll", oursUrl, "--urls", oursUrl.ToString(), "--data", data.FullName);
            await AnswersAsync(bareUrl, key.Key);
            await AnswersAsync(oursUrl, key.Key);
            var idle = ours.ResidentMegabytes();

            Console.WriteLine($"| connections | bare req/s | ours req/s | ratio | bare p50 ms | ours p50 ms | ratio | bare p99 ms | ours p99 ms | errors |");
            Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
            foreach (var connections in new[] { 32, 1 })
            {
                List<(Wrk Bare, Wrk Ours)> results = [];
                for (var round = 0; round <= rounds; round++)
                {
                    var pair = (await Wrk.RunAsync(new Uri(bareUrl, Path).ToString(), connections, Seconds, script), await Wrk.RunAsync(new Uri(oursUrl, Path).ToString(), connections, Seconds, script));
                    if (round > 0)
                    {
                        results.Add(pair);
                    }
                }

                double M(Func<(Wrk Bare, Wrk Ours), double> of) => Median(results.Select(of));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {connections} | {M(r => r.Bare.Rate):0} | {M(r => r.Ours.Rate):0} | {M(r => r.Ours.Rate / r.Bare.Rate):0.00} | {M(r => r.Bare.P50):0.000} | {M(r => r.Ours.P50):0.000} | {M(r => r.Ours.P50 / r.Bare.P50):0.00} | {M(r => r.Bare.P99):0.00} | {M(r => r.Ours.P99):0.00} | {results.Sum(r => r.Ours.Errors)} |"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{rounds} interleaved rounds of {Seconds} s after one that is not counted; resident memory {idle:0} MB before, {ours.ResidentMegabytes():0} MB after."));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>Waits until the tool call is answered.</summary>
    internal static async Task AnswersAsync(Uri url, string? key)
    {
        using var http = new HttpClient { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                using var content = new StringContent(Body, Encoding.UTF8, "application/json");
                using var response = await http.PostAsync(Path, content, patience.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(5, patience.Token);
        }
    }
}
