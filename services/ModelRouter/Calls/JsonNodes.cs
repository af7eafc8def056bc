using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.ModelRouter.Calls;

/// <summary>Makes nodes of JSON in which a name may come twice: the last one counts, as it does to Go, Python and llama-server.</summary>
internal static class JsonNodes
{
    public static JsonObject Of(JsonElement members)
    {
        JsonObject made = [];
        foreach (var member in members.EnumerateObject())
        {
            made[member.Name] = Node(member.Value);
        }

        return made;
    }

    private static JsonNode? Node(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Of(json),
        JsonValueKind.Array => new JsonArray([.. json.EnumerateArray().Select(Node)]),
        _ => JsonValue.Create(json),
    };
}
