using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sutazai.Clients;
using Sutazai.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.Agents.Tests.ModelRuns;

/// <summary>A platform in this process that asks a simulated Ollama, both of the test's own.</summary>
internal sealed class ModelPlatform : IAsyncDisposable
{
    private ModelPlatform(OllamaSimulator ollama, Fleet fleet)
    {
        Ollama = ollama;
        Fleet = fleet;
    }

    public OllamaSimulator Ollama { get; }

    public Fleet Fleet { get; }

    public HttpClient Client => Fleet.Client;

    /// <summary>The conversations that agents had with the model, each as it was sent.</summary>
    public IReadOnlyList<JsonObject> Chats => [.. Ollama.Requests.Where(r => r.Path == "/api/chat").Select(r => JsonNode.Parse(r.Body)!.AsObject())];

    public static Task<ModelPlatform> SayingAsync(params IReadOnlyList<Turn> turns) => StartAsync(new OllamaSimulatorOptions { Script = Script.Of(turns) });

    public static Task<ModelPlatform> FailingAsync(params IReadOnlyList<Fault> faults) => StartAsync(new OllamaSimulatorOptions { Faults = faults });

    public static async Task<ModelPlatform> StartAsync(OllamaSimulatorOptions options)
    {
        var ollama = await OllamaSimulator.StartAsync(options);
        return new ModelPlatform(ollama, await Fleet.StartAsync(Topology.OneProcess, "--ollama", ollama.Address.ToString()));
    }

    public async Task<AskReply> AskAsync(string agent, object ask, TimeSpan? within = null)
    {
        using var request = Request($"api/agents/{agent}/ask", ask, within);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {body}");
        return JsonSerializer.Deserialize<AskReply>(body, SutazaiJson.Options)!;
    }

    public async Task<IReadOnlyList<(string Event, JsonNode Data)>> StreamAsync(string path, object ask, TimeSpan? within = null)
    {
        using var request = Request(path, ask, within);
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        List<(string, JsonNode)> events = [];
        await foreach (var (type, data) in EventsAsync(response))
        {
            events.Add((type, data == "[DONE]" ? JsonValue.Create(data) : JsonNode.Parse(data)!));
        }

        return events;
    }

    public static async IAsyncEnumerable<(string Event, string Data)> EventsAsync(HttpResponseMessage response)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            yield return (item.EventType, item.Data);
        }
    }

    public async Task<string> UploadAsync(string name, string text)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", name } };
        using var response = await Client.PostAsync("api/artifacts", form, TestContext.Current.CancellationToken);
        var artifact = await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);
        return (string)artifact!["id"]!;
    }

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        await Ollama.DisposeAsync();
    }

    public static HttpRequestMessage Request(string path, object body, TimeSpan? within = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (within is { } time)
        {
            request.Headers.Add("x-sutazai-timeout", time.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return request;
    }
}
