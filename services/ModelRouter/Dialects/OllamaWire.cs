using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Sutazai.ModelRouter.Dialects;

// The bodies of Ollama's API: read from clients and written to an Ollama backend, and the other way round.

internal sealed record OllamaMessage
{
    public string? Role { get; init; }

    public string? Content { get; init; }

    public string? Thinking { get; init; }

    public IReadOnlyList<string?>? Images { get; init; }

    public IReadOnlyList<OllamaToolCall?>? ToolCalls { get; init; }

    public string? ToolName { get; init; }

    public string? ToolCallId { get; init; }
}

internal sealed record OllamaToolCall
{
    public string? Id { get; init; }

    public OllamaFunctionCall? Function { get; init; }
}

internal sealed record OllamaFunctionCall
{
    public int? Index { get; init; }

    public string? Name { get; init; }

    public JsonElement? Arguments { get; init; }
}

/// <summary>The same in both dialects.</summary>
internal sealed record ToolWire
{
    public string? Type { get; init; }

    public ToolFunctionWire? Function { get; init; }
}

internal sealed record ToolFunctionWire
{
    public string? Name { get; init; }

    public string? Description { get; init; }

    public JsonElement? Parameters { get; init; }
}

internal sealed record OllamaChatRequest
{
    public string? Model { get; init; }

    public IReadOnlyList<OllamaMessage?>? Messages { get; init; }

    public IReadOnlyList<ToolWire?>? Tools { get; init; }

    /// <summary>Not Ollama's: read from clients, never written.</summary>
    public JsonElement? ToolChoice { get; init; }

    public JsonElement? Format { get; init; }

    public JsonElement? Options { get; init; }

    public bool? Stream { get; init; }

    public JsonElement? Think { get; init; }

    public JsonElement? KeepAlive { get; init; }

    public bool? Truncate { get; init; }

    public bool? Shift { get; init; }

    public bool? Logprobs { get; init; }

    public int? TopLogprobs { get; init; }
}

internal sealed record OllamaGenerateRequest
{
    public string? Model { get; init; }

    public string? Prompt { get; init; }

    public string? Suffix { get; init; }

    public string? System { get; init; }

    public string? Template { get; init; }

    public JsonElement? Context { get; init; }

    public bool? Raw { get; init; }

    public IReadOnlyList<string?>? Images { get; init; }

    public JsonElement? Format { get; init; }

    public JsonElement? Options { get; init; }

    public bool? Stream { get; init; }

    public JsonElement? Think { get; init; }

    public JsonElement? KeepAlive { get; init; }

    public bool? Truncate { get; init; }

    public bool? Shift { get; init; }

    public bool? Logprobs { get; init; }

    public int? TopLogprobs { get; init; }
}

/// <param name="State"><c>waiting</c>, <c>loading</c> or <c>working</c>.</param>
internal sealed record OllamaQueue(string State, int? Position, double? EtaSeconds);

/// <summary>An answer of <c>/api/chat</c> (with a message) or <c>/api/generate</c> (with a response), whole or a line of a stream.</summary>
internal sealed record OllamaChunk
{
    /// <summary>This router's own: where the call stands while it waits. Clients ignore it.</summary>
    public OllamaQueue? Queue { get; init; }

    public string? Error { get; init; }

    public string? Model { get; init; }

    public DateTime? CreatedAt { get; init; }

    public OllamaMessage? Message { get; init; }

    public string? Response { get; init; }

    public string? Thinking { get; init; }

    public IReadOnlyList<OllamaToolCall?>? ToolCalls { get; init; }

    public bool Done { get; init; }

    public string? DoneReason { get; init; }

    public JsonElement? Context { get; init; }

    public long? TotalDuration { get; init; }

    public long? LoadDuration { get; init; }

    public int? PromptEvalCount { get; init; }

    public long? PromptEvalDuration { get; init; }

    public int? EvalCount { get; init; }

    public long? EvalDuration { get; init; }

    public IReadOnlyList<JsonElement>? Logprobs { get; init; }
}

internal sealed record OllamaEmbedRequest
{
    public string? Model { get; init; }

    /// <summary>A text or a list of texts.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>The text, in the older <c>/api/embeddings</c>.</summary>
    public string? Prompt { get; init; }

    public bool? Truncate { get; init; }

    public int? Dimensions { get; init; }

    public JsonElement? Options { get; init; }

    public JsonElement? KeepAlive { get; init; }
}

internal sealed record OllamaEmbedReply
{
    public string? Model { get; init; }

    public IReadOnlyList<float[]>? Embeddings { get; init; }

    /// <summary>The vector, in the older <c>/api/embeddings</c>.</summary>
    public float[]? Embedding { get; init; }

    public long? TotalDuration { get; init; }

    public long? LoadDuration { get; init; }

    public int? PromptEvalCount { get; init; }
}

internal sealed record OllamaShowRequest
{
    public string? Model { get; init; }

    /// <summary>What <see cref="Model"/> was called before.</summary>
    public string? Name { get; init; }

    public bool? Verbose { get; init; }
}

/// <summary>The answer of <c>/api/tags</c> and <c>/api/ps</c>.</summary>
internal sealed record OllamaModelList(IReadOnlyList<JsonElement>? Models);

internal sealed record OllamaVersion(string? Version);

internal sealed record OllamaError(string Error);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OllamaChatRequest))]
[JsonSerializable(typeof(OllamaGenerateRequest))]
[JsonSerializable(typeof(OllamaChunk))]
[JsonSerializable(typeof(OllamaEmbedRequest))]
[JsonSerializable(typeof(OllamaEmbedReply))]
[JsonSerializable(typeof(OllamaShowRequest))]
[JsonSerializable(typeof(OllamaModelList))]
[JsonSerializable(typeof(OllamaVersion))]
[JsonSerializable(typeof(OllamaError))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(float[]))]
internal sealed partial class OllamaJson : JsonSerializerContext
{
    public static OllamaJson Wire { get; } = new(WireBody.Options());
}
