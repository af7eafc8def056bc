using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator.Answers;

namespace Sutazai.Testing.OllamaSimulator.Formats;

/// <summary><c>/api/generate</c>: as chat, with <c>response</c> for the message and the conversation's tokens in <c>context</c> at the end.</summary>
internal sealed class OllamaGenerateFormat(string model, string prompt) : AnswerFormat(model)
{
    private const uint Vocabulary = 128_000;

    private string _said = "";

    public override string StreamType => "application/x-ndjson";

    public override string BrokenFrame => $"{{\"model\":\"{Model}\",\"respon\n";

    public override IEnumerable<string> Frames(AnswerPart part)
    {
        _said += (part as TextPart)?.Content;
        return [Line(part switch
        {
            TextPart text => Body(text.At, text.Content, text.Thinking, done: false),
            CallsPart calls => WithCalls(Body(calls.At, "", "", done: false), calls.At, calls.Calls),
            LastPart last => Last(last.At, "", "", last.Reason, last.Metrics, _said),
            ErrorPart error => OllamaError(error.Message),
            _ => throw new ArgumentOutOfRangeException(nameof(part)),
        })];
    }

    public override JsonObject Document(WholeAnswer answer) =>
        WithCalls(Last(answer.At, answer.Content, answer.Thinking, answer.Reason, answer.Metrics, answer.Content), answer.At, answer.Calls);

    private JsonObject Last(DateTimeOffset at, string response, string thinking, string reason, Metrics metrics, string said)
    {
        var body = Body(at, response, thinking, done: true);
        body["done_reason"] = reason;
        if (metrics.PromptTokens > 0)
        {
            body["context"] = new JsonArray([.. Tokens.Split(prompt + said).Select(token => JsonValue.Create(IdOf(token)))]);
        }

        AddMetrics(body, metrics);
        return body;
    }

    private JsonObject Body(DateTimeOffset at, string response, string thinking, bool done)
    {
        var body = new JsonObject { ["model"] = Model, ["created_at"] = GoTime(at), ["response"] = response };
        if (thinking.Length > 0)
        {
            body["thinking"] = thinking;
        }

        body["done"] = done;
        return body;
    }

    private static uint IdOf(string token) => token.Aggregate(2166136261U, (hash, letter) => (hash ^ letter) * 16777619U) % Vocabulary;

    private static JsonObject WithCalls(JsonObject body, DateTimeOffset at, IReadOnlyList<ToolCall> calls)
    {
        if (calls.Count > 0)
        {
            body["tool_calls"] = OllamaCalls(at, calls);
        }

        return body;
    }
}
