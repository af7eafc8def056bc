using System.Text;
using System.Text.Json;

namespace Sutazai.Agents;

/// <summary>Renders a tool's JSON result as Markdown: objects as lists, arrays of objects as tables. Every value appears as it is.</summary>
public static class MarkdownRendering
{
    private const int MaxRows = 100;
    private const int MaxColumns = 12;

    public static string Render(JsonElement value)
    {
        var text = new StringBuilder();
        Write(text, value, depth: 0);
        return text.ToString().TrimEnd();
    }

    private static void Write(StringBuilder text, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(text, value, depth);
                break;
            case JsonValueKind.Array when value.GetArrayLength() == 0:
                text.AppendLine("none");
                break;
            case JsonValueKind.Array when value.EnumerateArray().All(i => i.ValueKind == JsonValueKind.Object):
                WriteTable(text, value);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray().Take(MaxRows))
                {
                    text.Append("- ").AppendLine(Inline(item));
                }

                WriteRest(text, value.GetArrayLength());
                break;
            default:
                text.AppendLine(Inline(value));
                break;
        }
    }

    private static void WriteObject(StringBuilder text, JsonElement value, int depth)
    {
        var members = value.EnumerateObject().ToList();
        foreach (var member in members.Where(m => !IsSection(m.Value)))
        {
            text.Append("- **").Append(member.Name).Append("**: ").AppendLine(Inline(member.Value));
        }

        foreach (var member in members.Where(m => IsSection(m.Value)))
        {
            text.AppendLine().Append(new string('#', Math.Min(6, depth + 3))).Append(' ').AppendLine(member.Name).AppendLine();
            Write(text, member.Value, depth + 1);
        }
    }

    private static void WriteTable(StringBuilder text, JsonElement rows)
    {
        var columns = rows.EnumerateArray().Take(MaxRows).SelectMany(r => r.EnumerateObject().Select(m => m.Name)).Distinct().Take(MaxColumns).ToList();
        text.Append("| ").AppendJoin(" | ", columns).AppendLine(" |");
        text.Append('|').Insert(text.Length, " --- |", columns.Count).AppendLine();
        foreach (var row in rows.EnumerateArray().Take(MaxRows))
        {
            text.Append("| ").AppendJoin(" | ", columns.Select(c => row.TryGetProperty(c, out var cell) ? Cell(cell) : "")).AppendLine(" |");
        }

        WriteRest(text, rows.GetArrayLength());
    }

    private static void WriteRest(StringBuilder text, int count)
    {
        if (count > MaxRows)
        {
            text.AppendLine().Append('…').Append(count - MaxRows).AppendLine(" more, see the results.");
        }
    }

    private static bool IsSection(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(i => i.ValueKind is JsonValueKind.Object or JsonValueKind.Array));

    private static string Cell(JsonElement value) => Inline(value).Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static string Inline(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Null => "–",
        JsonValueKind.Array when value.GetArrayLength() == 0 => "none",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Take(MaxRows).Select(Inline)),
        JsonValueKind.Object => string.Join("; ", value.EnumerateObject().Select(m => $"{m.Name}: {Inline(m.Value)}")),
        _ => value.GetRawText(),
    };
}
