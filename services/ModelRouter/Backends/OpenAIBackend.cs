using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Backends;

/// <summary>A server with OpenAI's API: vLLM, llama-server and their like.</summary>
internal sealed class OpenAIBackend(BackendConnection connection, TimeProvider time) : IModelBackend, IDisposable
{
    private readonly Upstream _upstream = new(connection);

    public string Name => "openai";

    public Uri Address => _upstream.Address;

    public void Dispose() => _upstream.Dispose();

    public async IAsyncEnumerable<ChatChunk> ChatAsync(ChatCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (call.OnlyLoads)
        {
            // Such a server has loaded what it serves.
            yield return new ChatChunk { Finish = new Finish("load") };
            yield break;
        }

        var answer = new OpenAIAnswer(time);
        using var response = await AskAsync(call, cancellationToken);

        // Some servers answer whole although they are asked to stream.
        if (!call.Stream || response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            yield return answer.Whole(await Upstream.ReadAsync(response, OpenAIPiece.Read, cancellationToken));
            yield break;
        }

        await using var lines = await UpstreamLines.OpenAsync(response, cancellationToken);
        var done = false;
        while (!done && lines.Take(await lines.ReadAsync(cancellationToken)))
        {
            while (!done && lines.TryNext(out var line))
            {
                var data = DataOf(line);
                done = IsDone(data);
                if (!done && !data.IsEmpty && answer.Next(OpenAIPiece.Read(data)) is { } chunk)
                {
                    yield return chunk;
                }
            }
        }

        if (answer.End() is { } last)
        {
            yield return last;
        }
    }

    public async Task<Embeddings> EmbedAsync(EmbedCall call, CancellationToken cancellationToken)
    {
        if (call.Inputs is [])
        {
            return new Embeddings([]);
        }

        var started = time.GetTimestamp();
        var reply = await _upstream.PostAsync("embeddings", Request, OpenAIJson.Wire.OpenAIEmbedRequest, OpenAIJson.Wire.OpenAIEmbedReply, cancellationToken);
        var vectors = call.Matched([.. (reply.Data ?? []).OrderBy(d => d.Index).Select(d => Vector(d.Embedding))]);
        return new Embeddings(vectors) { PromptTokens = reply.Usage?.PromptTokens ?? 0, Total = time.GetElapsedTime(started) };

        // Empty texts too: most servers make vectors of them, and those that do not say so.
        OpenAIEmbedRequest Request() => new()
        {
            Model = call.Model,
            Input = JsonSerializer.SerializeToElement([.. call.Inputs], OllamaJson.Wire.StringArray),
            EncodingFormat = "float",
            Dimensions = call.Dimensions,
        };
    }

    public async Task<BackendReport> ReportAsync(CancellationToken cancellationToken)
    {
        // Asked even where the models are configured: the report also says that the server is there.
        IEnumerable<string> listed = connection.Models;
        try
        {
            var list = await _upstream.GetAsync("models", OpenAIJson.Wire.OpenAIModelList, cancellationToken);
            listed = listed.Any() ? listed : (list.Data ?? []).Select(m => m.Id).OfType<string>();
        }
        catch (ModelException refused) when (listed.Any() && refused.Fault == Fault.Caller)
        {
            // The server is there and does not list models, which is why they are configured.
        }

        return new BackendReport(null, [.. listed.Select(m => new BackendModel(m, BackendModel.SoundsEmbedding(m), Row(m)))]);
    }

    public Task<JsonElement> ShowAsync(string model, bool verbose, CancellationToken cancellationToken) =>
        Task.FromResult(Element(new JsonObject { ["details"] = Details(), ["model_info"] = new JsonObject(), ["capabilities"] = Capabilities(model) }));

    /// <summary>The API does not say what is loaded.</summary>
    public Task<IReadOnlyList<JsonElement>> RunningAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<JsonElement>>([]);

    /// <summary>Servers that stream no tool calls, llama-server before May 2025 for one, are asked for the whole answer: "Cannot use tools with stream".</summary>
    private async Task<HttpResponseMessage> AskAsync(ChatCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await PostAsync(call);
        }
        catch (ModelException refused) when (call is { Stream: true, Tools.Count: > 0 } && refused.Message.Contains("with stream", StringComparison.OrdinalIgnoreCase))
        {
            return await PostAsync(call with { Stream = false });
        }

        Task<HttpResponseMessage> PostAsync(ChatCall asked) =>
            _upstream.PostAsync("chat/completions", () => OpenAIRequests.Of(asked), OpenAIJson.Wire.OpenAIChatRequest, cancellationToken);
    }

    /// <summary>What follows <c>data:</c>; nothing for comments and other fields. llama-server writes an error as <c>error: {…}</c>.</summary>
    private static ReadOnlySpan<byte> DataOf(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var field = colon < 0 ? default : line[..colon];
        if (field.SequenceEqual("error"u8))
        {
            throw Failed(JsonElement.Parse(line[(colon + 1)..]));
        }

        return field.SequenceEqual("data"u8) ? line[(colon + 1)..].Trim((byte)' ') : default;
    }

    private static bool IsDone(ReadOnlySpan<byte> data) => data.SequenceEqual("[DONE]"u8);

    /// <summary>An error in a stream; llama-server's have the status that an answer in one piece would have had, <c>{"code":400,"message":"…"}</c>.</summary>
    public static ModelException Failed(JsonElement error) => Upstream.Refusal(
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var status) && status is >= 400 and < 600
            ? status
            : StatusCodes.Status500InternalServerError,
        Upstream.MessageOf(error) ?? "the model backend failed");

    private static float[] Vector(JsonElement embedding) => embedding.ValueKind switch
    {
        JsonValueKind.String when embedding.TryGetBytesFromBase64(out var bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
        JsonValueKind.Array => embedding.Deserialize(OllamaJson.Wire.SingleArray)!,
        _ => throw new JsonException("An embedding is neither numbers nor base64."),
    };

    private static JsonElement Row(string model) => Element(new JsonObject
    {
        ["name"] = model,
        ["model"] = model,
        ["modified_at"] = "1970-01-01T00:00:00Z",
        ["size"] = 0,
        ["digest"] = "",
        ["details"] = Details(),
        ["capabilities"] = Capabilities(model),
    });

    private static JsonObject Details() => new()
    {
        ["parent_model"] = "",
        ["format"] = "",
        ["family"] = "",
        ["families"] = new JsonArray(),
        ["parameter_size"] = "",
        ["quantization_level"] = "",
    };

    private static JsonArray Capabilities(string model) => BackendModel.SoundsEmbedding(model) ? new("embedding") : new("completion", "tools");

    private static JsonElement Element(JsonNode node) => JsonElement.Parse(node.ToJsonString());
}
