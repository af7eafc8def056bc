using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator.Answers;

/// <summary>What a model says when no script tells it: it calls a tool once if it can, and reports what the tool returned.</summary>
internal static class TurnWriter
{
    private const int LongestQuote = 400;

    public static Turn Write(GenerationRequest request, bool thinks)
    {
        var turn = request.Format is { } format && format.Text() != "" ? Structured(request, format) : Call(request) ?? Turn.Say(Report(request));
        return thinks ? turn with { Thinking = $"The user asks: {Brief(request.LastUser, 80)}" } : turn;
    }

    /// <summary>A call of a tool, the named one first, else the first whose required parameters the user's message fills.</summary>
    public static Turn? AnyCall(GenerationRequest request)
    {
        var evidence = new Evidence(request.LastUser);
        foreach (var tool in request.Tools.OrderByDescending(tool => request.LastUser.Contains(tool.Name, StringComparison.OrdinalIgnoreCase)))
        {
            if (evidence.Fill(tool.Parameters) is { } arguments)
            {
                return new Turn { Calls = [new ToolCall(tool.Name, arguments)] };
            }
        }

        return null;
    }

    private static Turn? Call(GenerationRequest request) => request.ToolResults.Any() ? null : AnyCall(request);

    private static Turn Structured(GenerationRequest request, JsonNode format)
    {
        var source = request.ToolResults.LastOrDefault()?.Content ?? request.LastUser;
        var document = format is JsonObject schema ? SchemaDocument.Create(schema, source) : new JsonObject { ["answer"] = Brief(source, LongestQuote) };
        return Turn.Say(document?.ToJsonString(SimulatorJson.Wire) ?? "null");
    }

    private static string Report(GenerationRequest request)
    {
        if (request.ToolResults.LastOrDefault() is { } result)
        {
            var name = result.ToolName ?? request.SinceLastUser.LastOrDefault(message => message.Calls.Count > 0)?.Calls[^1].Name ?? "tool";
            return $"The tool {name} returned: {Brief(result.Content, LongestQuote)}";
        }

        return request.LastUser.Length == 0 ? "There is nothing to answer." : $"You asked: {Brief(request.LastUser, LongestQuote)}";
    }

    private static string Brief(string text, int longest)
    {
        var trimmed = text.Trim();
        if (trimmed.Length <= longest)
        {
            return trimmed;
        }

        var end = char.IsHighSurrogate(trimmed[longest - 1]) ? longest - 1 : longest;
        return trimmed[..end] + "…";
    }
}
