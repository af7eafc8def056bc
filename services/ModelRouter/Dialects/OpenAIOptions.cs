using System.Text.Json;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>What OpenAI's API says of sampling, under Ollama's names.</summary>
internal static class OpenAIOptions
{
    private static readonly OllamaOptions s_none = new();

    public static JsonElement? Of(OpenAIRequest request)
    {
        var options = new OllamaOptions
        {
            Temperature = Within("temperature", request.Temperature, 0, 2),
            TopP = Within("top_p", request.TopP, 0, 1),
            TopK = Within("top_k", request.TopK, -1, int.MaxValue),
            MinP = Within("min_p", request.MinP, 0, 1),
            FrequencyPenalty = Within("frequency_penalty", request.FrequencyPenalty, -2, 2),
            PresencePenalty = Within("presence_penalty", request.PresencePenalty, -2, 2),
            Seed = request.Seed,
            NumPredict = Limit("max_completion_tokens", (request as OpenAIChatRequest)?.MaxCompletionTokens) ?? Limit("max_tokens", request.MaxTokens),
            Stop = request.Stop is { } stop ? [.. Stops(stop)] : null,
        };
        return options == s_none ? null : JsonSerializer.SerializeToElement(options, OllamaJson.Wire.OllamaOptions);
    }

    private static int? Limit(string name, int? limit) => limit is null or > 0 ? limit : throw OllamaRequests.Wrong(name, "greater than zero");

    private static IEnumerable<string> Stops(JsonElement stop) => stop.ValueKind switch
    {
        JsonValueKind.String => [stop.GetString()!],
        JsonValueKind.Array when stop.EnumerateArray().All(s => s.ValueKind == JsonValueKind.String) => stop.EnumerateArray().Select(s => s.GetString()!),
        _ => throw OllamaRequests.Wrong("stop", "a text or a list of texts"),
    };

    // A number too large for a double, such as 1e999, is read as infinity.
    private static double? Within(string name, double? value, double least, double most) =>
        value is null || (value >= least && value <= most) ? value : throw OllamaRequests.Wrong(name, FormattableString.Invariant($"from {least} to {most}"));
}
