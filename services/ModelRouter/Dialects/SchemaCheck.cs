using System.Text.Json;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Finds what no JSON schema may have, before a backend makes a server error of it.</summary>
internal static class SchemaCheck
{
    private static readonly string[] s_types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    /// <returns>The schema.</returns>
    /// <exception cref="Calls.ModelException">It is none; the message names the place.</exception>
    public static JsonElement Checked(JsonElement schema, string name)
    {
        Check(schema, new Place(null, name));
        return schema;
    }

    private static void Check(JsonElement schema, Place at)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw OllamaRequests.Wrong(at.ToString(), "a JSON schema");
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            var place = new Place(at, "." + Problems.Shown(keyword.Name));
            var value = keyword.Value;
            switch (keyword.Name)
            {
                case "type" when !(IsType(value) || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(IsType))):
                    throw OllamaRequests.Wrong(place.ToString(), $"one of {string.Join(", ", s_types)}, or a list of them");
                case "required" when !(value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(p => p.ValueKind == JsonValueKind.String)):
                    throw OllamaRequests.Wrong(place.ToString(), "a list of names");
                case "enum" when !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0):
                    throw OllamaRequests.Wrong(place.ToString(), "a list of values");
                case "$ref" when value.ValueKind != JsonValueKind.String:
                    throw OllamaRequests.Wrong(place.ToString(), "a text");
                case "properties" or "$defs" or "definitions":
                    CheckMembers(value, place);
                    break;
                case "anyOf" or "oneOf" or "allOf" or "prefixItems":
                    CheckList(value, place);
                    break;
                case "items" or "additionalProperties" or "not":
                    Check(value, place);
                    break;
            }
        }
    }

    private static void CheckMembers(JsonElement members, Place at)
    {
        if (members.ValueKind != JsonValueKind.Object)
        {
            throw OllamaRequests.Wrong(at.ToString(), "an object of JSON schemas");
        }

        foreach (var member in members.EnumerateObject())
        {
            Check(member.Value, new Place(at, "." + Problems.Shown(member.Name)));
        }
    }

    private static void CheckList(JsonElement list, Place at)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw OllamaRequests.Wrong(at.ToString(), "a list of JSON schemas");
        }

        var index = 0;
        foreach (var schema in list.EnumerateArray())
        {
            Check(schema, new Place(at, $"[{index++}]"));
        }
    }

    private static bool IsType(JsonElement type) => type.ValueKind == JsonValueKind.String && s_types.Any(t => type.ValueEquals(t));

    /// <summary>Written out only for an error: names may be long, and schemas deep.</summary>
    private sealed record Place(Place? Outer, string Name)
    {
        public override string ToString() => Outer + Name;
    }
}
