using System.ComponentModel;
using System.Globalization;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Security.SecretsPrivacy;

public sealed class DataClassifier : IAgent
{
    // A tenth of a column's values: fewer are accidents of a shape that numbers can have.
    private const double MinShare = 0.1;

    public static AgentDefinition Definition { get; } = new("data-classifier")
    {
        Purpose = "Classify columns and files by sensitivity: public, internal, confidential or restricted.",
        Instructions = """
            You decide how a file must be handled. Call classify on the table or text, then policy with the label that it returns. State the overall label first,
            then for each column or marking the label and the tool's evidence for it. Write a handling note of at most five sentences from the policy:
            where the file may be kept, where not, how long, and who may see it. If the evidence is only a column's name, say that the content did not
            confirm it. Do not lower a label.
            """,
        Examples =
        [
            new("How sensitive is this table?") { Files = ["@patients.csv"], Calls = ["classify"], Says = ["restricted", "special-category data"] },
            new("""{ "label": "confidential" }""") { Calls = ["policy"], Says = ["encrypted database"] },
        ],
    };

    [KernelFunction("classify"), Description("Labels a CSV, column by column, or a text as public, internal, confidential or restricted, with the evidence.")]
    [ToolExample(
        """{ "source": "product,price,contact\nlamp,12.50,ada@example.org\nchair,40,grace@example.org\n" }""",
        """
        { "label": "confidential", "table": true, "rows": 2, "evidence": [],
          "columns": [
            { "column": "product", "label": "public", "evidence": [] }, { "column": "price", "label": "public", "evidence": [] },
            { "column": "contact", "label": "confidential", "evidence": [{ "kind": "email", "because": "100 % of the values", "count": 2, "label": "confidential" }] }] }
        """)]
    [ToolExample(
        """{ "source": "@patients.csv" }""",
        """
        { "label": "restricted", "rows": 12, "columns": [{ "column": "name" }, { "column": "age", "label": "confidential" }, { "column": "zip", "label": "confidential" },
          { "column": "sex", "label": "confidential" }, { "column": "diagnosis", "label": "restricted", "evidence": [{ "kind": "name", "because": "the name says special-category data (GDPR article 9)" }] }] }
        """, Partial = true)]
    [ToolExample(
        """{ "source": "Internal use only\n\nThe release is on Friday." }""",
        """{ "label": "internal", "table": false, "evidence": [{ "kind": "marking", "because": "internal use only", "count": 1, "label": "internal" }], "columns": [] }""", Partial = true)]
    [ToolExample("""{ "source": "" }""", "is empty", Nasty = true, Fails = true)]
    public static async Task<Classification> ClassifyAsync(
        [Description("A CSV with a header, or any text.")] Artifact source,
        [Description("Look at so many rows at most.")] int maxRows = 10_000,
        CancellationToken cancellationToken = default)
    {
        if (maxRows is < 1 or > 1_000_000)
        {
            throw new InvalidInputException($"maxRows was {maxRows}; expected 1 to 1000000.");
        }

        return await IsTableAsync(source, cancellationToken)
            ? await ClassifyTableAsync(source, maxRows, cancellationToken)
            : await ClassifyTextAsync(source, cancellationToken);
    }

    [KernelFunction("policy"), Description("Says where data of a label may be stored and under which conditions, and for how long.")]
    [ToolExample("""{ "label": "restricted" }""", """{ "label": "restricted", "allowed": [{ "store": "secret store" }, { "store": "encrypted database" }, { "store": "encrypted backup" }] }""", Partial = true)]
    [ToolExample("""{ "label": "public" }""", """{ "label": "public", "denied": [{ "store": "secret store" }] }""", Partial = true)]
    [ToolExample("""{ "label": "secret" }""", "'label' that cannot be read", Nasty = true, Fails = true)]
    public static HandlingPolicy Policy([Description("The label that classify gave.")] SensitivityLabel label) => HandlingPolicy.Of(label);

    private static async Task<Classification> ClassifyTableAsync(Artifact source, int maxRows, CancellationToken cancellationToken)
    {
        using var rows = await CsvRows.OpenAsync(source, cancellationToken);
        var personal = new PersonalDataDetector("US");
        var secrets = new SecretDetector(source.Name);
        var kinds = rows.Columns.Select(_ => new SortedDictionary<string, int>(StringComparer.Ordinal)).ToArray();
        var filled = new int[rows.Columns.Count];
        var read = 0;
        while (read < maxRows && await rows.NextAsync(cancellationToken) is { } row)
        {
            read++;
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i].Length is 0 or > 4096)
                {
                    continue;
                }

                // The column's name is the word before the value that some kinds ask for.
                filled[i]++;
                var prefix = $"{rows.Columns[i]}: ";
                foreach (var kind in DetectionStream.Read(prefix + row[i], [personal.Detect, secrets.Detect], cancellationToken)
                    .Where(d => d.Confidence >= Confidence.Medium && d.Start >= prefix.Length).Select(d => d.Kind).Distinct())
                {
                    kinds[i][kind] = kinds[i].GetValueOrDefault(kind) + 1;
                }
            }
        }

        List<ColumnClass> columns = [];
        for (var i = 0; i < rows.Columns.Count; i++)
        {
            List<Evidence> evidence = [];
            foreach (var (kind, count) in kinds[i].Where(k => k.Value >= filled[i] * MinShare || Sensitivity.OfKind(k.Key) == SensitivityLabel.Restricted))
            {
                evidence.Add(new Evidence(kind, string.Create(CultureInfo.InvariantCulture, $"{Math.Round(100.0 * count / filled[i])} % of the values"), count, Sensitivity.OfKind(kind)));
            }

            if (Sensitivity.OfName(rows.Columns[i]) is var (label, because))
            {
                evidence.Add(new Evidence("name", $"the name says {because}", filled[i], label));
            }

            columns.Add(new ColumnClass(rows.Columns[i], Highest(evidence), evidence));
        }

        return new Classification(columns.Max(c => c.Label), true, read, [], columns);
    }

    private static async Task<Classification> ClassifyTextAsync(Artifact source, CancellationToken cancellationToken)
    {
        var personal = new PersonalDataDetector("US");
        var secrets = new SecretDetector(source.Name);
        SortedDictionary<string, int> kinds = new(StringComparer.Ordinal);
        using var reader = await source.OpenTextAsync(cancellationToken);
        await foreach (var found in DetectionStream.ReadAsync(reader, [personal.Detect, secrets.Detect], cancellationToken))
        {
            if (found.Confidence >= Confidence.Medium)
            {
                kinds[found.Kind] = kinds.GetValueOrDefault(found.Kind) + 1;
            }
        }

        List<Evidence> evidence = [.. Sensitivity.MarkingsIn(await HeadAsync(source, cancellationToken)).Select(m => new Evidence("marking", m.Marking, 1, m.Label))];
        evidence.AddRange(kinds.Select(k => new Evidence(k.Key, "found in the text", k.Value, Sensitivity.OfKind(k.Key))));
        return new Classification(Highest(evidence), false, 0, evidence, []);
    }

    /// <summary>Two lines or more with the same number of separators.</summary>
    private static async Task<bool> IsTableAsync(Artifact source, CancellationToken cancellationToken)
    {
        var head = await HeadAsync(source, cancellationToken);
        if (head.AsSpan().Trim("\0 \r\n\t").IsEmpty)
        {
            throw new InvalidInputException($"'{source.Name}' is empty; expected a table or a text.");
        }

        var lines = head.Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0).Take(5).ToList();
        return lines.Count > 1 && ",;\t|".Any(d => lines[0].Contains(d, StringComparison.Ordinal) && lines[0].Split(d).All(c => c.Trim() is { Length: > 0 and <= 64 })
            && lines.Skip(1).Count(l => l.Count(c => c == d) >= lines[0].Count(c => c == d)) * 10 >= (lines.Count - 1) * 7);
    }

    private static async Task<string> HeadAsync(Artifact source, CancellationToken cancellationToken)
    {
        using var reader = await source.OpenTextAsync(cancellationToken);
        var buffer = new char[1 << 16];
        return new string(buffer, 0, await reader.ReadBlockAsync(buffer.AsMemory(), cancellationToken));
    }

    private static SensitivityLabel Highest(List<Evidence> evidence) => evidence.Count == 0 ? SensitivityLabel.Public : evidence.Max(e => e.Label);
}

/// <param name="Label">The highest of all columns and evidence.</param>
/// <param name="Rows">Rows looked at.</param>
/// <param name="Evidence">What a text holds; of a table, see the columns.</param>
public sealed record Classification(SensitivityLabel Label, bool Table, int Rows, IReadOnlyList<Evidence> Evidence, IReadOnlyList<ColumnClass> Columns);

public sealed record ColumnClass(string Column, SensitivityLabel Label, IReadOnlyList<Evidence> Evidence);

/// <param name="Kind">A kind of value, <c>name</c> for a column's name, <c>marking</c> for words on the document.</param>
public sealed record Evidence(string Kind, string Because, int Count, SensitivityLabel Label);
