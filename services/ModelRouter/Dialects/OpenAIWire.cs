using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sutazai.ModelRouter.Dialects;

// The bodies of OpenAI's API: read from clients and written to an OpenAI-compatible backend, and the other way round.
// Properties can be set: those that can only be initialised are read as parameters of a constructor, each boxed, which takes System.Text.Json twice as long.

/// <summary>What chat and the older completion have in common.</summary>
internal abstract record OpenAIRequest
{
    public string? Model { get; set; }

    public bool? Stream { get; set; }

    public OpenAIStreamOptions? StreamOptions { get; set; }

    public double? Temperature { get; set; }

    public double? TopP { get; set; }

    public double? FrequencyPenalty { get; set; }

    public double? PresencePenalty { get; set; }

    public long? Seed { get; set; }

    /// <summary>A text or a list of texts.</summary>
    public JsonElement? Stop { get; set; }

    public int? MaxTokens { get; set; }

    public int? N { get; set; }

    /// <summary>Not OpenAI's; llama-server and vLLM take them.</summary>
    public double? TopK { get; set; }

    public double? MinP { get; set; }

    /// <summary>Not OpenAI's; Ollama's, useful here too.</summary>
    public JsonElement? KeepAlive { get; set; }
}

internal sealed record OpenAIChatRequest : OpenAIRequest
{
    public IReadOnlyList<OpenAIMessage?>? Messages { get; set; }

    public IReadOnlyList<ToolWire?>? Tools { get; set; }

    public JsonElement? ToolChoice { get; set; }

    public OpenAIResponseFormat? ResponseFormat { get; set; }

    public int? MaxCompletionTokens { get; set; }

    public bool? Logprobs { get; set; }

    public int? TopLogprobs { get; set; }

    public string? ReasoningEffort { get; set; }

    /// <summary>Not OpenAI's; llama-server and vLLM take them.</summary>
    public JsonElement? ChatTemplateKwargs { get; set; }
}

/// <summary>The older completion of a prompt without turns.</summary>
internal sealed record OpenAITextRequest : OpenAIRequest
{
    /// <summary>A text, or a list of one.</summary>
    public JsonElement? Prompt { get; set; }

    public string? Suffix { get; set; }

    public int? BestOf { get; set; }

    public bool? Echo { get; set; }

    public int? Logprobs { get; set; }
}

internal sealed record OpenAIMessage
{
    public string? Role { get; set; }

    public OpenAIContent? Content { get; set; }

    public IReadOnlyList<OpenAIToolCall?>? ToolCalls { get; set; }

    public string? ToolCallId { get; set; }

    public string? Name { get; set; }

    public string? Reasoning { get; set; }

    /// <summary>What llama-server and vLLM call <see cref="Reasoning"/>.</summary>
    public string? ReasoningContent { get; set; }
}

internal sealed record OpenAIToolCall
{
    public int? Index { get; set; }

    public string? Id { get; set; }

    public string? Type { get; set; }

    public OpenAIFunctionCall? Function { get; set; }
}

internal sealed record OpenAIFunctionCall
{
    public string? Name { get; set; }

    public string? Arguments { get; set; }
}

internal sealed record OpenAIResponseFormat
{
    public string? Type { get; set; }

    public OpenAIJsonSchema? JsonSchema { get; set; }
}

internal sealed record OpenAIJsonSchema
{
    public string? Name { get; set; }

    public JsonElement? Schema { get; set; }

    public bool? Strict { get; set; }
}

internal sealed record OpenAIStreamOptions
{
    public bool? IncludeUsage { get; set; }
}

/// <summary>An answer, whole (choices with messages) or an event of a stream (choices with deltas).</summary>
internal sealed record OpenAICompletion
{
    public string? Id { get; set; }

    public string? Object { get; set; }

    public long? Created { get; set; }

    public string? Model { get; set; }

    public string? SystemFingerprint { get; set; }

    public IReadOnlyList<OpenAIChoice>? Choices { get; set; }

    public OpenAIUsage? Usage { get; set; }
}

internal sealed record OpenAIChoice
{
    public int? Index { get; set; }

    public OpenAIReplyMessage? Message { get; set; }

    public OpenAIReplyMessage? Delta { get; set; }

    /// <summary>The answer, or a piece of it, in the older completion.</summary>
    public string? Text { get; set; }

    public OpenAILogprobs? Logprobs { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FinishReason { get; set; }
}

internal sealed record OpenAIReplyMessage
{
    public string? Role { get; set; }

    public string? Content { get; set; }

    public string? Reasoning { get; set; }

    public IReadOnlyList<OpenAIToolCall?>? ToolCalls { get; set; }
}

internal sealed record OpenAILogprobs(IReadOnlyList<JsonElement>? Content);

internal sealed record OpenAIUsage
{
    public int PromptTokens { get; set; }

    public int? CompletionTokens { get; set; }

    public int TotalTokens { get; set; }
}

/// <summary>How long the prompt and the answer took, without the wait for a slot. Not OpenAI's; llama-server's.</summary>
internal sealed record OpenAITimings
{
    public double? PromptMs { get; set; }

    public double? PredictedMs { get; set; }
}

internal sealed record OpenAIEmbedRequest
{
    public string? Model { get; set; }

    /// <summary>A text or a list of texts.</summary>
    public JsonElement? Input { get; set; }

    public string? EncodingFormat { get; set; }

    public int? Dimensions { get; set; }
}

internal sealed record OpenAIEmbedReply
{
    public string? Object { get; set; }

    public IReadOnlyList<OpenAIEmbedding>? Data { get; set; }

    public string? Model { get; set; }

    public OpenAIUsage? Usage { get; set; }
}

/// <param name="Embedding">Numbers, or their little-endian bytes in base64.</param>
internal sealed record OpenAIEmbedding(string Object, JsonElement Embedding, int Index);

internal sealed record OpenAIModel
{
    public string? Id { get; set; }

    public string? Object { get; set; }

    public long? Created { get; set; }

    public string? OwnedBy { get; set; }
}

internal sealed record OpenAIModelList
{
    public string? Object { get; set; }

    public IReadOnlyList<OpenAIModel>? Data { get; set; }
}

internal sealed record OpenAIErrorReply(OpenAIError Error);

internal sealed record OpenAIError(
    string Message,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenAIChatRequest))]
[JsonSerializable(typeof(OpenAITextRequest))]
[JsonSerializable(typeof(OpenAICompletion))]
[JsonSerializable(typeof(OpenAITimings))]
[JsonSerializable(typeof(JsonElement?))]
[JsonSerializable(typeof(OpenAIEmbedRequest))]
[JsonSerializable(typeof(OpenAIEmbedReply))]
[JsonSerializable(typeof(OpenAIModelList))]
[JsonSerializable(typeof(OpenAIErrorReply))]
[JsonSerializable(typeof(IReadOnlyList<ContentPart>))]
internal sealed partial class OpenAIJson : JsonSerializerContext
{
    public static OpenAIJson Wire { get; } = new(WireBody.Options());
}

/// <summary>What a message says: a text, or a list of parts, as which anything else is read too.</summary>
[JsonConverter(typeof(OpenAIContentConverter))]
internal sealed record OpenAIContent(string? Text, JsonElement Parts = default);

internal sealed class OpenAIContentConverter : JsonConverter<OpenAIContent>
{
    public override OpenAIContent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new OpenAIContent(reader.GetString()) : new OpenAIContent(null, JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, OpenAIContent value, JsonSerializerOptions options)
    {
        if (value.Text is { } text)
        {
            writer.WriteStringValue(text);
        }
        else
        {
            value.Parts.WriteTo(writer);
        }
    }
}

/// <summary>A part of a message: <c>{"type":"text","text":"…"}</c> or <c>{"type":"image_url","image_url":{"url":"data:…"}}</c>.</summary>
internal sealed record ContentPart
{
    public string? Type { get; set; }

    public string? Text { get; set; }

    public ImageUrl? ImageUrl { get; set; }
}

internal sealed record ImageUrl(string? Url);
