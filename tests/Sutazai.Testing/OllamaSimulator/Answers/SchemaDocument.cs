using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator.Answers;

/// <summary>A document that a JSON schema accepts, with a text in its strings.</summary>
internal static class SchemaDocument
{
    private const int Deepest = 8;
    private const int LongestText = 200;

    public static JsonNode? Create(JsonObject schema, string text) => Value(Resolve(schema, schema), schema, text.Trim(), 0);

    /// <summary>Follows references and picks the first alternative that is not null.</summary>
    public static JsonObject Resolve(JsonNode? node, JsonObject root)
    {
        for (var step = 0; step < Deepest && node is JsonObject schema; step++)
        {
            if (schema["$ref"].Text() is { } reference)
            {
                node = Follow(reference, root);
            }
            else if ((schema["anyOf"] ?? schema["oneOf"]) is JsonArray alternatives)
            {
                node = alternatives.FirstOrDefault(alternative => alternative?["type"].Text() != "null") ?? alternatives.FirstOrDefault();
            }
            else if (schema["allOf"] is JsonArray all)
            {
                return Merge(schema, all.Select(part => Resolve(part, root)));
            }
            else
            {
                return schema;
            }
        }

        return node as JsonObject ?? [];
    }

    public static string TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray types => types.Select(SimulatorJson.Text).FirstOrDefault(type => type is not null and not "null") ?? "null",
        { } type => type.Text() ?? "string",
        null when schema.ContainsKey("properties") => "object",
        null when schema.ContainsKey("items") => "array",
        null => "string",
    };

    private static JsonNode? Value(JsonObject schema, JsonObject root, string text, int depth)
    {
        if (schema.TryGetPropertyValue("const", out var constant))
        {
            return constant?.DeepClone();
        }

        if (schema["enum"] is JsonArray { Count: > 0 } choices)
        {
            return (choices.FirstOrDefault(choice => choice.Text() is { } word && text.Contains(word, StringComparison.OrdinalIgnoreCase)) ?? choices[0])?.DeepClone();
        }

        return TypeOf(schema) switch
        {
            "object" => Object(schema, root, text, depth),
            "array" => Array(schema, root, text, depth),
            "integer" => JsonValue.Create((long)Math.Ceiling(Number(schema, 1))),
            "number" => JsonValue.Create(Number(schema, 0.5)),
            "boolean" => JsonValue.Create(true),
            "null" => null,
            _ => JsonValue.Create(String(schema, text)),
        };
    }

    private static JsonObject Object(JsonObject schema, JsonObject root, string text, int depth)
    {
        var required = (schema["required"] as JsonArray ?? []).Select(SimulatorJson.Text).ToHashSet();
        var document = new JsonObject();
        foreach (var (name, property) in schema["properties"] as JsonObject ?? [])
        {
            if (required.Contains(name) || (depth < Deepest && required.Count == 0))
            {
                document[name] = depth > Deepest * 2 ? null : Value(Resolve(property, root), root, text, depth + 1);
            }
        }

        return document;
    }

    private static JsonArray Array(JsonObject schema, JsonObject root, string text, int depth)
    {
        var least = (int)Math.Min(schema["minItems"].Number() ?? 0, 1000);
        var count = depth >= Deepest ? least : Math.Max(least, schema["maxItems"].Number() is 0 ? 0 : 1);
        var items = new JsonArray();
        for (var item = 0; item < count; item++)
        {
            items.Add(Value(Resolve(schema["items"], root), root, text, depth + 1));
        }

        return items;
    }

    private static double Number(JsonObject schema, double step)
    {
        var least = schema["minimum"].Number() ?? (schema["exclusiveMinimum"].Number() is { } above ? above + step : double.NegativeInfinity);
        var most = schema["maximum"].Number() ?? (schema["exclusiveMaximum"].Number() is { } below ? below - step : double.PositiveInfinity);
        var number = Math.Min(Math.Max(1, least), most);
        return schema["multipleOf"].Number() is { } unit and > 0 ? Math.Ceiling(Math.Max(least, Math.Min(number, 0)) / unit) * unit : number;
    }

    private static string String(JsonObject schema, string text)
    {
        var value = schema["format"].Text() switch
        {
            "date-time" => "2026-01-02T03:04:05Z",
            "date" => "2026-01-02",
            "time" => "03:04:05Z",
            "uuid" => "00000000-0000-4000-8000-000000000001",
            "email" => "someone@example.org",
            "uri" => "https://example.org/",
            _ => text.Length > LongestText ? text[..LongestText] : text,
        };
        var least = (int)Math.Min(schema["minLength"].Number() ?? 0, 10_000);
        var most = (int)Math.Min(schema["maxLength"].Number() ?? int.MaxValue, int.MaxValue);
        return value.Length > most ? value[..most] : value.PadRight(least, '.');
    }

    private static JsonNode? Follow(string reference, JsonObject root) =>
        reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate<string, JsonNode?>(root, (node, name) => (node as JsonObject)?[name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]);

    private static JsonObject Merge(JsonObject schema, IEnumerable<JsonObject> parts)
    {
        var merged = new JsonObject();
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var part in parts.Append(schema))
        {
            foreach (var (name, value) in part.Where(member => member.Key is not ("allOf" or "properties" or "required")))
            {
                merged[name] = value?.DeepClone();
            }

            foreach (var (name, value) in part["properties"] as JsonObject ?? [])
            {
                properties[name] = value?.DeepClone();
            }

            foreach (var name in part["required"] as JsonArray ?? [])
            {
                required.Add(name?.DeepClone());
            }
        }

        if (properties.Count > 0)
        {
            merged["properties"] = properties;
        }

        merged["required"] = required;
        return merged;
    }
}
