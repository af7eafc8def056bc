using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Sutazai.Bench;

/// <summary>One run of <c>wrk</c>, the load from outside.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Errors">Answers that were not 2xx, and broken connections.</param>
/// <param name="Answers">All answers.</param>
internal sealed partial record Wrk(double Rate, double P50, double P99, long Errors, long Answers)
{
    public static async Task<Wrk> RunAsync(string url, int connections, int seconds, string script, CancellationToken cancellationToken = default)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "wrk", ["-t1", $"-c{connections}", $"-d{seconds}s", "--latency", "-s", script, url])
        { RedirectStandardOutput = true })!;
        await using var leaving = cancellationToken.Register(process.Kill);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return new(
            Number(RatePattern().Match(output).Groups[1].Value),
            Milliseconds(P50Pattern().Match(output)),
            Milliseconds(P99Pattern().Match(output)),
            (long)(Number(StatusPattern().Match(output).Groups[1].Value) + SocketPattern().Match(output).Groups.Values.Skip(1).Sum(g => Number(g.Value))),
            (long)Number(AnswersPattern().Match(output).Groups[1].Value));
    }

    private static double Milliseconds(Match match) => Number(match.Groups[1].Value) * match.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };

    private static double Number(string text) => text.Length == 0 ? 0 : double.Parse(text, CultureInfo.InvariantCulture);

    // Requests/sec:  11721.41
    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RatePattern();

    //     50%    2.61ms
    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P50Pattern();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P99Pattern();

    //   58612 requests in 5.00s, 12.30MB read
    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex AnswersPattern();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex StatusPattern();

    //   Socket errors: connect 0, read 0, write 0, timeout 0
    [GeneratedRegex(@"connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex SocketPattern();
}
