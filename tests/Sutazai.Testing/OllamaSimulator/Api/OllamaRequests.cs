using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator.Api;

/// <summary>Reads what comes to <c>/api/chat</c> and <c>/api/generate</c>.</summary>
internal static class OllamaRequests
{
    public static GenerationRequest Chat(string body)
    {
        var json = GoJson.Object(body, "ChatRequest");
        var messages = GoJson.Objects(json, "messages", "ChatRequest", "api.Message").Select(Message).ToList();
        return Common(json, "ChatRequest", messages) with { Tools = [.. Tools(json)] };
    }

    public static GenerationRequest Generate(string body)
    {
        var json = GoJson.Object(body, "GenerateRequest");
        var prompt = GoJson.String(json, "prompt", "GenerateRequest");
        var system = GoJson.String(json, "system", "GenerateRequest");
        if (GoJson.Boolean(json, "raw", "GenerateRequest") == true
            && (system.Length > 0 || GoJson.String(json, "template", "GenerateRequest").Length > 0 || json["context"] is JsonArray { Count: > 0 }))
        {
            throw ApiException.BadRequest("raw mode does not support template, system, or context");
        }

        List<ChatTurn> messages = prompt.Length == 0 ? [] : system.Length == 0 ? [new("user", prompt)] : [new("system", system), new("user", prompt)];
        return Common(json, "GenerateRequest", messages) with { Inserts = GoJson.String(json, "suffix", "GenerateRequest").Length > 0 };
    }

    public static IEnumerable<OfferedTool> Tools(JsonObject json)
    {
        foreach (var tool in GoJson.Objects(json, "tools", "ChatRequest", "api.Tool"))
        {
            var function = GoJson.Members(tool, "function", "Tool");
            yield return new OfferedTool(GoJson.String(function, "name", "ToolFunction"), GoJson.Members(function, "parameters", "ToolFunction"), tool);
        }
    }

    public static TimeSpan? KeepAlive(JsonObject json) => json["keep_alive"] switch
    {
        null => null,
        var node when node.Number() is { } seconds => seconds < 0 ? GoDuration.Forever : GoDuration.FromSeconds(seconds),
        var node when node.Text() is { } text && GoDuration.TryParse(text, out var duration) => duration < TimeSpan.Zero ? GoDuration.Forever : duration,
        var node when node.Text() is { } text && text.Length > 0 && text.All(letter => char.IsAsciiDigit(letter) || letter is '.' or '-') =>
            throw ApiException.BadRequest($"time: missing unit in duration \"{text}\""),
        var node when node.Text() is { } text => throw ApiException.BadRequest($"time: invalid duration \"{text}\""),
        var node => throw ApiException.BadRequest($"Unsupported type: '{(node is JsonArray ? "[]interface {}" : node is JsonObject ? "map[string]interface {}" : "bool")}'"),
    };

    private static GenerationRequest Common(JsonObject json, string structName, IReadOnlyList<ChatTurn> messages)
    {
        if (GoJson.Number(json, "top_logprobs", structName) is < 0 or > 20)
        {
            throw ApiException.BadRequest("top_logprobs must be between 0 and 20");
        }

        return new GenerationRequest(GoJson.String(json, "model", structName), messages)
        {
            Format = json["format"],
            Options = GoJson.Members(json, "options", structName),
            Stream = GoJson.Boolean(json, "stream", structName) ?? true,
            KeepAlive = KeepAlive(json),
            Think = json["think"],
            Shift = GoJson.Boolean(json, "shift", structName),
        };
    }

    private static ChatTurn Message(JsonObject json) => new(GoJson.String(json, "role", "Message").ToLowerInvariant(), GoJson.String(json, "content", "Message"))
    {
        ToolName = json["tool_name"].Text(),
        Calls =
        [
            .. GoJson.Objects(json, "tool_calls", "Message", "api.ToolCall")
                .Select(call => GoJson.Members(call, "function", "ToolCall"))
                .Select(function => new ToolCall(GoJson.String(function, "name", "ToolCallFunction"), GoJson.Members(function, "arguments", "ToolCallFunction"))),
        ],
    };
}
