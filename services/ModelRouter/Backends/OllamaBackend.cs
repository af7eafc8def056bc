using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Backends;

/// <summary>An Ollama server, always through its own API: its OpenAI surface loses <c>keep_alive</c>, options and tool names.</summary>
internal sealed class OllamaBackend(BackendConnection connection) : IModelBackend, IDisposable
{
    private static readonly JsonElement s_noParameters = JsonElement.Parse("""{"type":"object","properties":{}}""");

    // As a text: the documented API of embeddings takes no number, that of chats both.
    private static readonly JsonElement s_forever = JsonElement.Parse("\"-1s\"");
    private static readonly JsonElement s_notAtAll = JsonElement.Parse("\"0s\"");

    private readonly Upstream _upstream = new(connection);

    public string Name => "ollama";

    public Uri Address => _upstream.Address;

    public void Dispose() => _upstream.Dispose();

    public IAsyncEnumerable<ChatChunk> ChatAsync(ChatCall call, CancellationToken cancellationToken) =>
        ForcedToolCall.IsDemanded(call) ? ForcedToolCall.ReadAsync(SendAsync(call, cancellationToken), cancellationToken) : SendAsync(call, cancellationToken);

    public async Task<Embeddings> EmbedAsync(EmbedCall call, CancellationToken cancellationToken)
    {
        var reply = await _upstream.PostAsync(
            call.Unscaled ? "api/embeddings" : "api/embed", () => Embed(call), OllamaJson.Wire.OllamaEmbedRequest, OllamaJson.Wire.OllamaEmbedReply, cancellationToken);
        var vectors = call.Matched(reply.Embeddings ?? (reply.Embedding is { Length: > 0 } one ? [one] : []));
        return new Embeddings(vectors) { PromptTokens = reply.PromptEvalCount ?? 0, Total = Duration(reply.TotalDuration), Load = Duration(reply.LoadDuration) };
    }

    public async Task<BackendReport> ReportAsync(CancellationToken cancellationToken)
    {
        var version = await _upstream.GetAsync("api/version", OllamaJson.Wire.OllamaVersion, cancellationToken);
        var tags = await _upstream.GetAsync("api/tags", OllamaJson.Wire.OllamaModelList, cancellationToken);
        return new BackendReport(version.Version, [.. (tags.Models ?? []).Select(Model)]);
    }

    public Task<JsonElement> ShowAsync(string model, bool verbose, CancellationToken cancellationToken) =>
        _upstream.PostAsync(
            "api/show",
            () => new OllamaShowRequest { Model = model, Verbose = verbose ? true : null },
            OllamaJson.Wire.OllamaShowRequest,
            OllamaJson.Wire.JsonElement,
            cancellationToken);

    public async Task<IReadOnlyList<JsonElement>> RunningAsync(CancellationToken cancellationToken) =>
        (await _upstream.GetAsync("api/ps", OllamaJson.Wire.OllamaModelList, cancellationToken)).Models ?? [];

    public bool LoadsModels => true;

    public async Task LoadAsync(string model, bool embeds, int context, CancellationToken cancellationToken)
    {
        var options = JsonSerializer.SerializeToElement(new JsonObject { ["num_ctx"] = context }, OllamaJson.Wire.JsonObject);
        if (embeds)
        {
            var nothing = new OllamaEmbedRequest { Model = model, Input = JsonSerializer.SerializeToElement([], OllamaJson.Wire.StringArray), Options = options, KeepAlive = s_forever };
            using var loaded = await _upstream.PostAsync("api/embed", () => nothing, OllamaJson.Wire.OllamaEmbedRequest, cancellationToken);
            return;
        }

        using var response = await KeepAsync(model, options, s_forever, cancellationToken);
    }

    public async Task UnloadAsync(string model, CancellationToken cancellationToken)
    {
        using var response = await KeepAsync(model, options: null, s_notAtAll, cancellationToken);
    }

    // A request with nothing in it loads a model, or unloads it.
    private Task<HttpResponseMessage> KeepAsync(string model, JsonElement? options, JsonElement keepAlive, CancellationToken cancellationToken) => _upstream.PostAsync(
        "api/generate", () => new OllamaGenerateRequest { Model = model, Options = options, KeepAlive = keepAlive, Stream = false }, OllamaJson.Wire.OllamaGenerateRequest, cancellationToken);

    private async IAsyncEnumerable<ChatChunk> SendAsync(ChatCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = call.Prompt is { } prompt
            ? await _upstream.PostAsync("api/generate", () => Generate(call, prompt), OllamaJson.Wire.OllamaGenerateRequest, cancellationToken)
            : await _upstream.PostAsync("api/chat", () => Chat(call), OllamaJson.Wire.OllamaChatRequest, cancellationToken);
        if (!call.Stream)
        {
            yield return Read(await Upstream.ReadAsync(response, OllamaJson.Wire.OllamaChunk, cancellationToken));
            yield break;
        }

        await using var lines = await UpstreamLines.OpenAsync(response, cancellationToken);
        while (lines.Take(await lines.ReadAsync(cancellationToken)))
        {
            while (lines.TryNext(out var line))
            {
                yield return Read(JsonSerializer.Deserialize(line, OllamaJson.Wire.OllamaChunk) ?? throw new JsonException("A line is null."));
            }
        }
    }

    private static OllamaEmbedRequest Embed(EmbedCall call) => new()
    {
        Model = call.Model,
        Input = call.Unscaled ? null : JsonSerializer.SerializeToElement([.. call.Inputs], OllamaJson.Wire.StringArray),
        Prompt = call.Unscaled ? string.Concat(call.Inputs) : null,
        Truncate = call.Truncate,
        Dimensions = call.Dimensions,
        Options = call.Options,
        KeepAlive = s_forever,
    };

    private static OllamaChatRequest Chat(ChatCall call) => new()
    {
        Model = call.Model,
        Messages = [.. call.Messages.Select(Message)],
        Tools = Tools(call),
        Format = ForcedToolCall.IsDemanded(call) ? ForcedToolCall.Schema(call) : call.Format,
        Options = call.Options,
        Stream = call.Stream,
        Think = call.Think,
        KeepAlive = s_forever,
        Truncate = call.Truncate,
        Shift = call.Shift,
        Logprobs = call.Logprobs,
        TopLogprobs = call.TopLogprobs,
    };

    private static OllamaGenerateRequest Generate(ChatCall call, CompletionPrompt prompt) => new()
    {
        Model = call.Model,
        Prompt = prompt.Text,
        Suffix = prompt.Suffix,
        System = prompt.System,
        Template = prompt.Template,
        Context = prompt.Context,
        Raw = prompt.Raw,
        Images = prompt.Images,
        Format = call.Format,
        Options = call.Options,
        Stream = call.Stream,
        Think = call.Think,
        KeepAlive = s_forever,
        Truncate = call.Truncate,
        Shift = call.Shift,
        Logprobs = call.Logprobs,
        TopLogprobs = call.TopLogprobs,
    };

    private static OllamaMessage Message(ChatMessage message) => new()
    {
        Role = message.Role,
        Content = message.Content,
        Thinking = message.Thinking,
        Images = message.Images,
        ToolCalls = message.ToolCalls is { } calls ? [.. calls.Select(OllamaToolCalls.Write)] : null,
        ToolName = message.ToolName,
        ToolCallId = message.ToolCallId,
    };

    /// <summary>Ollama has no <c>tool_choice</c>, but a model can only call the tools that it sees.</summary>
    private static List<ToolWire?>? Tools(ChatCall call)
    {
        var none = call.ToolChoice is { ValueKind: JsonValueKind.String } choice && choice.ValueEquals("none");
        var only = call.ChosenTool;
        var tools = call.Tools?.Where(t => !none && (only is null || t.Name == only)).Select(t => new ToolWire
        {
            Type = "function",
            Function = new ToolFunctionWire { Name = t.Name, Description = t.Description, Parameters = t.Parameters ?? s_noParameters },
        });
        return tools?.ToList<ToolWire?>() is { Count: > 0 } list ? list : null;
    }

    private static ChatChunk Read(OllamaChunk chunk)
    {
        if (chunk.Error is { } error)
        {
            throw new ModelException(StatusCodes.Status500InternalServerError, error) { Code = "backend_failed", Fault = Fault.Backend };
        }

        return new ChatChunk
        {
            Content = chunk.Message?.Content ?? chunk.Response ?? "",
            Thinking = chunk.Message?.Thinking ?? chunk.Thinking,
            ToolCalls = OllamaToolCalls.Read(chunk.Message?.ToolCalls ?? chunk.ToolCalls, _ => OllamaToolCalls.NewId()),
            Logprobs = chunk.Logprobs,
            Finish = !chunk.Done ? null : new Finish(string.IsNullOrEmpty(chunk.DoneReason) ? "stop" : chunk.DoneReason)
            {
                PromptTokens = chunk.PromptEvalCount ?? 0,
                CompletionTokens = chunk.EvalCount ?? 0,
                Total = Duration(chunk.TotalDuration),
                Load = Duration(chunk.LoadDuration),
                PromptEvaluation = Duration(chunk.PromptEvalDuration),
                Evaluation = Duration(chunk.EvalDuration),
                Context = chunk.Context,
            },
        };
    }

    private static BackendModel Model(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty("name", out var named) || named.ValueKind != JsonValueKind.String)
        {
            throw new JsonException("A model in the backend's list has no name.");
        }

        var name = named.GetString()!;
        var embeds = row.TryGetProperty("capabilities", out var capabilities) && capabilities is { ValueKind: JsonValueKind.Array }
            ? Lists(capabilities, "embedding") && !Lists(capabilities, "completion")
            : BackendModel.SoundsEmbedding(name) || BackendModel.SoundsEmbedding(Family(row));
        return new BackendModel(name, embeds, row);
    }

    private static bool Lists(JsonElement capabilities, string one) =>
        capabilities.EnumerateArray().Any(c => c.ValueKind == JsonValueKind.String && c.ValueEquals(one));

    private static string Family(JsonElement row) =>
        row.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Object && details.TryGetProperty("family", out var family)
            ? family.ToString()
            : "";

    private static TimeSpan Duration(long? nanoseconds) => TimeSpan.FromTicks((nanoseconds ?? 0) / TimeSpan.NanosecondsPerTick);
}
