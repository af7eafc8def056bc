using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sutazai.ModelRouter.Dialects;

// The bodies of OpenAI's API: read from clients and written to an OpenAI-compatible backend, and the other way round.

/// <summary>What chat and the older completion have in common.</summary>
internal abstract record OpenAIRequest
{
    public string? Model { get; init; }

    public bool? Stream { get; init; }

    public OpenAIStreamOptions? StreamOptions { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public double? FrequencyPenalty { get; init; }

    public double? PresencePenalty { get; init; }

    public long? Seed { get; init; }

    /// <summary>A text or a list of texts.</summary>
    public JsonElement? Stop { get; init; }

    public int? MaxTokens { get; init; }

    public int? N { get; init; }

    /// <summary>Not OpenAI's; llama-server and vLLM take them.</summary>
    public double? TopK { get; init; }

    public double? MinP { get; init; }

    /// <summary>Not OpenAI's; Ollama's, useful here too.</summary>
    public JsonElement? KeepAlive { get; init; }
}

internal sealed record OpenAIChatRequest : OpenAIRequest
{
    public IReadOnlyList<OpenAIMessage?>? Messages { get; init; }

    public IReadOnlyList<ToolWire?>? Tools { get; init; }

    public JsonElement? ToolChoice { get; init; }

    public OpenAIResponseFormat? ResponseFormat { get; init; }

    public int? MaxCompletionTokens { get; init; }

    public bool? Logprobs { get; init; }

    public int? TopLogprobs { get; init; }

    public string? ReasoningEffort { get; init; }

    /// <summary>Not OpenAI's; llama-server and vLLM take them.</summary>
    public JsonElement? ChatTemplateKwargs { get; init; }
}

/// <summary>The older completion of a prompt without turns.</summary>
internal sealed record OpenAITextRequest : OpenAIRequest
{
    /// <summary>A text, or a list of one.</summary>
    public JsonElement? Prompt { get; init; }

    public string? Suffix { get; init; }

    public int? BestOf { get; init; }

    public bool? Echo { get; init; }

    public int? Logprobs { get; init; }
}

internal sealed record OpenAIMessage
{
    public string? Role { get; init; }

    /// <summary>A text, or a list of parts.</summary>
    public JsonElement? Content { get; init; }

    public IReadOnlyList<OpenAIToolCall?>? ToolCalls { get; init; }

    public string? ToolCallId { get; init; }

    public string? Name { get; init; }

    public string? Reasoning { get; init; }

    /// <summary>What llama-server and vLLM call <see cref="Reasoning"/>.</summary>
    public string? ReasoningContent { get; init; }
}

internal sealed record OpenAIToolCall
{
    public int? Index { get; init; }

    public string? Id { get; init; }

    public string? Type { get; init; }

    public OpenAIFunctionCall? Function { get; init; }
}

internal sealed record OpenAIFunctionCall
{
    public string? Name { get; init; }

    public string? Arguments { get; init; }
}

internal sealed record OpenAIResponseFormat
{
    public string? Type { get; init; }

    public OpenAIJsonSchema? JsonSchema { get; init; }
}

internal sealed record OpenAIJsonSchema
{
    public string? Name { get; init; }

    public JsonElement? Schema { get; init; }

    public bool? Strict { get; init; }
}

internal sealed record OpenAIStreamOptions
{
    public bool? IncludeUsage { get; init; }
}

/// <summary>An answer, whole (choices with messages) or an event of a stream (choices with deltas).</summary>
internal sealed record OpenAICompletion
{
    public string? Id { get; init; }

    public string? Object { get; init; }

    public long? Created { get; init; }

    public string? Model { get; init; }

    public string? SystemFingerprint { get; init; }

    public IReadOnlyList<OpenAIChoice>? Choices { get; init; }

    public OpenAIUsage? Usage { get; init; }

    /// <summary>Not OpenAI's; llama-server's.</summary>
    public OpenAITimings? Timings { get; init; }

    public JsonElement? Error { get; init; }
}

internal sealed record OpenAIChoice
{
    public int? Index { get; init; }

    public OpenAIReplyMessage? Message { get; init; }

    public OpenAIReplyMessage? Delta { get; init; }

    /// <summary>The answer, or a piece of it, in the older completion.</summary>
    public string? Text { get; init; }

    public OpenAILogprobs? Logprobs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FinishReason { get; init; }
}

internal sealed record OpenAIReplyMessage
{
    public string? Role { get; init; }

    public string? Content { get; init; }

    public string? Reasoning { get; init; }

    /// <summary>What llama-server and vLLM call <see cref="Reasoning"/>.</summary>
    public string? ReasoningContent { get; init; }

    public IReadOnlyList<OpenAIToolCall?>? ToolCalls { get; init; }
}

internal sealed record OpenAILogprobs(IReadOnlyList<JsonElement>? Content);

internal sealed record OpenAIUsage
{
    public int PromptTokens { get; init; }

    public int? CompletionTokens { get; init; }

    public int TotalTokens { get; init; }
}

/// <summary>How long the prompt and the answer took, without the wait for a slot.</summary>
internal sealed record OpenAITimings
{
    public double? PromptMs { get; init; }

    public double? PredictedMs { get; init; }
}

internal sealed record OpenAIEmbedRequest
{
    public string? Model { get; init; }

    /// <summary>A text or a list of texts.</summary>
    public JsonElement? Input { get; init; }

    public string? EncodingFormat { get; init; }

    public int? Dimensions { get; init; }
}

internal sealed record OpenAIEmbedReply
{
    public string? Object { get; init; }

    public IReadOnlyList<OpenAIEmbedding>? Data { get; init; }

    public string? Model { get; init; }

    public OpenAIUsage? Usage { get; init; }
}

/// <param name="Embedding">Numbers, or their little-endian bytes in base64.</param>
internal sealed record OpenAIEmbedding(string Object, JsonElement Embedding, int Index);

internal sealed record OpenAIModel
{
    public string? Id { get; init; }

    public string? Object { get; init; }

    public long? Created { get; init; }

    public string? OwnedBy { get; init; }
}

internal sealed record OpenAIModelList
{
    public string? Object { get; init; }

    public IReadOnlyList<OpenAIModel>? Data { get; init; }
}

internal sealed record OpenAIErrorReply(OpenAIError Error);

internal sealed record OpenAIError(
    string Message,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OpenAIChatRequest))]
[JsonSerializable(typeof(OpenAITextRequest))]
[JsonSerializable(typeof(OpenAICompletion))]
[JsonSerializable(typeof(OpenAIEmbedRequest))]
[JsonSerializable(typeof(OpenAIEmbedReply))]
[JsonSerializable(typeof(OpenAIModelList))]
[JsonSerializable(typeof(OpenAIErrorReply))]
[JsonSerializable(typeof(IReadOnlyList<ContentPart>))]
internal sealed partial class OpenAIJson : JsonSerializerContext
{
    public static OpenAIJson Wire { get; } = new(WireBody.Options());
}

/// <summary>A part of a message: <c>{"type":"text","text":"…"}</c> or <c>{"type":"image_url","image_url":{"url":"data:…"}}</c>.</summary>
internal sealed record ContentPart
{
    public string? Type { get; init; }

    public string? Text { get; init; }

    public ImageUrl? ImageUrl { get; init; }
}

internal sealed record ImageUrl(string? Url);
