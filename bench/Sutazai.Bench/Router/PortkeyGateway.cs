namespace Sutazai.Bench.Router;

/// <summary>
/// Portkey's open gateway, installed from npm into a folder of this run. It has no option for its address and listens on all interfaces
/// while the comparison runs: do not run this where strangers reach the machine.
/// </summary>
internal static class PortkeyGateway
{
    public const string Version = "1.15.2";

    /// <summary>
    /// Portkey takes any 1.x. Over 1.14.4 and the later ones that were tried each streamed call fails with "TypeError: immutable": that package then hands it the
    /// upstream's own headers, which it cannot change.
    /// </summary>
    public const string ServerVersion = "1.13.8";

    public static async Task InstallAsync(string folder, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(
            Path.Combine(folder, "package.json"),
            $$"""{ "private": true, "dependencies": { "@portkey-ai/gateway": "{{Version}}" }, "overrides": { "@hono/node-server": "{{ServerVersion}}" } }""",
            cancellationToken);
        var output = await Tools.RunAsync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder], cancellationToken);
        if (!File.Exists(Program(folder)))
        {
            throw new InvalidOperationException($"npm did not install @portkey-ai/gateway {Version}: {output}");
        }
    }

    public static HostProcess Start(string folder)
    {
        var url = HostProcess.FreeUrl();
        return HostProcess.StartProgram(Tools.Find("node")!, url, [Program(folder), $"--port={url.Port}", "--headless"]);
    }

    /// <param name="upstream">Ends with <c>/v1</c>.</param>
    public static Contestant Contestant(HostProcess process, Uri upstream) => new(
        "Portkey",
        new Uri(process.Url, "v1/chat/completions"),
        () => [("x-portkey-provider", "openai"), ("x-portkey-custom-host", upstream.ToString()), ("Authorization", "Bearer x")]);

    private static string Program(string folder) => Path.Combine(folder, "node_modules", "@portkey-ai", "gateway", "build", "start-server.js");
}
