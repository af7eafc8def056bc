using System.Text.Json;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>What the platform tells others of an agent, derived from its definition and its tools.</summary>
public static class AgentCards
{
    /// <summary>What every agent has: the model that explains, events and mailbox. All work without.</summary>
    private static readonly string[] s_common = ["ollama?", "rabbitmq?", "redis?"];

    public static AgentCard Of(AgentGroup group, AgentEntry entry) => new(
        entry.Definition.Name,
        group.Name,
        entry.Definition.Purpose,
        Word(entry.Definition.Class),
        Word(entry.Definition.Size),
        Word(entry.Definition.Model),
        [.. entry.Tools.Select(Of)],
        [.. s_common.Concat(entry.Definition.Dependencies).Distinct().Order(StringComparer.Ordinal)],
        [.. entry.Definition.Examples.Select(e => e.Ask)],
        entry.Definition.Version,
        AgentHealth.Healthy);

    private static ToolCard Of(AgentTool tool) => new(
        tool.Name,
        tool.Description,
        tool.Schema,
        [.. tool.Examples.Where(e => !e.Fails).Select(e => new ToolCardExample(JsonElement.Parse(e.Arguments), JsonElement.Parse(e.Result)))]);

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
