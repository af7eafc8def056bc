using System.Text;
using System.Text.Json;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents;

/// <summary>
/// A tool call that a small model wrote into its text instead of making it:
/// <c>{"name": "profile", "arguments": {"csv": "…"}}</c>, often in a code fence, sometimes with <c>parameters</c>.
/// </summary>
public static class WrittenCall
{
    /// <summary>Whether the text so far may turn out to be a written call.</summary>
    public static bool MayStart(StringBuilder text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsWhiteSpace(text[i]))
            {
                return text[i] is '{' or '`';
            }
        }

        return true;
    }

    /// <returns>The call, or null where the text is not one, or names no tool of the agent.</returns>
    public static FunctionCallContent? Read(string text, IReadOnlyList<AgentTool> tools)
    {
        var json = Unfenced(text.AsSpan().Trim());
        if (json is not ['{', .., '}'])
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json.ToString());
            var root = document.RootElement;
            if (!root.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String || !tools.Any(t => name.ValueEquals(t.Name))
                || !(root.TryGetProperty("arguments", out var arguments) || root.TryGetProperty("parameters", out arguments))
                || arguments.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            return new FunctionCallContent(
                name.GetString()!, id: "written", arguments: new KernelArguments(arguments.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value.Clone())));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a text that <see cref="Read"/> finds no call in began as one all the same: an object whose name is a tool's.</summary>
    public static bool IsGarbled(string text, IReadOnlyList<AgentTool> tools)
    {
        var json = Unfenced(text.AsSpan().Trim());
        return json is ['{', ..] && json[1..].TrimStart().StartsWith("\"name\"", StringComparison.Ordinal)
            && tools.Any(t => text.Contains($"\"{t.Name}\"", StringComparison.Ordinal));
    }

    private static ReadOnlySpan<char> Unfenced(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("```", StringComparison.Ordinal) || !text.EndsWith("```", StringComparison.Ordinal) || text.Length < 6)
        {
            return text;
        }

        var start = text.IndexOf('{');
        return start < 0 ? text : text[start..^3].TrimEnd();
    }
}
