using System.Globalization;
using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator.Answers;

namespace Sutazai.Testing.OllamaSimulator.Formats;

/// <summary>How an API writes a model's answer: in pieces, in one document, or not at all.</summary>
internal abstract class AnswerFormat(string model)
{
    protected string Model => model;

    public abstract string StreamType { get; }

    public virtual string DocumentType => "application/json; charset=utf-8";

    /// <summary>A frame that is no JSON.</summary>
    public abstract string BrokenFrame { get; }

    /// <summary>The frames for a piece, each complete.</summary>
    public abstract IEnumerable<string> Frames(AnswerPart part);

    public abstract JsonObject Document(WholeAnswer answer);

    public virtual JsonObject Error(int status, string message) => OllamaError(message);

    public static JsonObject OllamaError(string message) => new() { ["error"] = message };

    public static JsonObject OpenAiError(int status, string message) => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = message,
            ["type"] = status switch { 400 => "invalid_request_error", 404 => "not_found_error", _ => "api_error" },
            ["param"] = null,
            ["code"] = null,
        },
    };

    public static string GoTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    public static long Nanoseconds(TimeSpan span) => (long)(span.TotalMicroseconds * 1000);

    protected static string Line(JsonObject json) => json.ToJsonString(SimulatorJson.Wire) + "\n";

    // A deterministic stand-in for eight random letters: call_k3f9a0xq.
    protected static string CallId(DateTimeOffset at, int index)
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";
        var number = (ulong)at.UtcTicks * 31 + (ulong)index;
        return "call_" + string.Create(8, number, (letters, seed) =>
        {
            foreach (ref var letter in letters)
            {
                letter = Letters[(int)(seed % (ulong)Letters.Length)];
                seed /= (ulong)Letters.Length;
            }
        });
    }

    protected static JsonArray OllamaCalls(DateTimeOffset at, IReadOnlyList<ToolCall> calls) => [.. calls.Select(JsonNode (call, index) => new JsonObject
    {
        ["id"] = CallId(at, index),
        ["function"] = new JsonObject
        {
            ["index"] = index,
            ["name"] = call.Name,
            ["arguments"] = call.Garbled is { } garbled ? JsonValue.Create(garbled) : call.Arguments.DeepClone(),
        },
    })];

    // Go leaves out what is zero.
    protected static void AddMetrics(JsonObject json, Metrics metrics)
    {
        AddUnlessZero(json, "total_duration", Nanoseconds(metrics.Total));
        AddUnlessZero(json, "load_duration", Nanoseconds(metrics.Load));
        AddUnlessZero(json, "prompt_eval_count", metrics.PromptTokens);
        AddUnlessZero(json, "prompt_eval_duration", Nanoseconds(metrics.Prefill));
        AddUnlessZero(json, "eval_count", metrics.GeneratedTokens);
        AddUnlessZero(json, "eval_duration", Nanoseconds(metrics.Generation));
    }

    private static void AddUnlessZero(JsonObject json, string name, long value)
    {
        if (value != 0)
        {
            json[name] = value;
        }
    }
}
