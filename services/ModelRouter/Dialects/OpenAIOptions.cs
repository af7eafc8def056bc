using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>What OpenAI's API says of sampling, under Ollama's names.</summary>
internal static class OpenAIOptions
{
    public static JsonElement? Of(OpenAIChatRequest request)
    {
        JsonObject options = [];
        AddSampling(options, request.Temperature, request.TopP);
        Add(options, "top_k", request.TopK, -1, int.MaxValue);
        Add(options, "min_p", request.MinP, 0, 1);
        AddPenalties(options, request.FrequencyPenalty, request.PresencePenalty);
        AddEnd(options, request.Seed, Limit("max_completion_tokens", request.MaxCompletionTokens) ?? Limit("max_tokens", request.MaxTokens), request.Stop);
        return Element(options);
    }

    public static JsonElement? Of(OpenAITextRequest request)
    {
        JsonObject options = [];
        AddSampling(options, request.Temperature, request.TopP);
        AddPenalties(options, request.FrequencyPenalty, request.PresencePenalty);
        AddEnd(options, request.Seed, Limit("max_tokens", request.MaxTokens), request.Stop);
        return Element(options);
    }

    private static void AddSampling(JsonObject options, double? temperature, double? topP)
    {
        Add(options, "temperature", temperature, 0, 2);
        Add(options, "top_p", topP, 0, 1);
    }

    private static void AddPenalties(JsonObject options, double? frequency, double? presence)
    {
        Add(options, "frequency_penalty", frequency, -2, 2);
        Add(options, "presence_penalty", presence, -2, 2);
    }

    private static void AddEnd(JsonObject options, long? seed, int? limit, JsonElement? stop)
    {
        if (seed is { } given)
        {
            options["seed"] = given;
        }

        if (limit is { } most)
        {
            options["num_predict"] = most;
        }

        if (stop is { } ends)
        {
            options["stop"] = new JsonArray([.. Stops(ends).Select(s => JsonValue.Create(s))]);
        }
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

    private static JsonElement? Element(JsonObject options) => options.Count == 0 ? null : JsonElement.Parse(options.ToJsonString());
}
