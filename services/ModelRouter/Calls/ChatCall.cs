using System.Text.Json;

namespace Sutazai.ModelRouter.Calls;

/// <summary>A request for text, in whatever dialect it came and to whatever backend it goes.</summary>
internal sealed record ChatCall
{
    public required string Model { get; init; }

    public IReadOnlyList<ChatMessage> Messages { get; init; } = [];

    /// <summary>The prompt of a completion without turns; there are no <see cref="Messages"/> then.</summary>
    public CompletionPrompt? Prompt { get; init; }

    public IReadOnlyList<ToolSpec>? Tools { get; init; }

    /// <summary>OpenAI's <c>tool_choice</c>: a word, or a function of <see cref="Tools"/> by name.</summary>
    public JsonElement? ToolChoice { get; init; }

    /// <summary>The one tool that may be called, if the choice names it.</summary>
    public string? ChosenTool => ToolChoice is { ValueKind: JsonValueKind.Object } choice ? choice.GetProperty("function").GetProperty("name").GetString() : null;

    /// <summary><c>"json"</c> or a JSON schema.</summary>
    public JsonElement? Format { get; init; }

    /// <summary>Sampling and loading options under Ollama's names.</summary>
    public JsonElement? Options { get; init; }

    /// <summary>A boolean or a level.</summary>
    public JsonElement? Think { get; init; }

    /// <summary>For how long the model stays in memory afterwards; infinite for good.</summary>
    public TimeSpan? KeepAlive { get; init; }

    public bool Stream { get; init; }

    public bool? Truncate { get; init; }

    public bool? Shift { get; init; }

    public bool? Logprobs { get; init; }

    public int? TopLogprobs { get; init; }

    /// <summary>OpenTelemetry's name for what is asked.</summary>
    public string Operation => Prompt is null ? "chat" : "text_completion";

    /// <summary>Ollama's way to load or unload a model: a request with nothing in it.</summary>
    public bool OnlyLoads => Prompt is null ? Messages.Count == 0 : Prompt is { Text: "", Images: null or [], Suffix: null };
}

internal sealed record ChatMessage(string Role, string Content)
{
    public string? Thinking { get; init; }

    /// <summary>Base64, without a data URL's head.</summary>
    public IReadOnlyList<string>? Images { get; init; }

    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }

    /// <summary>The tool whose result a <c>tool</c> message carries.</summary>
    public string? ToolName { get; init; }

    public string? ToolCallId { get; init; }
}

internal sealed record CompletionPrompt(string Text)
{
    public string? System { get; init; }

    public string? Suffix { get; init; }

    public string? Template { get; init; }

    public bool? Raw { get; init; }

    public JsonElement? Context { get; init; }

    public IReadOnlyList<string>? Images { get; init; }
}

/// <param name="Parameters">JSON schema of the arguments.</param>
internal sealed record ToolSpec(string Name, string? Description, JsonElement? Parameters);

/// <param name="Arguments">JSON text as the model wrote it, so it may be malformed.</param>
internal sealed record ToolCall(string Id, string Name, string Arguments);

/// <summary>A piece of an answer. The last one, and only that, has a <see cref="Finish"/>.</summary>
internal sealed record ChatChunk
{
    public string Content { get; init; } = "";

    public string? Thinking { get; init; }

    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }

    /// <summary>One entry a token, in the form that both dialects share.</summary>
    public IReadOnlyList<JsonElement>? Logprobs { get; init; }

    public Finish? Finish { get; init; }
}

/// <param name="Reason"><c>stop</c>, <c>length</c>, <c>load</c> or <c>unload</c>.</param>
internal sealed record Finish(string Reason)
{
    public int PromptTokens { get; init; }

    public int CompletionTokens { get; init; }

    public TimeSpan Total { get; init; }

    public TimeSpan Load { get; init; }

    public TimeSpan PromptEvaluation { get; init; }

    public TimeSpan Evaluation { get; init; }

    public JsonElement? Context { get; init; }

    /// <summary>The options that the model ran with instead of those that the call gave.</summary>
    public string? Changed { get; init; }
}
