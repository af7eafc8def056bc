using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator.Api;

/// <summary>Turns what comes to <c>/v1</c> into requests of Ollama's own, as its middleware does; <c>tool_choice</c>, <c>n</c>, <c>logit_bias</c> and <c>user</c> are ignored there too.</summary>
internal static class OpenAiRequests
{
    public static GenerationRequest Chat(string body)
    {
        var json = GoJson.Object(body, "ChatCompletionRequest", "EOF");
        var messages = GoJson.Objects(json, "messages", "ChatCompletionRequest", "openai.Message").ToList();
        if (messages.Count == 0)
        {
            throw ApiException.BadRequest("[] is too short - 'messages'");
        }

        return Common(json, "ChatCompletionRequest", [.. messages.SelectMany(message => Message(message, messages))]) with
        {
            Tools = [.. OllamaRequests.Tools(json)],
            Format = json["response_format"] is JsonObject format ? Format(format) : null,
            Think = Think(json),
        };
    }

    public static GenerationRequest Completion(string body)
    {
        var json = GoJson.Object(body, "CompletionRequest", "EOF");
        var prompt = GoJson.String(json, "prompt", "CompletionRequest");
        return Common(json, "CompletionRequest", prompt.Length == 0 ? [] : [new ChatTurn("user", prompt)]) with { Inserts = GoJson.String(json, "suffix", "CompletionRequest").Length > 0 };
    }

    private static GenerationRequest Common(JsonObject json, string structName, IReadOnlyList<ChatTurn> messages)
    {
        var options = new JsonObject { ["stop"] = json["stop"]?.DeepClone() };
        if (GoJson.Number(json, "max_tokens", structName) is { } limit)
        {
            options["num_predict"] = limit;
        }

        return new GenerationRequest(GoJson.String(json, "model", structName), messages)
        {
            Options = options,
            Stream = GoJson.Boolean(json, "stream", structName) ?? false,
            IncludeUsage = GoJson.Boolean(GoJson.Members(json, "stream_options", structName), "include_usage", "StreamOptions") ?? false,
        };
    }

    private static IEnumerable<ChatTurn> Message(JsonObject message, IReadOnlyList<JsonObject> all)
    {
        var role = GoJson.String(message, "role", "Message");
        var calls = GoJson.Objects(message, "tool_calls", "Message", "openai.ToolCall").Select(Call).ToList();
        var toolName = role == "tool" ? message["name"].Text() ?? NameOfCall(all, message["tool_call_id"].Text()) : null;
        switch (message["content"])
        {
            case JsonArray parts:
                for (var at = 0; at < parts.Count; at++)
                {
                    yield return new ChatTurn(role, Part(parts[at])) { Calls = at == parts.Count - 1 ? calls : [], ToolName = toolName };
                }

                break;
            case { } content when content.Text() is { } text:
                yield return new ChatTurn(role, text) { Calls = calls, ToolName = toolName };
                break;
            case null when message["tool_calls"] is not null:
                yield return new ChatTurn(role, "") { Calls = calls };
                break;
            case var content:
                throw ApiException.BadRequest($"invalid message content type: {GoType(content)}");
        }
    }

    private static string Part(JsonNode? part) => part?["type"].Text() switch
    {
        "text" when part["text"].Text() is { } text => text,
        "image_url" when (part["image_url"].Text() ?? part["image_url"]?["url"].Text()) is { } url => Image(url),
        _ => throw ApiException.BadRequest("invalid message format"),
    };

    private static string Image(string url) =>
        url.StartsWith("http://", StringComparison.Ordinal) || url.StartsWith("https://", StringComparison.Ordinal)
            ? throw ApiException.BadRequest("image URLs are not currently supported, please use base64 encoded data instead")
            : url.StartsWith("data:", StringComparison.Ordinal) ? "" : throw ApiException.BadRequest("invalid image input");

    private static ToolCall Call(JsonObject call)
    {
        var function = GoJson.Members(call, "function", "ToolCall");
        try
        {
            var arguments = JsonNode.Parse(GoJson.String(function, "arguments", "ToolCall")) as JsonObject;
            return new ToolCall(GoJson.String(function, "name", "ToolCall"), arguments ?? throw ApiException.BadRequest("invalid tool call arguments"));
        }
        catch (JsonException)
        {
            throw ApiException.BadRequest("invalid tool call arguments");
        }
    }

    private static string? NameOfCall(IEnumerable<JsonObject> messages, string? id) =>
        messages.Reverse().SelectMany(message => message["tool_calls"] as JsonArray ?? []).FirstOrDefault(call => id is not null && call?["id"].Text() == id)?["function"]?["name"].Text();

    private static JsonNode? Format(JsonObject format) => format["type"].Text()?.Trim().ToLowerInvariant() switch
    {
        "json_object" => JsonValue.Create("json"),
        "json_schema" => format["json_schema"]?["schema"],
        _ => null,
    };

    private static JsonValue? Think(JsonObject json)
    {
        var effort = json["reasoning"] is JsonObject reasoning ? reasoning["effort"].Text() : json["reasoning_effort"].Text();
        return effort switch
        {
            null or "" => null,
            "none" => JsonValue.Create(false),
            "minimal" => JsonValue.Create("low"),
            "low" or "medium" or "high" or "max" => JsonValue.Create(effort),
            "xhigh" or "ultra" => JsonValue.Create("max"),
            _ => throw ApiException.BadRequest(
                $"invalid reasoning value: \"{effort}\" (must be \"minimal\", \"low\", \"medium\", \"high\", \"xhigh\", \"ultra\", \"max\", or \"none\")"),
        };
    }

    private static string GoType(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "<nil>",
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.Number => "float64",
        _ => "bool",
    };
}
