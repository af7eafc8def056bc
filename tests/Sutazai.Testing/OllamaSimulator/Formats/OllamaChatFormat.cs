using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator.Answers;

namespace Sutazai.Testing.OllamaSimulator.Formats;

/// <summary><c>/api/chat</c>: one JSON object a line.</summary>
internal sealed class OllamaChatFormat(string model) : AnswerFormat(model)
{
    public override string StreamType => "application/x-ndjson";

    public override string BrokenFrame => $"{{\"model\":\"{Model}\",\"message\":{{\"role\":\"assis\n";

    public override IEnumerable<string> Frames(AnswerPart part) => [Line(part switch
    {
        TextPart text => Body(text.At, Message(text.Content, text.Thinking), done: false),
        CallsPart calls => Body(calls.At, WithCalls(Message("", ""), calls.At, calls.Calls), done: false),
        LastPart last => Last(last.At, Message("", ""), last.Reason, last.Metrics),
        ErrorPart error => OllamaError(error.Message),
        _ => throw new ArgumentOutOfRangeException(nameof(part)),
    })];

    public override JsonObject Document(WholeAnswer answer) =>
        Last(answer.At, WithCalls(Message(answer.Content, answer.Thinking), answer.At, answer.Calls), answer.Reason, answer.Metrics);

    private JsonObject Last(DateTimeOffset at, JsonObject message, string reason, Metrics metrics)
    {
        var body = Body(at, message, done: true);
        body["done_reason"] = reason;
        AddMetrics(body, metrics);
        return body;
    }

    private JsonObject Body(DateTimeOffset at, JsonObject message, bool done) =>
        new() { ["model"] = Model, ["created_at"] = GoTime(at), ["message"] = message, ["done"] = done };

    private static JsonObject Message(string content, string thinking)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = content };
        if (thinking.Length > 0)
        {
            message["thinking"] = thinking;
        }

        return message;
    }

    private static JsonObject WithCalls(JsonObject message, DateTimeOffset at, IReadOnlyList<ToolCall> calls)
    {
        if (calls.Count > 0)
        {
            message["tool_calls"] = OllamaCalls(at, calls);
        }

        return message;
    }
}
