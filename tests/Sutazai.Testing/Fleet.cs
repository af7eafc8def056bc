using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Sutazai.Clients;
using Sutazai.Host;
using Sutazai.Identity;

namespace Sutazai.Testing;

public enum Topology
{
    OneProcess,
    HostPerService,
}

/// <summary>
/// The whole platform, started either behind one pair of listeners or with a host for each service, in this test process, on free ports
/// and a data folder of its own.
/// </summary>
public sealed class Fleet : IAsyncDisposable
{
    private static int s_lastPort = Random.Shared.Next(12_000);

    private readonly List<WebApplication> _hosts = [];
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("sutazai-");

    private Fleet()
    {
    }

    /// <summary>The gateway's public address.</summary>
    public Uri Public { get; private set; } = null!;

    /// <summary>The data folder of every service.</summary>
    public string Data => _data.FullName;

    /// <summary>Talks to the gateway as the local operator does.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <param name="settings">Further command-line arguments for every host.</param>
    public static async Task<Fleet> StartAsync(Topology topology, params string[] settings)
    {
        var fleet = new Fleet();
        string[] shared = ["--data", fleet.Data, "--Logging:LogLevel:Default", "Error", .. settings];
        if (topology == Topology.OneProcess)
        {
            await fleet.AddAsync(["--urls", "http://127.0.0.1:0", .. shared], Modules.All);
        }
        else
        {
            await fleet.StartEachAsync(shared);
        }

        fleet.Public = fleet._hosts.SelectMany(h => h.Services.GetRequiredService<Listeners>().Public).Single();
        fleet.Client = fleet.ClientWithKey(null);
        await fleet.ReadyAsync();
        return fleet;
    }

    public HttpClient ClientWithKey(string? key)
    {
        var http = new HttpClient { BaseAddress = Public, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Makes a key on the data folder, as the command line does while the platform runs.</summary>
    public async Task<CreatedKey> CreateKeyAsync(KeyQuota? quota, params IReadOnlyList<string> scopes)
    {
        using var keys = new KeyCommands(Data);
        return await keys.CreateAsync(new CreateKey("test", scopes, quota), CancellationToken.None);
    }

    /// <summary>What each host is made of; only one in one process.</summary>
    public IEnumerable<IServiceProvider> Hosts => _hosts.Select(h => h.Services);

    /// <summary>The internal address of the host that a service runs in.</summary>
    public Uri InternalAddress(string service) => _hosts
        .Select(h => h.Services)
        .First(s => s.GetRequiredService<LocalServices>().Contains(service))
        .GetRequiredService<Listeners>().Internal;

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        // The gateway first and the registry last, so that nobody waits for one who has gone.
        foreach (var host in _hosts.AsEnumerable().Reverse())
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    /// <summary>Waits until the registry knows every service, and the gateway every agent.</summary>
    private async Task ReadyAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var registry = _hosts[0].Services.GetRequiredService<RegistryClient>();
        var routes = new RouteTable(-1, []);
        while (!Modules.All.All(m => routes.Services.Any(s => s.Name == m.Name)))
        {
            routes = await registry.RoutesAsync(routes.Revision, patience.Token);
        }

        var expected = Modules.AgentGroups.Sum(g => g.Agents.Count);
        while ((await Client.GetStringAsync("v1/models", patience.Token)).Split("\"agent/").Length - 1 < expected)
        {
            // Less often than the local operator may ask.
            await Task.Delay(TimeSpan.FromMilliseconds(150), patience.Token);
        }
    }

    // Below the ports that outgoing connections get, any of which may take one between the look and the use.
    private static string FreeAddress()
    {
        while (true)
        {
            var port = 20_000 + (Interlocked.Increment(ref s_lastPort) % 12_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return $"http://{listener.LocalEndpoint}";
            }
            catch (SocketException)
            {
                // Taken; the next one.
            }
        }
    }

    private async Task StartEachAsync(string[] shared)
    {
        var addresses = Modules.All.ToDictionary(m => m.Name, _ => FreeAddress());
        string[] where = [.. addresses.Select(a => $"--services:{a.Key}:http:0={a.Value}"), "--Internal:Key", "a key that all hosts of this test fleet share"];
        foreach (var module in Modules.All.OrderByDescending(m => m.Name == "registry").ThenBy(m => m.Public is not null))
        {
            string[] listen = module.Public is null
                ? ["--urls", addresses[module.Name]]
                : ["--urls", "http://127.0.0.1:0", "--Internal:Url", addresses[module.Name]];
            await AddAsync([.. listen, .. where, .. shared], [module]);
        }
    }

    private async Task AddAsync(string[] args, IReadOnlyList<ServiceModule> modules)
    {
        var host = SutazaiApp.Create(args, modules);
        _hosts.Add(host);
        await host.StartAsync();
    }
}
