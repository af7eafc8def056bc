using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sutazai.Agents;
using Sutazai.Agents.Security.SecretsPrivacy;

namespace Sutazai.Bench;

/// <summary>
/// Streams 200 MB of source-like text with a planted secret every 100 kB through the scanner's <c>scan</c> tool, on one thread; where other work shares the cores, the processor time says what one core does. A second
/// row has one line of 20 MB, a third names that make the scanner look closer on every line.
/// </summary>
public static class SecretsScannerBenchmarks
{
    private const int Rounds = 5;
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly string[] s_lines =
    [
        "using System.Collections.Generic;",
        "    public async Task<Order?> FindAsync(int id, CancellationToken cancellationToken)",
        "        var orders = await _client.GetFromJsonAsync<List<Order>>($\"/api/orders/{id}\", cancellationToken);",
        "        if (orders is null || orders.Count == 0) { return null; } // see https://learn.microsoft.com/dotnet/api/list",
        "def normalise(path: str, *, strict: bool = True) -> Path:",
        "    return Path(path).resolve(strict=strict)  # keep symbolic links out of the index",
        "  <PackageReference Include=\"Serilog.AspNetCore\" Version=\"9.0.0\" />",
        "const token = lexer.next(); if (token.kind === Kind.Name) { advance(token); }",
        "      \"integrity\": \"sha512-vVIKmVkPpCSFwVLUJh8l5xwrLOWMr5vFNH6vxYkLsFMmRTnQxzVWQlT5hXDzJQ==\",",
        "SELECT o.id, o.placed_at, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total > 100;",
        "for (size_t i = 0; i < buffer.size(); ++i) { checksum = (checksum << 1) ^ buffer[i]; }",
        "  password: ${DB_PASSWORD}",
        "The service listens on port 8080 and answers health checks at /health/live and /health/ready.",
        "",
        "        logger.LogInformation(\"Order {OrderId} was shipped to {City}\", order.Id, order.City);",
        "}",
    ];

    public static async Task RunAsync()
    {
        Console.WriteLine("| secrets-scanner scan | MB | found | MB/s median | MB/s min | MB per processor second | managed memory growth, MB | allocated, MB a round |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        await MeasureAsync("typical source", 200, s_lines, '\n');
        await MeasureAsync("one line", 20, s_lines, ' ');
        await MeasureAsync("a secret's name on every line", 20, ["        _password = options.Password; client_secret: settings.token,", "    \"api_key\": \"<your-key>\", \"secret\": null,"], '\n');
    }

    private static async Task MeasureAsync(string name, int megabytes, string[] lines, char end)
    {
        var path = Path.Combine(Path.GetTempPath(), $"sutazai-bench-{Environment.ProcessId}.txt");
        try
        {
            var planted = await WriteAsync(path, megabytes, lines, end);
            var size = new FileInfo(path).Length;
            var source = new Artifact(Path.GetFileName(path), "text/plain", size, _ => ValueTask.FromResult<Stream>(File.OpenRead(path)));
            await SecretsScanner.ScanAsync(source);

            using var process = Process.GetCurrentProcess();
            List<double> rates = [];
            double processor = 0;
            long growth = 0, allocated = 0;
            var found = 0;
            for (var round = 0; round < Rounds; round++)
            {
                var before = GC.GetTotalMemory(forceFullCollection: true);
                var allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
                var processorBefore = process.TotalProcessorTime;
                var started = Stopwatch.GetTimestamp();
                found = (await SecretsScanner.ScanAsync(source)).Total;
                rates.Add(size / 1e6 / Stopwatch.GetElapsedTime(started).TotalSeconds);
                process.Refresh();
                processor += (process.TotalProcessorTime - processorBefore).TotalSeconds;
                growth = Math.Max(growth, GC.GetTotalMemory(forceFullCollection: false) - before);
                allocated = Math.Max(allocated, GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore);
            }

            rates.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {size / 1e6:0} | {found} of {planted} | {rates[Rounds / 2]:0} | {rates[0]:0} | {size / 1e6 * Rounds / processor:0} | {growth / 1e6:0.0} | {allocated / 1e6:0.0} |"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<int> WriteAsync(string path, int megabytes, string[] lines, char end)
    {
        var random = new Random(17);
        var planted = 0;
        await using var file = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        long written = 0, nextSecret = 100_000;
        while (written < megabytes * 1_000_000L)
        {
            var line = lines[random.Next(lines.Length)];
            if (written > nextSecret)
            {
                // Built here so that no token stands in this repository.
                line = "        var key = \"glpat" + "-" + string.Concat(Enumerable.Range(0, 20).Select(_ => Base62[random.Next(62)])) + "\";";
                nextSecret += 100_000;
                planted++;
            }

            await file.WriteAsync(line);
            await file.WriteAsync(end);
            written += line.Length + 1;
        }

        return planted;
    }
}
