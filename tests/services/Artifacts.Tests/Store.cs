using System.Net.Http.Headers;
using System.Net.Http.Json;
using Sutazai.Clients;
using Sutazai.Testing;

namespace Sutazai.Artifacts.Tests;

/// <summary>The service on a port and a data folder of its own.</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly ServiceHost _host;

    private Store(ServiceHost host)
    {
        _host = host;
        Http = ClientOf(Caller.Local);
    }

    public HttpClient Http { get; }

    public static Task<Store> StartAsync(params string[] settings) => StartAsync(TimeProvider.System, settings);

    public static async Task<Store> StartAsync(TimeProvider time, params string[] settings) => new(await ServiceHost.StartAsync([ArtifactsService.Module], time, settings));

    public HttpClient ClientOf(Caller caller)
    {
        var http = _host.ClientOf(caller);
        http.BaseAddress = new Uri(_host.Internal, "artifacts/");
        return http;
    }

    public async Task<ArtifactRow> AddAsync(byte[] content, string name, string more = "")
    {
        using var response = await Http.PostAsync($"?name={Uri.EscapeDataString(name)}{more}", new ByteArrayContent(content), TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == 201, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (await response.Content.ReadFromJsonAsync<ArtifactRow>(SutazaiJson.Options, TestContext.Current.CancellationToken))!;
    }

    public Task<HttpResponseMessage> RangeAsync(string id, long? from, long? to) => Http.SendAsync(
        new HttpRequestMessage(HttpMethod.Get, id) { Headers = { Range = new RangeHeaderValue(from, to) } }, TestContext.Current.CancellationToken);

    public string[] Blobs() => Directory.GetFiles(Path.Combine(_host.Data, "artifacts", "blobs"), "*", SearchOption.AllDirectories);

    public string[] Incoming() => Directory.GetFiles(Path.Combine(_host.Data, "artifacts", "incoming"));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.DisposeAsync();
    }
}
