using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Sutazai.ModelRouter.Dialects;

// The bodies of Ollama's API: read from clients and written to an Ollama backend, and the other way round.

internal sealed record OllamaMessage
{
    public string? Role { get; set; }

    public string? Content { get; set; }

    public string? Thinking { get; set; }

    public IReadOnlyList<string?>? Images { get; set; }

    public IReadOnlyList<OllamaToolCall?>? ToolCalls { get; set; }

    public string? ToolName { get; set; }

    public string? ToolCallId { get; set; }
}

internal sealed record OllamaToolCall
{
    public string? Id { get; set; }

    public OllamaFunctionCall? Function { get; set; }
}

internal sealed record OllamaFunctionCall
{
    public int? Index { get; set; }

    public string? Name { get; set; }

    public JsonElement? Arguments { get; set; }
}

/// <summary>The same in both dialects.</summary>
internal sealed record ToolWire
{
    public string? Type { get; set; }

    public ToolFunctionWire? Function { get; set; }
}

internal sealed record ToolFunctionWire
{
    public string? Name { get; set; }

    public string? Description { get; set; }

    public JsonElement? Parameters { get; set; }
}

/// <summary>The sampling options that OpenAI's API has too.</summary>
internal sealed record OllamaOptions
{
    public double? Temperature { get; set; }

    public double? TopP { get; set; }

    public double? TopK { get; set; }

    public double? MinP { get; set; }

    public double? FrequencyPenalty { get; set; }

    public double? PresencePenalty { get; set; }

    public long? Seed { get; set; }

    public int? NumPredict { get; set; }

    public string[]? Stop { get; set; }
}

internal sealed record OllamaChatRequest
{
    public string? Model { get; set; }

    public IReadOnlyList<OllamaMessage?>? Messages { get; set; }

    public IReadOnlyList<ToolWire?>? Tools { get; set; }

    /// <summary>Not Ollama's: read from clients, never written.</summary>
    public JsonElement? ToolChoice { get; set; }

    public JsonElement? Format { get; set; }

    public JsonElement? Options { get; set; }

    public bool? Stream { get; set; }

    public JsonElement? Think { get; set; }

    public JsonElement? KeepAlive { get; set; }

    public bool? Truncate { get; set; }

    public bool? Shift { get; set; }

    public bool? Logprobs { get; set; }

    public int? TopLogprobs { get; set; }
}

internal sealed record OllamaGenerateRequest
{
    public string? Model { get; set; }

    public string? Prompt { get; set; }

    public string? Suffix { get; set; }

    public string? System { get; set; }

    public string? Template { get; set; }

    public JsonElement? Context { get; set; }

    public bool? Raw { get; set; }

    public IReadOnlyList<string?>? Images { get; set; }

    public JsonElement? Format { get; set; }

    public JsonElement? Options { get; set; }

    public bool? Stream { get; set; }

    public JsonElement? Think { get; set; }

    public JsonElement? KeepAlive { get; set; }

    public bool? Truncate { get; set; }

    public bool? Shift { get; set; }

    public bool? Logprobs { get; set; }

    public int? TopLogprobs { get; set; }
}

/// <param name="State"><c>waiting</c>, <c>loading</c> or <c>working</c>.</param>
internal sealed record OllamaQueue(string State, int? Position, double? EtaSeconds);

/// <summary>An answer of <c>/api/chat</c> (with a message) or <c>/api/generate</c> (with a response), whole or a line of a stream.</summary>
internal sealed record OllamaChunk
{
    /// <summary>This router's own: where the call stands while it waits. Clients ignore it.</summary>
    public OllamaQueue? Queue { get; set; }

    public string? Error { get; set; }

    public string? Model { get; set; }

    public DateTime? CreatedAt { get; set; }

    public OllamaMessage? Message { get; set; }

    public string? Response { get; set; }

    public string? Thinking { get; set; }

    public IReadOnlyList<OllamaToolCall?>? ToolCalls { get; set; }

    public bool Done { get; set; }

    public string? DoneReason { get; set; }

    public JsonElement? Context { get; set; }

    public long? TotalDuration { get; set; }

    public long? LoadDuration { get; set; }

    public int? PromptEvalCount { get; set; }

    public long? PromptEvalDuration { get; set; }

    public int? EvalCount { get; set; }

    public long? EvalDuration { get; set; }

    public IReadOnlyList<JsonElement>? Logprobs { get; set; }
}

internal sealed record OllamaEmbedRequest
{
    public string? Model { get; set; }

    /// <summary>A text or a list of texts.</summary>
    public JsonElement? Input { get; set; }

    /// <summary>The text, in the older <c>/api/embeddings</c>.</summary>
    public string? Prompt { get; set; }

    public bool? Truncate { get; set; }

    public int? Dimensions { get; set; }

    public JsonElement? Options { get; set; }

    public JsonElement? KeepAlive { get; set; }
}

internal sealed record OllamaEmbedReply
{
    public string? Model { get; set; }

    public IReadOnlyList<float[]>? Embeddings { get; set; }

    /// <summary>The vector, in the older <c>/api/embeddings</c>.</summary>
    public float[]? Embedding { get; set; }

    public long? TotalDuration { get; set; }

    public long? LoadDuration { get; set; }

    public int? PromptEvalCount { get; set; }
}

internal sealed record OllamaShowRequest
{
    public string? Model { get; set; }

    /// <summary>What <see cref="Model"/> was called before.</summary>
    public string? Name { get; set; }

    public bool? Verbose { get; set; }
}

/// <summary>The answer of <c>/api/tags</c> and <c>/api/ps</c>.</summary>
internal sealed record OllamaModelList(IReadOnlyList<JsonElement>? Models);

internal sealed record OllamaVersion(string? Version);

internal sealed record OllamaError(string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OllamaChatRequest))]
[JsonSerializable(typeof(OllamaGenerateRequest))]
[JsonSerializable(typeof(OllamaChunk))]
[JsonSerializable(typeof(OllamaEmbedRequest))]
[JsonSerializable(typeof(OllamaEmbedReply))]
[JsonSerializable(typeof(OllamaShowRequest))]
[JsonSerializable(typeof(OllamaModelList))]
[JsonSerializable(typeof(OllamaVersion))]
[JsonSerializable(typeof(OllamaError))]
[JsonSerializable(typeof(OllamaOptions))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(float[]))]
internal sealed partial class OllamaJson : JsonSerializerContext
{
    public static OllamaJson Wire { get; } = new(WireBody.Options());
}
