using System.ComponentModel;
using System.Globalization;
using CsvHelper;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Security.SecretsPrivacy;

public sealed class AnonymizationTester : IAgent
{
    private const int MaxRows = 500_000;

    public static AgentDefinition Definition { get; } = new("anonymization-tester")
    {
        Purpose = "Measure k-anonymity, l-diversity and uniqueness of a table, and generalise it until it is k-anonymous.",
        Instructions = """
            You judge whether people can be re-identified in a table. Ask which columns an outsider could know (age, postcode, sex, dates, job) if the user
            did not say; call measure with those as quasiIds and the columns worth hiding as sensitive. If k is too small and the user wants a safer
            table, call generalize with the k they want. Explain k as "every person hides among at least k", l as how many different secrets each such
            group holds, and name the rows that are unique. k = 1 means that someone stands alone. Numbers come from the tools only.
            """,
        Examples =
        [
            new("""{ "quasiIds": ["age", "zip", "sex"], "sensitive": ["diagnosis"] }""") { Files = ["@patients.csv"], Calls = ["measure"], Says = ["uniqueRows"] },
            new("""{ "k": 3, "quasiIds": ["age", "zip", "sex"] }""") { Files = ["@patients.csv"], Calls = ["generalize"], Says = ["loss"] },
        ],
    };

    [KernelFunction("measure"), Description("Groups the rows of a CSV by the columns that an outsider may know and gives k, l, t and the rows that stand alone.")]
    [ToolExample(
        """{ "table": "age,zip,illness\n34,70173,flu\n34,70173,cold\n51,70174,flu\n", "quasiIds": ["age", "zip"], "sensitive": ["illness"] }""",
        """
        { "rows": 3, "classes": 2, "k": 1, "l": 1, "sensitive": [{ "column": "illness", "l": 1, "t": 0.3333 }], "uniqueRows": 1, "uniqueShare": 0.3333,
          "smallest": [{ "count": 1, "values": ["51", "70174"], "firstRow": 3 }, { "count": 2, "values": ["34", "70173"], "firstRow": 1 }] }
        """)]
    [ToolExample(
        """{ "table": "@patients.csv", "quasiIds": ["age", "zip", "sex"], "sensitive": ["diagnosis"] }""",
        """{ "rows": 12, "classes": 11, "k": 1, "l": 1, "uniqueRows": 10 }""", Partial = true)]
    [ToolExample("""{ "table": "a;b\n1;\"x\ny\"\n1\n", "quasiIds": ["A"] }""", """{ "rows": 2, "classes": 1, "k": 2, "l": null, "uniqueRows": 0 }""", Nasty = true, Partial = true)]
    [ToolExample("""{ "table": "a,b\n1,2\n", "quasiIds": ["c"] }""", "There is no column 'c'", Nasty = true, Fails = true)]
    public static async Task<Anonymity> MeasureAsync(
        [Description("A CSV with a header.")] Artifact table,
        [Description("Columns that an outsider may know of a person, such as age, zip and sex.")] IReadOnlyList<string> quasiIds,
        [Description("Columns worth hiding, such as a diagnosis.")] IReadOnlyList<string>? sensitive = null,
        [Description("List at most so many of the smallest classes.")] int limit = 20,
        CancellationToken cancellationToken = default)
    {
        using var rows = await CsvRows.OpenAsync(table, cancellationToken);
        var columns = Checked(rows, quasiIds);
        var hidden = rows.IndexesOf(sensitive ?? []);
        var classes = new EquivalenceClasses(columns, hidden);
        while (await rows.NextAsync(cancellationToken) is { } row)
        {
            classes.Add(row);
            RefuseOver(classes.Rows);
        }

        RefuseEmpty(classes.Rows);
        var unique = classes.Classes.Count(c => c.Count == 1);
        List<SensitiveColumn> measured = [.. hidden.Select((h, i) => new SensitiveColumn(rows.Columns[h], classes.Diversity(i), classes.Closeness(i)))];
        return new Anonymity(
            classes.Rows, classes.Classes.Count, classes.Classes.Min(c => c.Count), measured is [] ? null : measured.Min(m => m.L), measured, unique,
            Math.Round((double)unique / classes.Rows, 4),
            [.. classes.Classes.OrderBy(c => c.Count).ThenBy(c => c.FirstRow).Take(limit).Select(c => new SmallClass(c.Count, c.Key, c.FirstRow))]);
    }

    [KernelFunction("generalize"), Description("Makes a CSV k-anonymous: replaces the values of the known columns by ranges, beginnings or sets, as little as needed, and says how much was lost.")]
    [ToolExample(
        """{ "table": "age,zip\n30,70173\n34,70174\n60,10115\n62,10117\n", "k": 2, "quasiIds": ["age", "zip"] }""",
        """{ "table": "age,zip\n30..34,70173..70174\n30..34,70173..70174\n60..62,10115..10117\n60..62,10115..10117\n", "k": 2, "classes": 2, "loss": 0.0469 }""")]
    [ToolExample("""{ "table": "@patients.csv", "k": 3, "quasiIds": ["age", "zip", "sex"], "drop": ["name"] }""", """{ "k": 3, "classes": 4 }""", Partial = true)]
    [ToolExample("""{ "table": "a,b\nx,\"1,\"\"2\"\n,\"1,\"\"2\"\n", "k": 2, "quasiIds": ["a"] }""", """{ "table": "a,b\n{|x},\"1,\"\"2\"\n{|x},\"1,\"\"2\"\n", "k": 2, "classes": 1, "loss": 1 }""", Nasty = true)]
    [ToolExample("""{ "table": "a\n1\n2\n", "k": 3, "quasiIds": ["a"] }""", "has 2 rows", Nasty = true, Fails = true)]
    public static async Task<Generalized> GeneralizeAsync(
        [Description("A CSV with a header.")] Artifact table,
        [Description("Every person is to hide among at least so many, 2 or more.")] int k,
        [Description("Columns that an outsider may know of a person, such as age, zip and sex.")] IReadOnlyList<string> quasiIds,
        [Description("Columns to leave out altogether: names, numbers and addresses that identify a person by themselves.")] IReadOnlyList<string>? drop = null,
        CancellationToken cancellationToken = default)
    {
        using var rows = await CsvRows.OpenAsync(table, cancellationToken);
        var columns = Checked(rows, quasiIds);
        var dropped = rows.IndexesOf(drop ?? []);
        if (k < 2 || columns.Intersect(dropped).Any())
        {
            throw new InvalidInputException(k < 2 ? $"k was {k}; expected 2 or more." : "A column stands in quasiIds and in drop; expected it in one of them.");
        }

        List<string[]> all = [];
        while (await rows.NextAsync(cancellationToken) is { } row)
        {
            all.Add(row);
            RefuseOver(all.Count);
        }

        if (all.Count < k)
        {
            throw new InvalidInputException($"'{table.Name}' has {all.Count} rows; expected at least k = {k}.");
        }

        var loss = new Mondrian(all, columns, k).Apply(cancellationToken);
        var classes = new EquivalenceClasses(columns, []);
        all.ForEach(classes.Add);
        int[] kept = [.. Enumerable.Range(0, rows.Columns.Count).Except(dropped)];
        return new Generalized(Write(rows, all, kept), classes.Classes.Min(c => c.Count), classes.Classes.Count, loss);
    }

    private static int[] Checked(CsvRows rows, IReadOnlyList<string> quasiIds) =>
        quasiIds.Count > 0 ? [.. rows.IndexesOf(quasiIds).Distinct()] : throw new InvalidInputException("quasiIds is empty; expected the names of the columns that an outsider may know.");

    private static void RefuseOver(int rows)
    {
        if (rows > MaxRows)
        {
            throw new InvalidInputException($"The table has more than {MaxRows} rows; expected a sample of it.");
        }
    }

    private static void RefuseEmpty(int rows)
    {
        if (rows == 0)
        {
            throw new InvalidInputException("The table has a header and no rows; expected at least one.");
        }
    }

    private static string Write(CsvRows rows, List<string[]> all, int[] columns)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = CsvWriter.Create(text, CsvWriterOptions.Default with { Separator = rows.Separator, NewLine = "\n" }, leaveOpen: true))
        {
            foreach (var row in all.Prepend([.. rows.Columns]))
            {
                foreach (var column in columns)
                {
                    csv.WriteField(row[column]);
                }

                csv.EndRecord();
            }
        }

        return text.ToString();
    }
}

/// <param name="K">Rows of the smallest class: everyone hides among at least so many.</param>
/// <param name="L">The fewest different values of a sensitive column in a class; null without sensitive columns.</param>
/// <param name="UniqueRows">Rows that are alone in their class.</param>
public sealed record Anonymity(
    int Rows, int Classes, int K, int? L, IReadOnlyList<SensitiveColumn> Sensitive, int UniqueRows, double UniqueShare, IReadOnlyList<SmallClass> Smallest);

/// <param name="T">The farthest that a class's distribution of the column is from the whole table's, 0 to 1.</param>
public sealed record SensitiveColumn(string Column, int L, double T);

/// <param name="FirstRow">The first of its rows, counted from 1 after the header.</param>
public sealed record SmallClass(int Count, IReadOnlyList<string> Values, int FirstRow);

/// <param name="Table">The CSV.</param>
/// <param name="K">What the new table measures.</param>
/// <param name="Loss">Normalised certainty penalty: 0 nothing lost, 1 everything.</param>
public sealed record Generalized(string Table, int K, int Classes, double Loss);
