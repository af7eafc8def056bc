using System.Diagnostics;
using System.Globalization;

namespace Sutazai.Bench;

/// <summary>From the start of the built host to its first answer through the gateway, and the memory it holds when idle.</summary>
internal static class StartupBenchmark
{
    private const int Rounds = 7;
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(10);

    public static async Task RunAsync()
    {
        List<(double Seconds, double Megabytes)> results = [];
        for (var round = 0; round < Rounds; round++)
        {
            var data = Directory.CreateTempSubdirectory("sutazai-bench-");
            var started = Stopwatch.GetTimestamp();
            using (var host = Start(data))
            {
                await GatewayBenchmark.AnswersAsync(host.Url, null);
                var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                await Task.Delay(s_rest);
                results.Add((seconds, host.ResidentMegabytes()));
            }

            data.Delete(recursive: true);
        }

        Console.WriteLine("| | median | worst |\n| --- | ---: | ---: |");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| start to first answer, s | {GatewayBenchmark.Median(results.Select(r => r.Seconds)):0.00} | {results.Max(r => r.Seconds):0.00} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| resident memory idle, MB | {GatewayBenchmark.Median(results.Select(r => r.Megabytes)):0} | {results.Max(r => r.Megabytes):0} |"));
    }

    private static HostProcess Start(DirectoryInfo data)
    {
        var url = HostProcess.FreeUrl();
        return HostProcess.Start("Sutazai.Host.dll", url, "--urls", url.ToString(), "--data", data.FullName);
    }
}
