using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator.Api;

/// <summary>Reads request bodies with the complaints of Go's encoding/json.</summary>
internal static class GoJson
{
    public static JsonObject Object(string body, string structName, string whenEmpty = "missing request body")
    {
        if (string.IsNullOrWhiteSpace(body))
        {
            throw ApiException.BadRequest(whenEmpty);
        }

        try
        {
            // Trailing text is ignored, as Go's decoder does.
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(body), new JsonReaderOptions { MaxDepth = 512 });
            using var document = JsonDocument.ParseValue(ref reader);
            var node = Node(document.RootElement);
            return node as JsonObject ?? throw ApiException.BadRequest($"json: cannot unmarshal {Kind(node)} into Go value of type api.{structName}");
        }
        catch (JsonException exception)
        {
            throw ApiException.BadRequest(Complaint(body, exception));
        }
        catch (InvalidOperationException)
        {
            throw ApiException.BadRequest("invalid surrogate in string literal");
        }
    }

    public static string String(JsonObject json, string name, string structName) => json[name] switch
    {
        null => "",
        { } node => node.Text() ?? throw Mismatch(node, $"{structName}.{name}", "string"),
    };

    public static bool? Boolean(JsonObject json, string name, string structName) => json[name] switch
    {
        null => null,
        { } node => node.Flag() ?? throw Mismatch(node, $"{structName}.{name}", "bool"),
    };

    public static double? Number(JsonObject json, string name, string structName) => json[name] switch
    {
        null => null,
        { } node => node.Number() ?? throw Mismatch(node, $"{structName}.{name}", "int"),
    };

    public static JsonObject Members(JsonObject json, string name, string structName) => json[name] switch
    {
        null => [],
        JsonObject members => members,
        var node => throw Mismatch(node, $"{structName}.{name}", "map[string]interface {}"),
    };

    public static IEnumerable<JsonObject> Objects(JsonObject json, string name, string structName, string type) => json[name] switch
    {
        null => [],
        JsonArray items => items.Select(item => item as JsonObject ?? throw Mismatch(item, $"{structName}.{name}", type)),
        var node => throw Mismatch(node, $"{structName}.{name}", "[]" + type),
    };

    private static ApiException Mismatch(JsonNode? node, string field, string type) =>
        ApiException.BadRequest($"json: cannot unmarshal {Kind(node)} into Go struct field {field} of type {type}");

    // Of members with the same name the last counts, whereas JsonNode would refuse them.
    private static JsonNode? Node(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    members[member.Name] = Node(member.Value);
                }

                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Node)]);
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    private static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };

    private static string Complaint(string body, JsonException exception)
    {
        var line = body.Split('\n').ElementAtOrDefault((int)(exception.LineNumber ?? 0)) ?? "";
        var bytes = Encoding.UTF8.GetBytes(line);
        var at = (int)Math.Min(exception.BytePositionInLine ?? 0, bytes.Length);
        return at >= bytes.Length ? "unexpected EOF" : $"invalid character '{Encoding.UTF8.GetString(bytes, at, bytes.Length - at)[0]}' looking for beginning of value";
    }
}
