using System.Diagnostics;
using StackExchange.Redis;

namespace Sutazai.ModelRouter.Tests;

/// <summary>A Redis of the test's own, on a socket in its own directory.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redis-");
    private Process? _process;

    /// <summary>Setting that makes a router use it.</summary>
    public string[] Settings => ["Backends:answers:Provider=redis", $"ConnectionStrings:redis=!{Socket}"];

    private string Socket => Path.Combine(_directory.FullName, "redis.sock");

    public static async Task<RedisServer> StartAsync()
    {
        var binary = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "redis-server")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(binary is null, "There is no redis-server on the PATH; Debian has it in the package redis-server.");

        var server = new RedisServer();
        server._process = Process.Start(new ProcessStartInfo(binary!, ["--port", "0", "--unixsocket", server.Socket, "--save", "", "--appendonly", "no", "--dir", server._directory.FullName])
        {
            RedirectStandardOutput = true,
        })!;
        while (await server._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("eady to accept connections", StringComparison.Ordinal))
        {
        }

        _ = server._process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        return server;
    }

    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync("!" + Socket);

    /// <summary>It neither answers nor breaks its connections.</summary>
    public async Task HangAsync() => await Process.Start("kill", ["-STOP", $"{_process!.Id}"]).WaitForExitAsync();

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process!.Dispose();
        _directory.Delete(recursive: true);
    }
}
