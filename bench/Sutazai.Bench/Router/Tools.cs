using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sutazai.Bench.Router;

/// <summary>Programs from outside that the comparison needs.</summary>
internal static class Tools
{
    private static readonly (string Program, string From)[] s_needed =
    [
        ("wrk", "apt-get install wrk"),
        ("nginx", "apt-get install nginx-light"),
        ("node", "https://nodejs.org, version 20 or later"),
        ("npm", "comes with node"),
        ("dotnet", "https://dot.net"),
    ];

    /// <returns>A line for each that is missing, with where to get it.</returns>
    public static IReadOnlyList<string> Missing() => [.. s_needed.Where(n => Find(n.Program) is null).Select(n => $"'{n.Program}' is not there: {n.From}")];

    /// <summary>Debian keeps servers in a folder that only root's search path has.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>The router as publishing it ahead of time leaves it; null where that was not done.</summary>
    public static string? NativeRouter() =>
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, $"../../../publish/ModelRouter/release_{RuntimeInformation.RuntimeIdentifier}/Sutazai.ModelRouter")) is var program && File.Exists(program)
            ? program
            : null;

    /// <returns>What the program wrote, both streams together.</returns>
    public static async Task<string> RunAsync(string program, IEnumerable<string> args, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Find(program)!, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await using var leaving = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return (await output + await errors).Trim();
    }

    /// <summary>Processor, cores and the versions of all that takes part.</summary>
    public static async Task<string> MachineAsync(CancellationToken cancellationToken)
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        var nginx = (await RunAsync("nginx", ["-v"], cancellationToken)).Split('/')[^1];
        var node = await RunAsync("node", ["--version"], cancellationToken);
        // wrk 4.1.0 [epoll] Copyright (C) 2012 Will Glozer
        var wrk = (await RunAsync("wrk", ["-v"], cancellationToken)).Split(' ') is [_, var version, ..] ? version : "unknown";
        return $"{Environment.ProcessorCount} cores ({processor}), .NET {Environment.Version}, nginx {nginx}, node {node.TrimStart('v')}, Portkey {PortkeyGateway.Version} "
            + $"on @hono/node-server {PortkeyGateway.ServerVersion}, wrk {wrk}; everything on loopback.";
    }
}
