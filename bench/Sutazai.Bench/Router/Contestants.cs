using System.Security.Cryptography;
using Sutazai.Clients;
using Sutazai.Identity;

namespace Sutazai.Bench.Router;

/// <param name="Chat">Address of the chat completions.</param>
/// <param name="Headers">Made anew for each run: a signed identity lives a minute.</param>
internal sealed record Contestant(string Name, Uri Chat, Func<(string Name, string Value)[]> Headers);

/// <summary>All contestants before one upstream, each freshly started.</summary>
internal sealed class Contestants : IDisposable
{
    /// <summary>Ours works on one call a model by default, as a CPU does best; throughput needs as many as its option allows.</summary>
    public const int Concurrency = 64;

    private readonly List<HostProcess> _started = [];

    /// <summary>The upstream itself, with nothing before it.</summary>
    public required Contestant Direct { get; init; }

    /// <summary>Our router at its internal listener, called as the gateway calls it.</summary>
    public Contestant Router { get; private set; } = null!;

    /// <summary>The same router compiled ahead of time, in a process of its own as where it is deployed so; null where it was not published.</summary>
    public Contestant? Native { get; private set; }

    /// <summary>Our public gateway, which calls the router: two hops.</summary>
    public Contestant Gateway { get; private set; } = null!;

    /// <summary>Tuned as the set was asked for.</summary>
    public Contestant Nginx { get; private set; } = null!;

    /// <summary>nginx with its default limits.</summary>
    public Contestant DefaultNginx { get; private set; } = null!;

    /// <summary>nginx with its default limits before our gateway.</summary>
    public Contestant GatewayBehindNginx { get; private set; } = null!;

    public Contestant Portkey { get; private set; } = null!;

    public IReadOnlyList<Contestant> All => [Direct, Nginx, Router, .. Native is null ? [] : (Contestant[])[Native], Gateway, Portkey];

    public HostProcess OurProcess { get; private set; } = null!;

    public HostProcess? NativeProcess { get; private set; }

    public HostProcess NginxProcess { get; private set; } = null!;

    public HostProcess PortkeyProcess { get; private set; } = null!;

    /// <param name="streams">nginx passes each piece on at once instead of collecting them.</param>
    public static async Task<Contestants> StartAsync(HostProcess upstream, string folder, bool streams, CancellationToken cancellationToken)
    {
        var v1 = new Uri(upstream.Url, "v1");
        var set = new Contestants { Direct = new("upstream alone", new Uri(upstream.Url, "v1/chat/completions"), () => []) };
        try
        {
            await set.StartOursAsync(v1, folder);
            var (nginx, tuned, unbuffered, asItComes, beforeGateway) = NginxServers.Proxies(folder, upstream.Url, set.OurProcess.Url);
            set.NginxProcess = set.Own(nginx);
            set.Nginx = new(streams ? "nginx, proxy_buffering off" : "nginx", new Uri(streams ? unbuffered : tuned, "v1/chat/completions"), () => []);
            set.DefaultNginx = new("nginx, defaults", new Uri(asItComes, "v1/chat/completions"), () => []);
            set.GatewayBehindNginx = new("ours behind nginx, defaults", new Uri(beforeGateway, "v1/chat/completions"), set.Gateway.Headers);
            set.PortkeyProcess = set.Own(PortkeyGateway.Start(folder));
            set.Portkey = PortkeyGateway.Contestant(set.PortkeyProcess, v1);
            foreach (var contestant in (Contestant[])[.. set.All, set.DefaultNginx, set.GatewayBehindNginx])
            {
                await ChatClient.AnswersAsync(contestant, cancellationToken);
            }

            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    public void Dispose() => _started.ForEach(p => p.Dispose());

    private HostProcess Own(HostProcess process)
    {
        _started.Add(process);
        return process;
    }

    /// <summary>Gateway and router with what they need, in one process, everything on as it is by default.</summary>
    private async Task StartOursAsync(Uri v1, string folder)
    {
        var data = Directory.CreateDirectory(Path.Combine(folder, "data-" + v1.Port)).FullName;
        using var keys = new KeyCommands(data);
        var key = await keys.CreateAsync(new CreateKey("bench", [Scopes.AskAgents, Scopes.UseModels], new KeyQuota(1_000_000, 1_000_000, 1000)), CancellationToken.None);
        var (open, inside) = (HostProcess.FreeUrl(), HostProcess.FreeUrl());
        var secret = RandomNumberGenerator.GetHexString(64);
        string[] models = ["--Backends:models:Provider=openai", $"--ConnectionStrings:openai=Endpoint={v1};Key=x;Models=bench", $"--ModelRouter:Concurrency={Concurrency}"];
        OurProcess = Own(HostProcess.StartProgram(
            "dotnet",
            open,
            [Path.Combine(AppContext.BaseDirectory, "Sutazai.Host.dll"), "--target=gateway,identity,model-router,registry", $"--urls={open}", $"--Internal:Url={inside}", $"--data={data}", .. models],
            ("Internal__Key", secret)));

        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Internal:Key", secret)]).Build();
        var identity = new CallerIdentity(configuration, new LocalServices([]), TimeProvider.System);
        Router = new("ours, router alone", new Uri(inside, "model-router/v1/chat/completions"), () => [(CallerIdentity.Header, identity.Sign(Caller.Local))]);
        if (Tools.NativeRouter() is { } native)
        {
            // No registry knows it, so that the gateway sends it nothing.
            var url = HostProcess.FreeUrl();
            NativeProcess = Own(HostProcess.StartProgram(
                native, url, [$"--urls={url}", $"--data={data}-native", .. models], ("Internal__Key", secret)));
            Native = new("ours, router compiled ahead of time", new Uri(url, "model-router/v1/chat/completions"), Router.Headers);
        }

        Gateway = new("ours, gateway and router", new Uri(open, "v1/chat/completions"), () => [("Authorization", "Bearer " + key.Key)]);
    }
}
