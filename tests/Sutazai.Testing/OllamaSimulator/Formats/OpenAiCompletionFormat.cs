using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator.Answers;

namespace Sutazai.Testing.OllamaSimulator.Formats;

/// <summary><c>/v1/completions</c> as Ollama writes it: the reason to stop comes with the last, empty text.</summary>
internal sealed class OpenAiCompletionFormat(string model, int number, bool includeUsage) : AnswerFormat(model)
{
    private readonly string _id = $"cmpl-{number % 999}";

    public override string StreamType => "text/event-stream";

    public override string DocumentType => "application/json";

    public override string BrokenFrame => $"data: {{\"id\":\"{_id}\",\"obj\n\n";

    public override JsonObject Error(int status, string message) => OpenAiError(status, message);

    public override IEnumerable<string> Frames(AnswerPart part)
    {
        switch (part)
        {
            case TextPart text:
                yield return Chunk(text.At, Model, text.Content, null);
                break;
            case ErrorPart error:
                yield return Chunk(error.At, "", "", null);
                break;
            case LastPart last:
                yield return Chunk(last.At, Model, "", last.Reason);
                if (includeUsage)
                {
                    var usage = Body(last.At, Model, []);
                    usage["usage"] = OpenAiChatFormat.Usage(last.Metrics);
                    yield return OpenAiChatFormat.Event(usage);
                }

                yield return "data: [DONE]\n\n";
                break;
        }
    }

    public override JsonObject Document(WholeAnswer answer)
    {
        var document = Body(answer.At, Model, [Choice(answer.Content, answer.Reason)]);
        document["usage"] = OpenAiChatFormat.Usage(answer.Metrics);
        return document;
    }

    private string Chunk(DateTimeOffset at, string model, string text, string? reason)
    {
        var chunk = Body(at, model, [Choice(text, reason)]);
        if (includeUsage)
        {
            chunk["usage"] = OpenAiChatFormat.Usage(Metrics.None);
        }

        return OpenAiChatFormat.Event(chunk);
    }

    private JsonObject Body(DateTimeOffset at, string model, JsonArray choices) => new()
    {
        ["id"] = _id,
        ["object"] = "text_completion",
        ["created"] = at.ToUnixTimeSeconds(),
        ["model"] = model,
        ["system_fingerprint"] = "fp_ollama",
        ["choices"] = choices,
    };

    private static JsonObject Choice(string text, string? reason) => new() { ["text"] = text, ["index"] = 0, ["finish_reason"] = reason };
}
