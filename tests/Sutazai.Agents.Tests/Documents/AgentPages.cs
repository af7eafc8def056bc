using System.Text;
using System.Text.Json;
using Sutazai.Host;

namespace Sutazai.Agents.Tests.Documents;

/// <summary>The pages in <c>docs/agents</c>, as functions of the code.</summary>
internal static class AgentPages
{
    private const int LongestCell = 200;
    private const int LongestExample = 1200;
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    public static string Index()
    {
        var text = new StringBuilder();
        var agents = Modules.AgentGroups.SelectMany(g => g.Agents).ToList();
        Line(text, "# Agents");
        Line(text, $"{agents.Count} agents in {Modules.AgentGroups.Count} groups, with {agents.Sum(a => a.Tools.Count)} tools. This page and those of the groups are written by the tests from the code.");
        foreach (var group in Modules.AgentGroups.OrderBy(g => g.Name, StringComparer.Ordinal))
        {
            Line(text, $"## [{group.Name}]({group.Name}.md)");
            Line(text, group.Purpose);
            Table(text, ["agent", "what it does", "tools"], group.Agents.Select(agent => new[]
            {
                $"[{agent.Definition.Name}]({group.Name}.md#{agent.Definition.Name})",
                agent.Definition.Purpose,
                string.Join(", ", agent.Tools.Select(t => $"`{t.Name}`")),
            }));
        }

        return Finish(text);
    }

    public static string Group(AgentGroup group)
    {
        var text = new StringBuilder();
        Line(text, $"# {group.Name}");
        Line(text, group.Purpose);
        Line(text, string.Join("\n", group.Agents.Select(a => $"- [{a.Definition.Name}](#{a.Definition.Name}): {a.Definition.Purpose}")));
        foreach (var agent in group.Agents)
        {
            AddAgent(text, AgentCards.Of(group, agent).Dependencies, agent);
        }

        return Finish(text);
    }

    private static void AddAgent(StringBuilder text, IReadOnlyList<string> dependencies, AgentEntry agent)
    {
        var definition = agent.Definition;
        Line(text, $"## {definition.Name}");
        Line(text, definition.Purpose);
        Table(text, ["class", "size", "model", "dependencies"],
        [
            [Class(definition.Class), Size(definition.Size), ModelAccess.Alias(definition.Model), string.Join(", ", dependencies.Select(Dependency))],
        ]);
        Line(text, "Ask it, for instance:");
        Line(text, string.Join("\n", definition.Examples.Select(Example)));
        foreach (var tool in agent.Tools)
        {
            AddTool(text, tool);
        }
    }

    private static void AddTool(StringBuilder text, AgentTool tool)
    {
        Line(text, $"### `{tool.Name}`");
        Line(text, tool.Description);
        var properties = tool.Schema.GetProperty("properties");
        Table(text, ["parameter", "type", "what"], tool.Parameters.Select(parameter => new[]
        {
            $"`{parameter.Name}`" + (parameter.Required ? "" : ", optional"),
            parameter.IsArtifact ? "file or text" : parameter.IsArtifactList ? "list of files or texts" : TypeOf(properties.GetProperty(parameter.Name)),
            What(parameter, properties.GetProperty(parameter.Name)),
        }));
        foreach (var example in tool.Examples.Where(e => e.Arguments.Length + e.Result.Length <= LongestExample && !e.Arguments.Contains("\\u00", StringComparison.Ordinal)).Take(2))
        {
            Line(text, "```json\n" + Pretty(example.Arguments) + "\n```");
            Line(text, example.Fails ? $"is refused: *…{example.Result}…*" : example.Partial ? "gives, among other things," : "gives");
            if (!example.Fails)
            {
                Line(text, "```json\n" + Pretty(example.Result) + "\n```");
            }
        }
    }

    private static string What(ToolParameter parameter, JsonElement schema)
    {
        var said = schema.GetProperty("description").GetString()!.Replace(" An artifact id, or the content itself.", "", StringComparison.Ordinal);
        return schema.TryGetProperty("default", out var value) && value.ValueKind != JsonValueKind.Null && !parameter.Required ? $"{said} Without it: `{value.GetRawText()}`." : said;
    }

    private static string TypeOf(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out var values))
        {
            return string.Join(", ", values.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => $"`{v.GetString()}`"));
        }

        var kind = !schema.TryGetProperty("type", out var type) ? "any"
            : type.ValueKind == JsonValueKind.String ? type.GetString()!
            : string.Join(" or ", type.EnumerateArray().Select(t => t.GetString()).Where(t => t != "null"));
        return kind switch
        {
            "array" when schema.TryGetProperty("items", out var items) => $"list of {TypeOf(items)}",
            "object" when schema.TryGetProperty("properties", out var members) => $"object with {string.Join(", ", members.EnumerateObject().Select(m => $"`{m.Name}`"))}",
            _ => kind,
        };
    }

    private static string Example(AgentExample example)
    {
        var files = example.Files is [] ? "" : $" (with {string.Join(", ", example.Files.Select(f => $"`{f[1..]}`"))})";
        return $"- {Cell(example.Ask)}{files} → {string.Join(", ", example.Calls.Select(c => $"`{c}`"))}";
    }

    private static string Class(AgentClass value) => value switch
    {
        AgentClass.Pure => "pure: input to output, nothing else",
        AgentClass.Read => "reads a store or a workspace",
        AgentClass.Write => "writes, with an approval",
        AgentClass.Network => "uses the network, off by default",
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "No such class."),
    };

    private static string Size(AgentSize value) => value == AgentSize.Heavy ? "heavy: 1 core, 1 GiB" : "default: 0.5 core, 512 MiB";

    private static string Dependency(string name) => name.EndsWith('?') ? $"{name[..^1]} (optional)" : name;

    private static string Pretty(string json) => JsonSerializer.Serialize(JsonElement.Parse(json), s_json);

    private static void Table(StringBuilder text, IReadOnlyList<string> heads, IEnumerable<string[]> rows)
    {
        var cells = rows.ToList();
        if (cells.Count > 0)
        {
            Line(text, string.Join("\n", [Row(heads), Row(heads.Select(_ => "---")), .. cells.Select(Row)]));
        }

        static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Select(c => c.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal)))} |";
    }

    private static string Cell(string text)
    {
        var line = text.ReplaceLineEndings(" ⏎ ");
        return line.Length <= LongestCell ? line : line[..LongestCell] + "…";
    }

    private static void Line(StringBuilder text, string paragraph) => text.Append(paragraph).Append("\n\n");

    private static string Finish(StringBuilder text) => text.ToString().TrimEnd() + "\n";
}
