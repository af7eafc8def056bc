using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Sutazai.Testing.Tests;

/// <summary>What goes over the wire, read without any client library.</summary>
internal static class Wire
{
    public const string Model = "llama3.2:1b";
    public const string Embedder = "nomic-embed-text";

    public static JsonObject User(string text) => new() { ["role"] = "user", ["content"] = text };

    public static JsonObject Chat(string text, bool stream = true, string model = Model) =>
        new() { ["model"] = model, ["messages"] = new JsonArray(User(text)), ["stream"] = stream };

    public static JsonObject With(this JsonObject json, string name, JsonNode? value)
    {
        json[name] = value;
        return json;
    }

    /// <summary>A tool with required string parameters.</summary>
    public static JsonArray Tool(string name, params string[] parameters) =>
        [new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = name,
                ["description"] = "A tool.",
                ["parameters"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject(parameters.Select(parameter => KeyValuePair.Create(parameter, (JsonNode?)new JsonObject { ["type"] = "string" }))),
                    ["required"] = new JsonArray([.. parameters.Select(parameter => JsonValue.Create(parameter))]),
                },
            },
        }];

    public static Task<HttpResponseMessage> PostAsync(this HttpClient client, string path, JsonNode? body, CancellationToken cancellationToken) =>
        client.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public static async Task<JsonObject> PostForJsonAsync(this HttpClient client, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var response = await client.PostAsync(path, body, cancellationToken);
        return await response.ReadJsonAsync(cancellationToken);
    }

    public static async Task<JsonObject> ReadJsonAsync(this HttpResponseMessage response, CancellationToken cancellationToken) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.AsObject();

    /// <summary>The objects of an NDJSON stream.</summary>
    public static async Task<List<JsonObject>> PostForLinesAsync(this HttpClient client, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var response = await client.PostAsync(path, body, cancellationToken);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.ToString());
        return [.. (await response.LinesAsync(cancellationToken)).Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    /// <summary>The data of a stream of server-sent events.</summary>
    public static async Task<List<string>> PostForEventsAsync(this HttpClient client, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var response = await client.PostAsync(path, body, cancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        var events = (await response.Content.ReadAsStringAsync(cancellationToken)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(events, item => Assert.StartsWith("data: ", item, StringComparison.Ordinal));
        return [.. events.Select(item => item["data: ".Length..])];
    }

    public static async Task<string[]> LinesAsync(this HttpResponseMessage response, CancellationToken cancellationToken) =>
        (await response.Content.ReadAsStringAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The names of an object's members, in their order.</summary>
    public static string Members(this JsonNode? json) => string.Join(' ', json!.AsObject().Select(member => member.Key));

    public static string Content(this IEnumerable<JsonObject> chunks) => string.Concat(chunks.Select(chunk => (string?)chunk["message"]?["content"]));
}
