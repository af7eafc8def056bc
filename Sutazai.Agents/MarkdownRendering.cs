using System.Text;
using System.Text.Json;

namespace Sutazai.Agents;

/// <summary>Renders a tool's JSON result as Markdown: objects as lists, arrays of objects as tables. Every value appears as it is.</summary>
public static class MarkdownRendering
{
    private const int MaxRows = 100;

    /// <summary>Rows with more members than this are lines, because no screen shows such a table.</summary>
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
            case JsonValueKind.Array when Columns(value) is { Count: > 0 and <= MaxColumns } columns:
                WriteTable(text, value, columns);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray().Take(MaxRows))
                {
                    text.Append("- ").AppendLine(Item(item).ReplaceLineEndings(" "));
                }

                WriteRest(text, value.GetArrayLength());
                break;
            case JsonValueKind.String when HasLines(value):
                WriteBlock(text, value.GetString()!);
                break;
            default:
                text.AppendLine(Inline(value));
                break;
        }
    }

    private static void WriteObject(StringBuilder text, JsonElement value, int depth)
    {
        var members = value.EnumerateObject().ToList();
        if (members is [])
        {
            text.AppendLine("none");
        }

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

    /// <returns>The members that the rows have between them, or null where not all are objects.</returns>
    private static List<string>? Columns(JsonElement rows) => rows.EnumerateArray().All(r => r.ValueKind == JsonValueKind.Object)
        ? [.. rows.EnumerateArray().Take(MaxRows).SelectMany(r => r.EnumerateObject().Select(m => m.Name)).Distinct()]
        : null;

    private static void WriteTable(StringBuilder text, JsonElement rows, List<string> columns)
    {
        text.Append("| ").AppendJoin(" | ", columns.Select(Escaped)).AppendLine(" |");
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

    /// <summary>Text of several lines, as it is, in a fence longer than any in it.</summary>
    private static void WriteBlock(StringBuilder text, string lines)
    {
        var fence = "```";
        while (lines.Contains(fence, StringComparison.Ordinal))
        {
            fence += '`';
        }

        text.AppendLine(fence).AppendLine(lines).AppendLine(fence);
    }

    private static bool HasLines(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString()!.AsSpan().ContainsAny('\n', '\r');

    private static bool IsSection(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        || HasLines(value)
        || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(i => i.ValueKind is JsonValueKind.Object or JsonValueKind.Array));

    /// <summary>A row of too many columns: <c>**city**: type: text; nulls: 0</c>.</summary>
    private static string Item(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().ToList() is not [var first, .. var rest])
        {
            return Inline(value);
        }

        return first.Value.ValueKind == JsonValueKind.String ? $"**{Inline(first.Value)}**: {Named(rest, "; ")}" : Named([first, .. rest], "; ");
    }

    private static string Cell(JsonElement value) => Escaped(OneLine(value));

    private static string Escaped(string cell) => cell.Replace("|", "\\|", StringComparison.Ordinal);

    private static string OneLine(JsonElement value) => Inline(value).ReplaceLineEndings(" ");

    /// <summary>A value in a line of its own or in a cell: yes and no, <c>–</c> for null, <c>none</c> for what is empty, no braces.</summary>
    public static string Inline(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Null => "–",
        JsonValueKind.Array when value.GetArrayLength() == 0 => "none",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Take(MaxRows).Select(Inline))
            + (value.GetArrayLength() > MaxRows ? $" and {value.GetArrayLength() - MaxRows} more" : ""),
        JsonValueKind.Object when !value.EnumerateObject().Any() => "none",
        JsonValueKind.Object => Entry(value),
        _ => value.GetRawText(),
    };

    /// <summary>An object within a line: <c>Basel (count: 1, share: 0.5)</c>, led by its first member where that is a text.</summary>
    private static string Entry(JsonElement value)
    {
        var members = value.EnumerateObject().ToList();
        var lead = members[0].Value.ValueKind == JsonValueKind.String ? Inline(members[0].Value) : null;
        var rest = Named(members.Skip(lead is null ? 0 : 1), ", ");
        return rest is "" ? lead! : lead is null ? $"({rest})" : $"{lead} ({rest})";
    }

    private static string Named(IEnumerable<JsonProperty> members, string separator) => string.Join(separator, members.Select(m => $"{m.Name}: {Inline(m.Value)}"));
}
