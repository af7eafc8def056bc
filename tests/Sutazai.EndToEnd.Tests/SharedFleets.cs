using System.Text;
using System.Text.Json;
using Sutazai.Clients;
using Sutazai.EndToEnd.Tests;
using Sutazai.Testing;

[assembly: AssemblyFixture(typeof(SharedFleets))]

namespace Sutazai.EndToEnd.Tests;

/// <summary>One fleet of each topology, for the tests that leave it as they found it. Its clients hold a key whose quota nobody exhausts.</summary>
public sealed class SharedFleets : IAsyncDisposable
{
    private static readonly KeyQuota s_plenty = new(1_000_000, 1_000_000, 10_000);

    private readonly Lazy<Task<SharedFleet>>[] _fleets =
    [
        .. Enum.GetValues<Topology>().Select(topology => new Lazy<Task<SharedFleet>>(() => StartAsync(topology))),
    ];

    public Task<SharedFleet> this[Topology topology] => _fleets[(int)topology].Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var fleet in _fleets.Where(f => f.IsValueCreated))
        {
            await (await fleet.Value).Fleet.DisposeAsync();
        }
    }

    private static async Task<SharedFleet> StartAsync(Topology topology)
    {
        var fleet = await Fleet.StartAsync(topology, "--Gateway:KeyCache", "00:00:00.3");
        var key = await fleet.CreateKeyAsync(s_plenty, Scopes.All);
        return new SharedFleet(fleet, key.Key, fleet.ClientWithKey(key.Key));
    }
}

public sealed record SharedFleet(Fleet Fleet, string Key, HttpClient Client)
{
    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    /// <summary>Uploads a file and returns its id.</summary>
    public async Task<string> UploadAsync(byte[] content, string name, CancellationToken cancellationToken)
    {
        using var response = await Client.PostAsync($"api/artifacts?name={Uri.EscapeDataString(name)}", new ByteArrayContent(content), cancellationToken);
        Assert.Equal(201, (int)response.StatusCode);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).GetProperty("id").GetString()!;
    }

    public async Task<JsonElement> AskToolAsync(string agent, string tool, string arguments, CancellationToken cancellationToken)
    {
        using var response = await Client.PostAsync($"api/agents/{agent}/tools/{tool}", Json(arguments), cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body);
    }

    /// <summary>Whether the platform still does its work, as it should after anything that it refused.</summary>
    public async Task AssertWorksAsync(CancellationToken cancellationToken)
    {
        var profile = await AskToolAsync("csv-profiler", "profile", """{"csv":"a,b\n1,2\n3,4"}""", cancellationToken);
        Assert.Equal(2, profile.GetProperty("rows").GetInt32());
    }
}
