using System.Text.Json;
using System.Text.Json.Nodes;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Backends;

/// <summary>Writes calls as an OpenAI-compatible server reads them.</summary>
internal static class OpenAIRequests
{
    private static readonly JsonElement s_noParameters = JsonElement.Parse("""{"type":"object","properties":{}}""");
    private static readonly JsonElement s_required = JsonElement.Parse("\"required\"");

    public static OpenAIChatRequest Of(ChatCall call)
    {
        var options = call.Options;
        var tools = Tools(call);
        return new OpenAIChatRequest
        {
            Model = call.Model,
            Messages = call.Prompt is { } prompt ? Turns(prompt) : Turns(call.Messages),
            Tools = tools,
            ToolChoice = tools is null ? null : call.ChosenTool is null ? call.ToolChoice : s_required,
            ResponseFormat = Format(call.Format),
            Stream = call.Stream,
            StreamOptions = call.Stream ? new OpenAIStreamOptions { IncludeUsage = true } : null,
            Temperature = Number(options, "temperature"),
            TopP = Number(options, "top_p"),
            TopK = Number(options, "top_k"),
            MinP = Number(options, "min_p"),
            FrequencyPenalty = Number(options, "frequency_penalty"),
            PresencePenalty = Number(options, "presence_penalty"),
            Seed = (long?)Number(options, "seed"),
            Stop = Option(options, "stop"),
            // Ollama's -1 and -2 mean as much as there is room for, which is what no limit means here.
            MaxTokens = Number(options, "num_predict") is { } most and > 0 ? (int)most : null,
            Logprobs = call.Logprobs,
            TopLogprobs = call.Logprobs == true && call.TopLogprobs > 0 ? call.TopLogprobs : null,
            ReasoningEffort = call.Think is { ValueKind: JsonValueKind.String } level ? level.GetString() : null,
            // The switch that the chat templates of llama-server and vLLM know; other servers never see it unless a caller sets it.
            ChatTemplateKwargs = call.Think is { ValueKind: JsonValueKind.True or JsonValueKind.False } think
                ? JsonSerializer.SerializeToElement(new JsonObject { ["enable_thinking"] = think.GetBoolean() }, OllamaJson.Wire.JsonObject)
                : null,
        };
    }

    /// <summary>Where one is demanded by name, only that: llama-server takes a choice that is no word for <c>auto</c>.</summary>
    private static IReadOnlyList<ToolWire?>? Tools(ChatCall call) => call.Tools is { Count: > 0 } tools
        ? [.. tools.Where(t => call.ChosenTool is not { } chosen || t.Name == chosen).Select(Tool)]
        : null;

    private static List<OpenAIMessage?> Turns(CompletionPrompt prompt)
    {
        if (prompt.Raw == true || prompt.Suffix is { Length: > 0 } || prompt.Template is { Length: > 0 } || prompt.Context is not null)
        {
            throw ModelException.Invalid("raw, suffix, template and context need an Ollama backend; this one is OpenAI-compatible");
        }

        List<OpenAIMessage?> turns = [];
        if (prompt.System is { Length: > 0 } system)
        {
            turns.Add(Message(new ChatMessage("system", system)));
        }

        turns.Add(Message(new ChatMessage("user", prompt.Text) { Images = prompt.Images }));
        return turns;
    }

    private static List<OpenAIMessage?> Turns(IReadOnlyList<ChatMessage> messages)
    {
        List<OpenAIMessage?> turns = new(messages.Count);
        List<ToolCall> open = [];
        foreach (var message in messages)
        {
            open.AddRange(message.ToolCalls ?? []);
            var answered = message.Role is "tool" ? Answered(message, open) : null;
            turns.Add(Message(message, message.ToolCallId ?? answered));
        }

        return turns;
    }

    /// <summary>The id of the call that a tool's result is of. Ollama's clients leave it out: then it is the first unanswered one of that tool, or of any.</summary>
    /// <param name="open">The calls without a result.</param>
    private static string? Answered(ChatMessage result, List<ToolCall> open)
    {
        var call = result.ToolCallId is { } id
            ? open.Find(c => c.Id == id)
            : open.Find(c => c.Name == result.ToolName) ?? open.FirstOrDefault();
        if (call is not null)
        {
            open.Remove(call);
        }

        return call?.Id;
    }

    private static OpenAIMessage Message(ChatMessage message, string? toolCall = null) => new()
    {
        Role = message.Role,
        Content = Content(message),
        ToolCalls = message.ToolCalls is { Count: > 0 } calls
            ? [.. calls.Select(c => new OpenAIToolCall { Id = c.Id, Type = "function", Function = new OpenAIFunctionCall { Name = c.Name, Arguments = c.Arguments } })]
            : null,
        ToolCallId = toolCall,
    };

    private static OpenAIContent Content(ChatMessage message)
    {
        if (message.Images is null or [])
        {
            return new OpenAIContent(message.Content);
        }

        IEnumerable<ContentPart> text = message.Content is "" ? [] : [new ContentPart { Type = "text", Text = message.Content }];
        var images = message.Images.Select(i => new ContentPart { Type = "image_url", ImageUrl = new ImageUrl($"data:{MediaType(i)};base64,{i}") });
        return new OpenAIContent(null, JsonSerializer.SerializeToElement([.. text, .. images], OpenAIJson.Wire.IReadOnlyListContentPart));
    }

    /// <summary>From the first bytes, as they look in base64.</summary>
    private static string MediaType(string base64) => base64 switch
    {
        ['/', '9', 'j', '/', ..] => "image/jpeg",
        ['R', '0', 'l', 'G', ..] => "image/gif",
        ['U', 'k', 'l', 'G', ..] => "image/webp",
        _ => "image/png",
    };

    /// <summary>With a description and parameters in any case: llama-server wants both.</summary>
    private static ToolWire Tool(ToolSpec tool) => new()
    {
        Type = "function",
        Function = new ToolFunctionWire { Name = tool.Name, Description = tool.Description ?? "", Parameters = tool.Parameters ?? s_noParameters },
    };

    private static OpenAIResponseFormat? Format(JsonElement? format) => format switch
    {
        { ValueKind: JsonValueKind.String } => new OpenAIResponseFormat { Type = "json_object" },
        { ValueKind: JsonValueKind.Object } schema => new OpenAIResponseFormat
        {
            Type = "json_schema",
            JsonSchema = new OpenAIJsonSchema { Name = "answer", Schema = schema, Strict = true },
        },
        _ => null,
    };

    private static JsonElement? Option(JsonElement? options, string name) =>
        options is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static double? Number(JsonElement? options, string name) => Option(options, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number => number.GetDouble() is var read && double.IsFinite(read) ? read : throw ModelException.Invalid($"option \"{name}\" must be a finite number"),
        _ => throw ModelException.Invalid($"option \"{name}\" must be a number"),
    };
}
