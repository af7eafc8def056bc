using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator.Answers;

/// <summary>A model's turn gone wrong in what it says, rather than in how it is sent.</summary>
internal static class FaultyTurn
{
    private const string Words = "blue seven under the quickly idea of window green to sleep furious seventeen and below of the the spoon";

    public static Turn Of(FaultKind kind, Turn turn, GenerationRequest request) => kind switch
    {
        FaultKind.Nonsense => turn with { Text = Words, Calls = [] },
        FaultKind.MalformedArguments when Call(turn, request) is { } call => Calling(turn, call with { Arguments = Mismatched(call, request) }),
        FaultKind.InvalidArguments when Call(turn, request) is { } call => Calling(turn, call with { Garbled = Cut(call) }),
        FaultKind.UnknownTool when Call(turn, request) is { } call => Calling(turn, call with { Name = call.Name + "_v2" }),
        FaultKind.ToolCallAsText when Call(turn, request) is { } call => turn with { Text = Written(call), Calls = [] },
        FaultKind.EndlessLoop when (Again(request) ?? Call(turn, request)) is { } call => Calling(turn, call),
        _ => turn,
    };

    private static Turn Calling(Turn turn, ToolCall call) => turn with { Text = null, Calls = [call] };

    // After a tool's answer a model answers in words; a fault in a tool call then has nothing to spoil.
    private static ToolCall? Call(Turn turn, GenerationRequest request) =>
        turn.Calls.Count > 0 ? turn.Calls[0] : request.ToolResults.Any() ? null : TurnWriter.AnyCall(request)?.Calls[0];

    private static ToolCall? Again(GenerationRequest request) =>
        request.SinceLastUser.LastOrDefault(message => message.Calls.Count > 0)?.Calls[^1];

    private static JsonObject Mismatched(ToolCall call, GenerationRequest request)
    {
        var tool = request.Tools.FirstOrDefault(tool => tool.Name == call.Name);
        var wrong = new JsonObject { ["unexpected_argument"] = new JsonObject { ["value"] = true } };
        foreach (var (name, schema) in tool?.Parameters["properties"] as JsonObject ?? [])
        {
            wrong[name] = SchemaDocument.TypeOf(SchemaDocument.Resolve(schema, tool!.Parameters)) == "object" ? JsonValue.Create("not an object") : new JsonObject { ["nested"] = 1 };
            break;
        }

        return wrong;
    }

    private static string Cut(ToolCall call)
    {
        var text = call.ArgumentsText;
        return text.Length > 2 ? text[..(text.Length / 2)] : "{\"";
    }

    private static string Written(ToolCall call) =>
        new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments.DeepClone() }.ToJsonString(SimulatorJson.Wire);
}
