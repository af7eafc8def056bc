using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator.Answers;

namespace Sutazai.Testing.OllamaSimulator.Formats;

/// <summary><c>/v1/chat/completions</c> as Ollama writes it: server-sent events, the reason to stop in a chunk of its own.</summary>
internal sealed class OpenAiChatFormat(string model, int number, bool includeUsage) : AnswerFormat(model)
{
    private readonly string _id = $"chatcmpl-{number % 999}";
    private long? _created;
    private bool _begun;
    private bool _called;

    public override string StreamType => "text/event-stream";

    public override string DocumentType => "application/json";

    public override string BrokenFrame => $"data: {{\"id\":\"{_id}\",\"object\":\"chat.comp\n\n";

    public override JsonObject Error(int status, string message) => OpenAiError(status, message);

    public override IEnumerable<string> Frames(AnswerPart part)
    {
        _created ??= part.At.ToUnixTimeSeconds();
        switch (part)
        {
            case TextPart text:
                yield return Event(Chunk(Model, Delta(text.Content, text.Thinking), null));
                break;
            case CallsPart calls:
                _called = true;
                var delta = Delta("", "");
                delta["tool_calls"] = Calls(calls.At, calls.Calls);
                yield return Event(Chunk(Model, delta, null));
                break;
            case ErrorPart:
                // Ollama takes its own error line for an empty answer here and ends the stream without [DONE].
                yield return Event(Chunk("", Delta("", ""), null));
                break;
            case LastPart last:
                if (!_begun)
                {
                    yield return Event(Chunk(Model, Delta("", ""), null));
                }

                yield return Event(Chunk(Model, [], FinishReason(last.Reason, _called)));
                if (includeUsage)
                {
                    var usage = Chunk(Model, [], null);
                    usage["choices"] = new JsonArray();
                    usage["usage"] = Usage(last.Metrics);
                    yield return Event(usage);
                }

                yield return "data: [DONE]\n\n";
                break;
        }
    }

    public override JsonObject Document(WholeAnswer answer)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = answer.Content };
        if (answer.Thinking.Length > 0)
        {
            message["reasoning"] = answer.Thinking;
        }

        if (answer.Calls.Count > 0)
        {
            message["tool_calls"] = Calls(answer.At, answer.Calls);
        }

        return new JsonObject
        {
            ["id"] = _id,
            ["object"] = "chat.completion",
            ["created"] = answer.At.ToUnixTimeSeconds(),
            ["model"] = Model,
            ["system_fingerprint"] = "fp_ollama",
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["message"] = message, ["finish_reason"] = FinishReason(answer.Reason, answer.Calls.Count > 0) }),
            ["usage"] = Usage(answer.Metrics),
        };
    }

    public static JsonObject Usage(Metrics metrics) => new()
    {
        ["prompt_tokens"] = metrics.PromptTokens,
        ["completion_tokens"] = metrics.GeneratedTokens,
        ["total_tokens"] = metrics.PromptTokens + metrics.GeneratedTokens,
    };

    public static string Event(JsonObject json) => $"data: {json.ToJsonString(SimulatorJson.Wire)}\n\n";

    private static string FinishReason(string reason, bool called) => called && reason == "stop" ? "tool_calls" : reason;

    private JsonObject Delta(string content, string thinking)
    {
        var delta = new JsonObject();
        if (!_begun)
        {
            delta["role"] = "assistant";
            _begun = true;
        }

        delta["content"] = content;
        if (thinking.Length > 0)
        {
            delta["reasoning"] = thinking;
        }

        return delta;
    }

    private JsonObject Chunk(string model, JsonObject delta, string? finishReason) => new()
    {
        ["id"] = _id,
        ["object"] = "chat.completion.chunk",
        ["created"] = _created,
        ["model"] = model,
        ["system_fingerprint"] = "fp_ollama",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finishReason }),
    };

    private static JsonArray Calls(DateTimeOffset at, IReadOnlyList<ToolCall> calls) => [.. calls.Select(JsonNode (call, index) => new JsonObject
    {
        ["id"] = CallId(at, index),
        ["index"] = index,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.ArgumentsText },
    })];
}
