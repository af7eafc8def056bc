using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;
using Sutazai.Agents;
using Sutazai.Clients;

namespace Sutazai.Host.Commands;

/// <summary>Shows a reply on a terminal: the model's words, or every result as tables.</summary>
internal static class Answer
{
    private const int MaxRows = 60;

    /// <summary>A longer cell wraps.</summary>
    private const int WidestCell = 48;
    private const int ColumnGap = 3;

    public static void Write(IAnsiConsole console, AskReply reply)
    {
        if (reply.Degraded is null || reply.Results.Count == 0)
        {
            console.WriteLine(reply.Answer);
        }
        else
        {
            foreach (var result in reply.Results.Where(r => r.Result is not null))
            {
                console.Write(new Rule($"{Markup.Escape(result.Tool)} [grey]{result.Milliseconds:0.#} ms[/]").LeftJustified());
                foreach (var part in Parts(result.Result!.Value, console.Profile.Width))
                {
                    console.Write(part);
                }
            }
        }

        if (reply.Degraded is { } degraded)
        {
            console.MarkupLine($"[grey]From the tools alone: {Markup.Escape(degraded.Reason)}.[/]");
        }
    }

    private static IEnumerable<IRenderable> Parts(JsonElement value, int width)
    {
        if (IsTable(value))
        {
            return Rows(value, width);
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return [new Text(MarkdownRendering.Inline(value) + "\n")];
        }

        var members = value.EnumerateObject().ToList();
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var member in members.Where(m => !IsSection(m.Value)))
        {
            grid.AddRow(new Text(member.Name, new Style(decoration: Decoration.Bold)), new Text(MarkdownRendering.Inline(member.Value)));
        }

        return
        [
            grid,
            .. members.Where(m => IsSection(m.Value)).SelectMany(m => new IRenderable[] { new Markup($"\n[bold]{Markup.Escape(m.Name)}[/]\n") }.Concat(Parts(m.Value, width))),
        ];
    }

    /// <summary>A table where it fits the screen, else a block of lines for each row.</summary>
    private static IEnumerable<IRenderable> Rows(JsonElement rows, int width)
    {
        var shown = rows.EnumerateArray().Take(MaxRows).ToList();
        var columns = shown.SelectMany(r => r.EnumerateObject().Select(m => m.Name)).Distinct().ToList();
        var left = rows.GetArrayLength() - shown.Count;
        IRenderable[] rest = left > 0 ? [new Text($"{left} more rows with --json\n")] : [];
        var widths = columns.Select(c => shown.Max(r => Math.Max(c.Length, Math.Min(WidestCell, Cell(r, c).Length))));
        return widths.Sum(w => w + ColumnGap) <= width ? [Table(shown, columns), .. rest] : [.. shown.Select(r => Block(r)), .. rest];
    }

    private static Table Table(List<JsonElement> rows, List<string> columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns([.. columns.Select(Markup.Escape)]);
        foreach (var row in rows)
        {
            table.AddRow(columns.Select(c => new Text(Cell(row, c))));
        }

        return table;
    }

    private static Padder Block(JsonElement row)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var member in row.EnumerateObject())
        {
            grid.AddRow(new Text(member.Name, new Style(decoration: Decoration.Bold)), new Text(MarkdownRendering.Inline(member.Value)));
        }

        return new Padder(grid, new Padding(0, 0, 0, 1));
    }

    private static string Cell(JsonElement row, string column) => row.TryGetProperty(column, out var cell) ? MarkdownRendering.Inline(cell) : "";

    private static bool IsTable(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(i => i.ValueKind == JsonValueKind.Object);

    private static bool IsSection(JsonElement value) => value.ValueKind == JsonValueKind.Object || IsTable(value);
}
