using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator;

/// <summary>What a client asks of a model, whichever API it came by.</summary>
internal sealed record GenerationRequest(string Model, IReadOnlyList<ChatTurn> Messages)
{
    public IReadOnlyList<OfferedTool> Tools { get; init; } = [];

    public JsonNode? Format { get; init; }

    public JsonObject Options { get; init; } = [];

    public bool Stream { get; init; } = true;

    public TimeSpan? KeepAlive { get; init; }

    public JsonNode? Think { get; init; }

    public bool? Shift { get; init; }

    public bool IncludeUsage { get; init; }

    /// <summary>Whether it asks for fill-in-the-middle.</summary>
    public bool Inserts { get; init; }

    public string LastUser => Messages.LastOrDefault(message => message.Role == "user")?.Content ?? "";

    public IEnumerable<ChatTurn> SinceLastUser => Messages.Reverse().TakeWhile(message => message.Role != "user").Reverse();

    public IEnumerable<ChatTurn> ToolResults => SinceLastUser.Where(message => message.Role == "tool");

    public bool WantsThinking => Think is null || Think.Flag() == true || Think.Text() is not null;

    public int? TokenLimit => Options["num_predict"].Number() is { } limit and >= 0 ? (int)Math.Min(limit, int.MaxValue) : null;

    public IReadOnlyList<string> Stops => Options["stop"] switch
    {
        JsonArray stops => [.. stops.Select(SimulatorJson.Text).OfType<string>().Where(stop => stop.Length > 0)],
        { } one when one.Text() is { Length: > 0 } stop => [stop],
        _ => [],
    };

    /// <summary>All that the model has to read, in the order that lets a longer conversation begin as the shorter one did.</summary>
    public string Prompt
    {
        get
        {
            var prompt = new StringBuilder();
            foreach (var tool in Tools)
            {
                prompt.Append(tool.Definition.ToJsonString(SimulatorJson.Wire)).Append('\n');
            }

            foreach (var message in Messages)
            {
                prompt.Append(CultureInfo.InvariantCulture, $"<{message.Role}>{message.Content}");
                foreach (var call in message.Calls)
                {
                    prompt.Append(CultureInfo.InvariantCulture, $"{call.Name}({call.ArgumentsText})");
                }

                prompt.Append('\n');
            }

            return prompt.ToString();
        }
    }
}

internal sealed record ChatTurn(string Role, string Content)
{
    public IReadOnlyList<ToolCall> Calls { get; init; } = [];

    public string? ToolName { get; init; }
}

internal sealed record OfferedTool(string Name, JsonObject Parameters, JsonObject Definition);
