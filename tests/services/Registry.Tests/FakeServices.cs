using System.Net.Http.Json;
using System.Text.Json;
using Sutazai.Clients;
using Sutazai.Testing;

namespace Sutazai.Registry.Tests;

/// <summary>A registry, and services that register at it over HTTP as real ones do.</summary>
internal sealed class FakeServices : IAsyncDisposable
{
    private static readonly JsonElement s_schema = JsonElement.Parse("""{"type":"object"}""");

    private readonly ServiceHost _host;

    private FakeServices(ServiceHost host)
    {
        _host = host;
        Client = host.ClientOf(Caller.Service("test"));
        Client.BaseAddress = new Uri(host.Internal, "registry/");
    }

    public HttpClient Client { get; }

    public static async Task<FakeServices> StartAsync(TimeProvider time, params string[] settings) =>
        new(await ServiceHost.StartAsync([RegistryService.Module], time, settings));

    public static AgentCard Agent(string id, string group = "fakes", string purpose = "Does nothing.", string @class = "P", string[]? tools = null, params string[] dependencies) =>
        new(id, group, purpose, @class, "normal", "small", [.. (tools ?? []).Select(t => new ToolCard(t, $"The tool {t}.", s_schema, []))], dependencies, [], "1.0", AgentHealth.Healthy);

    public async Task<TimeSpan> RegisterAsync(string service, string instance, CancellationToken cancellationToken, params IReadOnlyList<AgentCard> agents) =>
        await new RegistryClient(Client).RegisterAsync(
            service, instance, new Registration(new Uri($"http://{service}.example:1"), "1.0", [], agents, new Dictionary<string, AgentHealth>()), cancellationToken);

    public Task<T?> GetAsync<T>(string path, CancellationToken cancellationToken) => Client.GetFromJsonAsync<T>(path, SutazaiJson.Options, cancellationToken);

    public async Task<string[]> FindAsync(string queryString, CancellationToken cancellationToken) =>
        [.. (await GetAsync<Page<AgentRow>>("agents" + queryString, cancellationToken))!.Items.Select(a => a.Id)];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.DisposeAsync();
    }
}
