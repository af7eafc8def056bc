using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sutazai.Agents;

/// <summary>A tool and the arguments that the input fills it with.</summary>
public sealed record PlannedCall(AgentTool Tool, JsonElement Arguments);

/// <summary>
/// Chooses a tool without a model: the one whose parameters the input fills, by JSON member names, attached files and plain text, and
/// whose name, description and example questions are nearest to the question.
/// </summary>
public static partial class Planner
{
    private const int PerMember = 100;
    private const int PerFile = 60;
    private const int PerText = 20;
    private const int PerWord = 3;
    private const int PerExample = 50;
    private const int LongestQuestion = 300;

    /// <returns>The call, or null where the input fits no tool.</returns>
    /// <param name="examples">The agent's own: a question like one of them wants the tool that the example calls.</param>
    public static PlannedCall? Plan(IReadOnlyList<AgentTool> tools, IReadOnlyList<AgentExample> examples, Question question)
    {
        var input = Input.Of(question);
        return tools.Where(tool => question.Tool is null || tool.Name == question.Tool)
            .Select((tool, order) => (Call: Fill(tool, examples, input), order))
            .Where(candidate => candidate.Call is not null)
            .OrderByDescending(candidate => candidate.Call!.Value.Score).ThenBy(candidate => candidate.order)
            .Select(candidate => new PlannedCall(candidate.Call!.Value.Tool, JsonSerializer.SerializeToElement(candidate.Call.Value.Arguments)))
            .FirstOrDefault();
    }

    /// <summary>What the agent needs, for an input that fits no tool: each tool with the parameters it cannot do without.</summary>
    public static string Missing(IReadOnlyList<AgentTool> tools) => string.Join('\n', tools.Select(tool =>
        $"- `{tool.Name}` needs {string.Join(", ", tool.Parameters.Where(p => p.Required).Select(p => $"`{p.Name}`"))}: {tool.Description}\n\n  ```json\n  {tool.Schema.GetRawText()}\n  ```"));

    private static (AgentTool Tool, JsonObject Arguments, int Score)? Fill(AgentTool tool, IReadOnlyList<AgentExample> examples, Input input)
    {
        JsonObject arguments = [];
        var score = 0;
        var text = input.Text;
        if (input.Json is { } members && members.All(m => tool.Parameters.Any(p => Named(p, m.Key))))
        {
            foreach (var (name, value) in members)
            {
                arguments[tool.Parameters.First(p => Named(p, name)).Name] = value?.DeepClone();
                score += PerMember;
            }

            text = "";
        }

        score += AddFiles(tool, input.Files, arguments);
        score += AddText(tool, text, input, arguments);
        return tool.Parameters.All(p => !p.Required || arguments.ContainsKey(p.Name))
            ? (tool, arguments, score + (PerWord * SharedWords(tool, input.Text)) + (int)(PerExample * Likeness(tool, examples, input.Text)))
            : null;
    }

    /// <summary>Files go to the parameters that take files, required ones first, in order; a list takes all that are left.</summary>
    private static int AddFiles(AgentTool tool, IReadOnlyList<string> files, JsonObject arguments)
    {
        var left = new Queue<string>(files);
        foreach (var parameter in tool.Parameters.Where(p => !arguments.ContainsKey(p.Name)).OrderByDescending(p => p.Required))
        {
            if (left.Count > 0 && parameter.IsArtifact)
            {
                arguments[parameter.Name] = left.Dequeue();
            }
            else if (left.Count > 0 && parameter.IsArtifactList)
            {
                arguments[parameter.Name] = new JsonArray([.. left.Select(f => JsonValue.Create(f))]);
                left.Clear();
            }
        }

        return PerFile * (files.Count - (2 * left.Count));
    }

    /// <summary>
    /// Plain text fills one required parameter; a lone question only one that takes prose, which is called <c>text</c>. Beside files the text
    /// says what is wanted and is no content.
    /// </summary>
    private static int AddText(AgentTool tool, string text, Input input, JsonObject arguments)
    {
        if (text.Length == 0 || input.Files.Count > 0)
        {
            return 0;
        }

        var open = tool.Parameters.Where(p => p.Required && !arguments.ContainsKey(p.Name)).ToList();
        if (open is not [var only] || (input.IsQuestion && only.Name != "text"))
        {
            return 0;
        }

        if (only.IsArtifact || only.Type == typeof(string))
        {
            arguments[only.Name] = text;
        }
        else if (only.IsArtifactList)
        {
            arguments[only.Name] = new JsonArray(text);
        }
        else if (input.JsonValue is { } value)
        {
            arguments[only.Name] = value.DeepClone();
        }
        else
        {
            return 0;
        }

        return PerText;
    }

    /// <summary>Jaccard similarity of the question's words to those of the nearest example that calls the tool, 0 to 1.</summary>
    private static double Likeness(AgentTool tool, IReadOnlyList<AgentExample> examples, string text)
    {
        var asked = Words(text.Length > LongestQuestion ? text[..LongestQuestion] : text).ToHashSet();
        return asked.Count == 0 ? 0 : examples.Where(e => e.Calls.Contains(tool.Name)).Select(e => Words(e.Ask).ToHashSet())
            .Select(known => (double)known.Count(asked.Contains) / known.Union(asked).Count()).DefaultIfEmpty().Max();
    }

    private static int SharedWords(AgentTool tool, string text)
    {
        if (text.Length > LongestQuestion)
        {
            text = text[..LongestQuestion];
        }

        var asked = Words(text).ToHashSet();
        return (3 * Words(tool.Name).Count(asked.Contains)) + Words(tool.Description).Distinct().Count(asked.Contains);
    }

    private static IEnumerable<string> Words(string text) =>
        Word().Matches(text).Select(m => m.Value.ToLowerInvariant()).Where(w => w.Length > 3).Select(w => w.EndsWith('s') ? w[..^1] : w);

    private static bool Named(ToolParameter parameter, string name) => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\p{L}+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    /// <summary>The question taken apart once for all tools.</summary>
    private sealed record Input(string Text, JsonObject? Json, JsonNode? JsonValue, IReadOnlyList<string> Files, bool IsQuestion)
    {
        public static Input Of(Question question)
        {
            var mentioned = StoredArtifacts.MentionedIn(question.Text);
            var json = question.Text.AsSpan().TrimStart() is ['{' or '[', ..] ? Parse(question.Text) : null;
            var text = question.Text.Trim();
            return new Input(
                json is null && mentioned.Contains(text) ? "" : question.Text,
                json as JsonObject,
                json,
                json is JsonObject ? question.Files : [.. question.Files.Union(mentioned)],
                text.EndsWith('?') && !text.Contains('\n', StringComparison.Ordinal) && text.Length <= LongestQuestion);
        }

        private static JsonNode? Parse(string text)
        {
            try
            {
                return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 64 });
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
