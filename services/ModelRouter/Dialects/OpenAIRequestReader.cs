using System.Buffers.Text;
using System.Text.Json;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Turns the bodies of OpenAI's API into calls, or says what is wrong with them.</summary>
internal static class OpenAIRequestReader
{
    private static readonly JsonElement s_json = JsonElement.Parse("\"json\"");

    public static ChatCall Call(OpenAIChatRequest request)
    {
        if (request.Messages is null or [])
        {
            // Ollama's own words.
            throw ModelException.Invalid("[] is too short - 'messages'");
        }

        if (request.N is not (null or 1))
        {
            throw OllamaRequests.Wrong("n", "1; one answer is made at a time");
        }

        var tools = OllamaRequests.Tools(request.Tools);
        return new ChatCall
        {
            Model = OllamaRequests.Model(request.Model),
            Messages = Messages(request.Messages),
            Tools = tools,
            ToolChoice = OllamaRequests.ToolChoice(request.ToolChoice, tools),
            Format = Format(request.ResponseFormat),
            Options = OpenAIOptions.Of(request),
            Think = Think(request.ReasoningEffort),
            KeepAlive = OllamaRequests.KeepAlive(request.KeepAlive),
            Stream = request.Stream ?? false,
            Logprobs = request.Logprobs,
            TopLogprobs = OllamaRequests.TopLogprobs(request.TopLogprobs),
        };
    }

    public static ChatCall Call(OpenAITextRequest request)
    {
        if (request.N is not (null or 1) || request.BestOf is not (null or 1))
        {
            throw OllamaRequests.Wrong(request.N is null or 1 ? "best_of" : "n", "1; one answer is made at a time");
        }

        if (request.Echo == true)
        {
            throw OllamaRequests.Wrong("echo", "false; an answer does not repeat its prompt");
        }

        if (request.Logprobs > 0)
        {
            throw OllamaRequests.Wrong("logprobs", "left out; /v1/chat/completions has them");
        }

        return new ChatCall
        {
            Model = OllamaRequests.Model(request.Model),
            Prompt = new CompletionPrompt(Prompt(request)) { Suffix = request.Suffix },
            Options = OpenAIOptions.Of(request),
            KeepAlive = OllamaRequests.KeepAlive(request.KeepAlive),
            Stream = request.Stream ?? false,
        };
    }

    public static EmbedCall Call(OpenAIEmbedRequest request)
    {
        var inputs = OllamaRequests.Inputs(request.Input);
        return new EmbedCall
        {
            Model = OllamaRequests.Model(request.Model),
            Inputs = inputs is [] || inputs.Contains("") ? throw OllamaRequests.Wrong("input", "a text or a list of texts, none of them empty") : inputs,
            Dimensions = request.Dimensions is null or > 0 ? request.Dimensions : throw OllamaRequests.Wrong("dimensions", "greater than zero"),
        };
    }

    private static string Prompt(OpenAITextRequest request)
    {
        var prompt = request.Prompt is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 1 ? list[0] : request.Prompt;
        return prompt is { ValueKind: JsonValueKind.String } text && text.GetString()! is var read && (read.Length > 0 || request.Suffix is { Length: > 0 })
            ? read
            : throw OllamaRequests.Wrong("prompt", "a text or a list of one text, and not empty");
    }

    private static List<ChatMessage> Messages(IReadOnlyList<OpenAIMessage?> messages)
    {
        List<ChatMessage> read = [];
        Dictionary<string, string> tools = [];
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i] ?? throw OllamaRequests.Wrong($"messages[{i}]", "an object");
            var role = message.Role switch
            {
                "developer" => "system",
                "function" => "tool",
                var other => OllamaRequests.Role(other, i),
            };
            var calls = ToolCalls(message.ToolCalls, i);
            foreach (var call in calls ?? [])
            {
                tools[call.Id] = call.Name;
            }

            var (text, images) = Content(message.Content, i);
            read.Add(new ChatMessage(role, text)
            {
                Thinking = message.Reasoning ?? message.ReasoningContent,
                Images = images,
                ToolCalls = calls,
                ToolCallId = message.ToolCallId,
                ToolName = role is "tool" ? message.Name ?? tools.GetValueOrDefault(message.ToolCallId ?? "") : null,
            });
        }

        return read;
    }

    private static List<ToolCall>? ToolCalls(IReadOnlyList<OpenAIToolCall?>? calls, int message)
    {
        if (calls is null or [])
        {
            return null;
        }

        List<ToolCall> read = [];
        for (var i = 0; i < calls.Count; i++)
        {
            if (calls[i]?.Function is not { Name: { Length: > 0 } name } function)
            {
                throw ModelException.Invalid($"'messages[{message}].tool_calls[{i}].function.name' is required");
            }

            var call = new ToolCall(calls[i]!.Id ?? $"call_{message}_{i}", name, string.IsNullOrWhiteSpace(function.Arguments) ? "{}" : function.Arguments);
            read.Add(OllamaToolCalls.Arguments(call) is not null ? call : throw OllamaRequests.Wrong($"messages[{message}].tool_calls[{i}].function.arguments", "the text of a JSON object"));
        }

        return read;
    }

    private static (string Text, IReadOnlyList<string>? Images) Content(OpenAIContent? content, int message)
    {
        if (content is null or { Text: not null })
        {
            return (content?.Text ?? "", null);
        }

        IReadOnlyList<ContentPart?> parts;
        try
        {
            parts = content.Parts.Deserialize(OpenAIJson.Wire.IReadOnlyListContentPart) ?? [];
        }
        catch (JsonException)
        {
            throw OllamaRequests.Wrong($"messages[{message}].content", "a text or a list of parts");
        }

        List<string> texts = [];
        List<string> images = [];
        for (var i = 0; i < parts.Count; i++)
        {
            switch (parts[i])
            {
                case { Type: "text", Text: { } text }:
                    texts.Add(text);
                    break;
                case { Type: "image_url", ImageUrl.Url: { } url }:
                    images.Add(Image(url, $"messages[{message}].content[{i}].image_url.url"));
                    break;
                default:
                    throw OllamaRequests.Wrong($"messages[{message}].content[{i}]", "a text or an image_url part");
            }
        }

        return (string.Join('\n', texts), images is [] ? null : images);
    }

    /// <summary><c>data:image/png;base64,iVBOR…</c>. An address elsewhere is not fetched: the router makes no connection but to its backend.</summary>
    private static string Image(string url, string name)
    {
        var comma = url.IndexOf(";base64,", StringComparison.Ordinal);
        return url.StartsWith("data:image/", StringComparison.Ordinal) && comma > 0 && url[(comma + 8)..] is var data && Base64.IsValid(data)
            ? data
            : throw OllamaRequests.Wrong(name, "a data URL such as data:image/png;base64,…");
    }

    private static JsonElement? Format(OpenAIResponseFormat? format) => format?.Type switch
    {
        null or "text" => null,
        "json_object" => s_json,
        "json_schema" when format.JsonSchema?.Schema is { ValueKind: JsonValueKind.Object } schema => SchemaCheck.Checked(schema, "response_format.json_schema.schema"),
        "json_schema" => throw OllamaRequests.Wrong("response_format.json_schema.schema", "a JSON schema"),
        _ => throw OllamaRequests.Wrong("response_format.type", "\"text\", \"json_object\" or \"json_schema\""),
    };

    private static JsonElement? Think(string? effort) => effort switch
    {
        null => null,
        "none" => JsonElement.Parse("false"),
        "minimal" or "low" => JsonElement.Parse("\"low\""),
        "medium" => JsonElement.Parse("\"medium\""),
        "high" or "xhigh" => JsonElement.Parse("\"high\""),
        "max" => JsonElement.Parse("\"max\""),
        _ => throw OllamaRequests.Wrong("reasoning_effort", "\"none\", \"low\", \"medium\" or \"high\""),
    };
}
