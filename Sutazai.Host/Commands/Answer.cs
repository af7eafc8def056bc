using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;
using Sutazai.Clients;

namespace Sutazai.Host.Commands;

/// <summary>Shows a reply on a terminal: the model's words, or every result as tables.</summary>
internal static class Answer
{
    private const int MaxRows = 60;

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
                foreach (var part in Parts(result.Result!.Value))
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

    private static IEnumerable<IRenderable> Parts(JsonElement value)
    {
        if (IsTable(value))
        {
            return [Table(value)];
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return [new Text(Inline(value) + "\n")];
        }

        var members = value.EnumerateObject().ToList();
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var member in members.Where(m => !IsSection(m.Value)))
        {
            grid.AddRow(new Text(member.Name, new Style(decoration: Decoration.Bold)), new Text(Inline(member.Value)));
        }

        return
        [
            grid,
            .. members.Where(m => IsSection(m.Value)).SelectMany(m => new IRenderable[] { new Markup($"\n[bold]{Markup.Escape(m.Name)}[/]\n") }.Concat(Parts(m.Value))),
        ];
    }

    private static Table Table(JsonElement rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        var columns = rows.EnumerateArray().Take(MaxRows).SelectMany(r => r.EnumerateObject().Select(m => m.Name)).Distinct().ToList();
        table.AddColumns([.. columns.Select(Markup.Escape)]);
        foreach (var row in rows.EnumerateArray().Take(MaxRows))
        {
            table.AddRow(columns.Select(c => new Text(row.TryGetProperty(c, out var cell) ? Inline(cell) : "")));
        }

        return rows.GetArrayLength() > MaxRows ? table.Caption($"{rows.GetArrayLength() - MaxRows} more rows with --json") : table;
    }

    private static bool IsTable(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(i => i.ValueKind == JsonValueKind.Object);

    private static bool IsSection(JsonElement value) => value.ValueKind == JsonValueKind.Object || IsTable(value);

    private static string Inline(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "–",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array when value.GetArrayLength() == 0 => "none",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Inline)),
        JsonValueKind.Object => string.Join(" ", value.EnumerateObject().Select(m => $"{m.Name}={Inline(m.Value)}")),
        _ => value.GetRawText(),
    };
}
