using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Data.DataFiles.Tables;

namespace Sutazai.Agents.Data.DataFiles;

public sealed class CsvProfiler : IAgent
{
    public static AgentDefinition Definition { get; } = new("csv-profiler")
    {
        Purpose = "Profiles any CSV: types, nulls, ranges and top values of every column.",
        Instructions = """
            You describe tables that come as delimited text. Call profile first, once; call dialect only when the question is about the
            delimiter, the quotes, the encoding or the header. Say in one sentence what the table seems to be about, then name three risks
            that the profile shows: for example nulls, mixed types, ragged rows, an unclosed quote, dates of ambiguous order, a column with
            one value. Take every number from the profile; an estimate (distinctIsEstimate) is called an estimate.
            """,
        Examples =
        [
            new("What is in this table?") { Files = ["@orders.csv"], Calls = ["profile"], Says = ["unit_price", "9.5"] },
            new("Which delimiter and encoding does this file have?") { Files = ["@umsatz.csv"], Calls = ["dialect"], Says = ["windows-1252", ";"] },
        ],
    };

    [KernelFunction("profile")]
    [Description("Reads a whole table and gives, for each column, its type, nulls, distinct values, least and greatest value, mean and five most frequent values; also ragged rows and broken quotes.")]
    [ToolExample("""{ "csv": "@orders.csv" }""", """
        {
          "rows": 6,
          "columns": [
            { "name": "order_id", "type": "integer", "nulls": 0, "distinct": 6, "min": 1001, "max": 1006, "mean": 1003.5, "distinctIsEstimate": false },
            { "name": "customer", "type": "text", "nulls": 0, "distinct": 4, "min": "Curie, Marie", "max": "O'Hara", "mean": null,
              "top5": [{ "value": "Lovelace", "count": 3 }, { "value": "Curie, Marie", "count": 1 }, { "value": "Grace \"Amazing\"\nHopper", "count": 1 }, { "value": "O'Hara", "count": 1 }] },
            { "name": "ordered_on", "type": "date", "nulls": 1, "distinct": 5, "min": "2024-01-31", "max": "2024-03-01", "nullWords": 0 },
            { "name": "unit_price", "type": "decimal", "nulls": 0, "distinct": 6, "min": -1.25, "max": 9.5, "mean": 4.5 },
            { "name": "paid", "type": "boolean", "nulls": 1, "distinct": 2, "min": null, "max": null, "nullWords": 1 }
          ],
          "ragged": { "count": 0, "examples": [] }, "emptyLines": 0, "unterminatedQuoteLine": null
        }
        """, Partial = true)]
    [ToolExample("""{ "csv": "a;b\n1;x\n2\n3;y;z\n\n4;\"open\n5;q" }""", """
        {
          "rows": 4, "emptyLines": 1, "unterminatedQuoteLine": 6,
          "columns": [
            { "name": "a", "type": "integer", "distinct": 4, "max": 4, "mean": 2.5 },
            { "name": "b", "type": "text", "nulls": 0, "distinct": 3 }
          ],
          "ragged": { "count": 2, "examples": [{ "row": 2, "line": 3, "fields": 1 }, { "row": 3, "line": 4, "fields": 3 }] }
        }
        """, Nasty = true, Partial = true)]
    [ToolExample("""{ "csv": "a,b\n1,2", "delimiter": "ab" }""", "a delimiter is one ASCII character", Nasty = true, Fails = true)]
    public static async Task<TableProfile> ProfileAsync(
        [Description("The table: delimited text of any size, encoding and dialect.")] Artifact csv,
        [Description("The character between fields: , ; | or tab. Leave it out to have it found.")] string? delimiter = null,
        [Description("Whether the first row names the columns. Leave it out to have it found.")] bool? header = null,
        CancellationToken cancellationToken = default)
    {
        await using var table = await CsvTable.OpenAsync(csv, delimiter, header, cancellationToken);
        return await TableProfile.ReadAsync(table, cancellationToken);
    }

    [KernelFunction("dialect")]
    [Description("Finds out how a table is written: delimiter, quote, header, encoding, line ending and decimal point. Reads only the beginning.")]
    [ToolExample("""{ "csv": "@umsatz.csv" }""", """
        { "delimiter": ";", "quote": "\"", "header": true, "encoding": "windows-1252", "lineEnding": "crLf", "decimalPoint": ",", "columns": 4 }
        """)]
    [ToolExample("""{ "csv": "1|2|3\n4|5|6\n" }""", """
        { "delimiter": "|", "quote": "\"", "header": false, "encoding": "utf-8", "lineEnding": "lf", "decimalPoint": ".", "columns": 3 }
        """)]
    [ToolExample("""{ "csv": { "name": "empty.csv", "text": "" } }""", """
        { "delimiter": ",", "header": false, "encoding": "utf-8", "lineEnding": "none", "columns": 0 }
        """, Nasty = true, Partial = true)]
    public static async Task<CsvDialect> DialectAsync(
        [Description("The table: delimited text.")] Artifact csv, CancellationToken cancellationToken = default)
    {
        await using var table = await CsvTable.OpenAsync(csv, delimiter: null, header: null, cancellationToken);
        return table.Dialect;
    }
}
