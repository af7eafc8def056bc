using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sutazai.Testing.OllamaSimulator.Answers;

/// <summary>What a user's message offers for a tool's parameters: JSON in it, ids of artifacts (<c>art_…</c>), numbers, and its text.</summary>
internal sealed partial class Evidence
{
    private const int DeepestObject = 6;

    private readonly string _text;
    private readonly JsonObject? _json;
    private readonly JsonArray? _list;
    private readonly string[] _artifacts;
    private readonly double[] _numbers;

    public Evidence(string message)
    {
        _text = Fence().Match(message) is { Success: true } fence ? fence.Groups["code"].Value : message;
        _json = FirstJson(message, '{', '}') as JsonObject;
        _list = FirstJson(message, '[', ']') as JsonArray;
        _artifacts = [.. ArtifactId().Matches(message).Select(match => match.Value)];
        _numbers = [.. Number().Matches(ArtifactId().Replace(message, "")).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))];
    }

    /// <summary>Arguments for a tool, or null if the message leaves a required parameter open.</summary>
    public JsonObject? Fill(JsonObject schema) => Object(schema, schema, new Supply(_artifacts, _numbers), _json, 0);

    private JsonObject? Object(JsonObject schema, JsonObject root, Supply supply, JsonObject? given, int depth)
    {
        var arguments = new JsonObject();
        var required = (schema["required"] as JsonArray ?? []).Select(SimulatorJson.Text).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (name, node) in schema["properties"] as JsonObject ?? [])
        {
            var property = SchemaDocument.Resolve(node, root);
            if (Member(given, name) is { } value)
            {
                arguments[name] = value.DeepClone();
            }
            else if (required.Contains(name))
            {
                if (Value(property, root, supply, depth) is not { } filled)
                {
                    return null;
                }

                arguments[name] = filled;
            }
        }

        return arguments;
    }

    private JsonNode? Value(JsonObject schema, JsonObject root, Supply supply, int depth)
    {
        if (schema["enum"] is JsonArray choices)
        {
            return (choices.FirstOrDefault(choice => choice.Text() is { } text && _text.Contains(text, StringComparison.OrdinalIgnoreCase)) ?? choices.FirstOrDefault())?.DeepClone();
        }

        if (schema["default"] is { } standard && SchemaDocument.TypeOf(schema) != "string")
        {
            return standard.DeepClone();
        }

        return SchemaDocument.TypeOf(schema) switch
        {
            "string" => supply.NextArtifact() ?? (_text.Length > 0 ? JsonValue.Create(_text) : null),
            "integer" => supply.NextNumber() is { } number ? JsonValue.Create((long)Math.Clamp(number, long.MinValue / 2, long.MaxValue / 2)) : null,
            "number" => supply.NextNumber() is { } number ? JsonValue.Create(number) : null,
            "boolean" => JsonValue.Create(false),
            "array" when _list is not null => _list.DeepClone(),
            "array" when Value(SchemaDocument.Resolve(schema["items"], root), root, supply, depth + 1) is { } item => new JsonArray(item),
            "object" when depth < DeepestObject => Object(schema, root, supply, depth == 0 ? _json : null, depth + 1),
            _ => null,
        };
    }

    private static JsonNode? Member(JsonObject? given, string name) =>
        given?.FirstOrDefault(member => member.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static JsonNode? FirstJson(string text, char opening, char closing)
    {
        var start = text.IndexOf(opening);
        var reader = start < 0 ? default : new Utf8JsonReader(Encoding.UTF8.GetBytes(text[start..]));
        try
        {
            return start >= 0 && text.IndexOf(closing, start) > start ? JsonNode.Parse(ref reader) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // ```sql
    // SELECT 1
    // ```
    [GeneratedRegex("```[a-z]*\n(?<code>.*?)\n?```", RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\bart_[A-Za-z0-9_-]+", RegexOptions.NonBacktracking)]
    private static partial Regex ArtifactId();

    [GeneratedRegex(@"-?\b[0-9]+(\.[0-9]+)?\b", RegexOptions.NonBacktracking)]
    private static partial Regex Number();

    private sealed class Supply(string[] artifacts, double[] numbers)
    {
        private int _artifacts;
        private int _numbers;

        public JsonValue? NextArtifact() => _artifacts < artifacts.Length ? JsonValue.Create(artifacts[_artifacts++]) : null;

        public double? NextNumber() => _numbers < numbers.Length ? numbers[_numbers++] : null;
    }
}
