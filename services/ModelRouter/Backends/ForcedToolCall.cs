using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Backends;

/// <summary>
/// A tool call that the caller demands of a backend that cannot demand one of its model: the answer is bound to a schema that only a call
/// fits, <c>{"name":"weather","arguments":{…}}</c>, and read back as one.
/// </summary>
internal static class ForcedToolCall
{
    /// <summary>Whether the model may not answer as it likes.</summary>
    public static bool IsDemanded(ChatCall call) =>
        call.Tools is { Count: > 0 } && call.ToolChoice is { } choice && (choice.ValueKind == JsonValueKind.Object || (choice.ValueKind == JsonValueKind.String && choice.ValueEquals("required")));

    /// <summary>The schema of the demanded call.</summary>
    public static JsonElement Schema(ChatCall call) => Schema([.. call.Tools!.Where(t => call.ChosenTool is not { } chosen || t.Name == chosen)]);

    /// <summary>The answer with its text, held back until it is whole, as a tool call; thinking passes as it comes.</summary>
    public static async IAsyncEnumerable<ChatChunk> ReadAsync(IAsyncEnumerable<ChatChunk> chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var called = false;
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
        {
            text.Append(chunk.Content);
            // A model's template may have Ollama read the call before the router does.
            called |= chunk.ToolCalls is { Count: > 0 };
            if (chunk.Finish is not null)
            {
                var call = called ? null : Read(text.ToString());
                yield return called ? chunk with { Content = "" }
                    : call is not null ? chunk with { Content = "", ToolCalls = [call] }
                    // Cut off by the limit of tokens, say; the caller sees what there is.
                    : chunk with { Content = text.ToString() };
            }
            else if (chunk.ToolCalls is not null || !string.IsNullOrEmpty(chunk.Thinking))
            {
                yield return chunk with { Content = "", Logprobs = null };
            }
        }
    }

    private static JsonElement Schema(IReadOnlyList<ToolSpec> tools)
    {
        var schema = tools is [var one]
            ? Call(one, "#")
            : new JsonObject { ["anyOf"] = new JsonArray([.. tools.Select((tool, i) => Call(tool, $"#/anyOf/{i}"))]) };
        return JsonElement.Parse(schema.ToJsonString());
    }

    private static JsonObject Call(ToolSpec tool, string place)
    {
        var arguments = tool.Parameters is { } parameters ? JsonNodes.Of(parameters) : new JsonObject { ["type"] = "object" };
        arguments.Remove("$schema");
        Move(arguments, place + "/properties/arguments");
        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["name"] = new JsonObject { ["const"] = tool.Name }, ["arguments"] = arguments },
            ["required"] = new JsonArray("name", "arguments"),
            ["additionalProperties"] = false,
        };
    }

    /// <summary>References from a schema's root lead to its new place.</summary>
    private static void Move(JsonNode? node, string place)
    {
        switch (node)
        {
            case JsonObject schema:
                if (schema["$ref"] is JsonValue value && value.TryGetValue<string>(out var reference) && reference is "#" or ['#', '/', ..])
                {
                    schema["$ref"] = place + reference[1..];
                }

                foreach (var (_, member) in schema)
                {
                    Move(member, place);
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    Move(item, place);
                }

                break;
        }
    }

    private static ToolCall? Read(string text)
    {
        try
        {
            var call = JsonElement.Parse(text);
            return call.ValueKind == JsonValueKind.Object && JsonText.IsUnicode(call)
                && call.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
                && call.TryGetProperty("arguments", out var arguments) && arguments.ValueKind == JsonValueKind.Object
                    ? new ToolCall(OllamaToolCalls.NewId(), name.GetString()!, arguments.GetRawText())
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
