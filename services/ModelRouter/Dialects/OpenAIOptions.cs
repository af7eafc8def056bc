using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>What OpenAI's API says of sampling, under Ollama's names.</summary>
internal static class OpenAIOptions
{
    public static JsonElement? Of(OpenAIRequest request)
    {
        JsonObject options = [];
        Add(options, "temperature", request.Temperature, 0, 2);
        Add(options, "top_p", request.TopP, 0, 1);
        Add(options, "top_k", request.TopK, -1, int.MaxValue);
        Add(options, "min_p", request.MinP, 0, 1);
        Add(options, "frequency_penalty", request.FrequencyPenalty, -2, 2);
        Add(options, "presence_penalty", request.PresencePenalty, -2, 2);
        if (request.Seed is { } seed)
        {
            options["seed"] = seed;
        }

        var limit = Limit("max_completion_tokens", (request as OpenAIChatRequest)?.MaxCompletionTokens) ?? Limit("max_tokens", request.MaxTokens);
        if (limit is not null)
        {
            options["num_predict"] = limit;
        }

        if (request.Stop is { } stop)
        {
            options["stop"] = new JsonArray([.. Stops(stop).Select(s => JsonValue.Create(s))]);
        }

        return options.Count == 0 ? null : JsonElement.Parse(options.ToJsonString());
    }

    private static int? Limit(string name, int? limit) => limit is null or > 0 ? limit : throw OllamaRequests.Wrong(name, "greater than zero");

    private static IEnumerable<string> Stops(JsonElement stop) => stop.ValueKind switch
    {
        JsonValueKind.String => [WireBody.Text(stop, "stop")],
        JsonValueKind.Array when stop.EnumerateArray().All(s => s.ValueKind == JsonValueKind.String) => stop.EnumerateArray().Select(s => WireBody.Text(s, "stop")),
        _ => throw OllamaRequests.Wrong("stop", "a text or a list of texts"),
    };

    private static void Add(JsonObject options, string name, double? value, double least, double most)
    {
        if (value is { } given)
        {
            // A number too large for a double, such as 1e999, is read as infinity.
            options[name] = given >= least && given <= most ? given : throw OllamaRequests.Wrong(name, FormattableString.Invariant($"from {least} to {most}"));
        }
    }
}
