using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sutazai.Testing;

namespace Sutazai.Agents.Tests.Suite;

/// <summary>One platform for all tests of the standard suite, without a model.</summary>
public sealed class AgentFleet : IAsyncLifetime
{
    private readonly Dictionary<string, string> _uploaded = [];
    private readonly SemaphoreSlim _uploading = new(1);

    public Fleet Fleet { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Fleet = await Fleet.StartAsync(Topology.OneProcess);

    public static async Task<AgentFleet> StartAsync(params string[] settings) => new() { Fleet = await Fleet.StartAsync(Topology.OneProcess, settings) };

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        _uploading.Dispose();
    }

    public Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string json) =>
        SendAsync(path, () => new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Uploads the sample <c>@name</c> of the agent's assembly, once.</summary>
    public async Task<string> UploadAsync(string agent, string sample)
    {
        await _uploading.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var assembly = Catalog.Entry(agent).Type.Assembly;
            var key = $"{assembly.GetName().Name}/{sample}";
            if (!_uploaded.TryGetValue(key, out var id))
            {
                var (status, body) = await SendAsync(
                    "api/artifacts", () => new MultipartFormDataContent { { new StreamContent(assembly.GetManifestResourceStream("Samples/" + sample[1..])!), "file", sample[1..] } });
                Assert.True(status is HttpStatusCode.Created or HttpStatusCode.OK, body);
                _uploaded[key] = id = (string)JsonNode.Parse(body)!["id"]!;
            }

            return id;
        }
        finally
        {
            _uploading.Release();
        }
    }

    /// <summary>The example's arguments with uploaded files in the place of samples.</summary>
    public async Task<string> WithUploadsAsync(string agent, string arguments)
    {
        var node = JsonNode.Parse(arguments);
        var samples = new SampleArtifacts(Catalog.Entry(agent).Type.Assembly);
        foreach (var value in Strings(node).Where(v => samples.Recognises(v.GetValue<string>())).ToList())
        {
            value.ReplaceWith(await UploadAsync(agent, value.GetValue<string>()));
        }

        return node!.ToJsonString();
    }

    // Waits as told where the gateway finds it too much at once.
    private async Task<(HttpStatusCode Status, string Body)> SendAsync(string path, Func<HttpContent> content)
    {
        while (true)
        {
            using var sent = content();
            using var response = await Fleet.Client.PostAsync(path, sent, TestContext.Current.CancellationToken);
            if (response.StatusCode != HttpStatusCode.TooManyRequests)
            {
                return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            }

            await Task.Delay(response.Headers.RetryAfter!.Delta!.Value, TestContext.Current.CancellationToken);
        }
    }

    private static IEnumerable<JsonValue> Strings(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => Strings(m.Value)),
        JsonArray items => items.SelectMany(Strings),
        // Not as a string where it holds half a character, which a string cannot.
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String && value.ToJsonString().StartsWith("\"@", StringComparison.Ordinal) => [value],
        _ => [],
    };
}
