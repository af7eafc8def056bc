using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Operations.Logs;

public sealed class LogPatternMiner : IAgent
{
    public static AgentDefinition Definition { get; } = new("log-pattern-miner")
    {
        Purpose = "Reduces logs to templates with parameters: which messages a log consists of, how often each comes and what varies in it.",
        Instructions = """
            You explain what a log consists of. Call mine first, with the whole log. Each template it returns is one kind of message, its
            variable places written <num>, <ip>, <path> or <*>. Give the commonest templates short speaking names, say what each one means
            and how often it comes, and point out those with errors. When the user asks about single lines, call parse with the templates
            that mine returned. Quote counts and values only as the tools give them.
            """,
        Model = ModelTier.Small,
        Examples =
        [
            new("Which messages does this log consist of?") { Files = ["@shop.log"], Calls = ["mine"], Says = ["Payment of", "<num>"] },
            new("What varies in the messages of this service?") { Files = ["@mixed-headers.log"], Calls = ["mine"], Says = ["cache miss for key"] },
        ],
    };

    [KernelFunction("mine"), Description("Groups the lines of a log into message templates, with counts, levels and example values for each variable place.")]
    [ToolExample(
        """{ "log": "2024-03-10T08:00:00Z INFO user 17 logged in from 10.0.0.1\n2024-03-10T08:00:05Z INFO user 23 logged in from 10.0.0.9\n2024-03-10T08:00:09Z ERROR disk full" }""",
        """
        {
          "lines": 3, "entries": 3, "continuations": 0, "from": "2024-03-10T08:00:00+00:00", "to": "2024-03-10T08:00:09+00:00",
          "total": 2, "overflow": 0, "cutLines": 0,
          "templates": [
            {
              "id": "t653a64af", "template": "user <num> logged in from <ip>", "count": 2,
              "params": [
                { "position": 1, "kind": "num", "examples": ["17", "23"], "distinct": 2, "distinctIsLeast": false, "min": 17, "max": 23 },
                { "position": 2, "kind": "ip", "examples": ["10.0.0.1", "10.0.0.9"], "distinct": 2, "distinctIsLeast": false, "min": null, "max": null }
              ],
              "firstLine": 1, "lastLine": 2, "levels": { "info": 2 }, "example": "user 17 logged in from 10.0.0.1"
            },
            { "id": "tbaab4986", "template": "disk full", "count": 1, "params": [], "firstLine": 3, "lastLine": 3, "levels": { "error": 1 }, "example": "disk full" }
          ]
        }
        """)]
    [ToolExample("""{ "log": "@shop.log", "limit": 2 }""", """{ "total": 6, "templates": [{ "template": "Payment of <num> EUR by <*> accepted in <num> ms", "count": 8 }] }""", Partial = true)]
    [ToolExample(
        """{ "log": { "name": "nul.log", "base64": "AAAAAA0NDQr//v0=" } }""",
        """{ "lines": 4, "entries": 2, "total": 2, "overflow": 0 }""", Nasty = true, Partial = true)]
    [ToolExample("""{ "log": "" }""", "The log has no lines", Nasty = true, Fails = true)]
    [ToolExample("""{ "log": "a", "similarity": 2 }""", "'similarity' is 2; expected", Nasty = true, Fails = true)]
    public static async Task<MinedLog> Mine(
        [Description("The log: a file or its text. Plain, syslog, JSON lines, logfmt, container logs; gzip too.")] Artifact log,
        [Description("How many templates to return, the commonest first.")] int limit = 50,
        [Description("Share of equal words, 0.1 to 1, from which two lines are the same message.")] double similarity = 0.5,
        [Description("Which variables are recognised beforehand; all but 'quoted' when left out.")] IReadOnlyList<LogMask>? masks = null,
        [Description("Most templates kept at once, 10 to 50000.")] int maxTemplates = 5000,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(limit, 1, 10_000, nameof(limit));
        Limits.Require(similarity, 0.1, 1, nameof(similarity));
        Limits.Require(maxTemplates, 10, 50_000, nameof(maxTemplates));

        var masked = new MaskedLine(LogMasks.Of(masks));
        var tree = new DrainTree(similarity, maxTemplates, tally: true);
        var (from, to) = (long.MaxValue, long.MinValue);
        var entries = await LogEntries.ReadAsync(log, Take, cancellationToken);
        if (entries.Lines.Lines == 0)
        {
            throw new InvalidInputException("The log has no lines; expected text with at least one.");
        }

        var mined = tree.Templates.Select(Describe).GroupBy(t => t.Template).Select(Merge)
            .OrderByDescending(t => t.Count).ThenBy(t => t.Template, StringComparer.Ordinal).ToList();
        return new(
            entries.Lines.Lines, entries.Entries, entries.Continuations, Time(from, from <= to), Time(to, from <= to),
            mined.Count, tree.Overflow, entries.Lines.Cut, [.. mined.Take(limit)]);

        void Take(in LogEntry entry, long line)
        {
            masked.Read(entry.Message);
            tree.Add(masked, entry.Message)?.Count1(entry, line);
            if (entry.HasTime)
            {
                from = Math.Min(from, entry.Time.UtcTicks);
                to = Math.Max(to, entry.Time.UtcTicks);
            }
        }
    }

    [KernelFunction("parse"), Description("Says which of the given templates each line is, and the values at the template's variable places.")]
    [ToolExample(
        """{ "line": "2024-03-10T08:00:05Z INFO user 23 logged in from 10.0.0.9", "templates": [{ "template": "user <num> logged in from <ip>" }] }""",
        """
        {
          "matched": 1, "unmatched": 0,
          "lines": [
            { "line": 1, "id": "t653a64af", "template": "user <num> logged in from <ip>",
              "fields": [{ "position": 1, "kind": "num", "value": "23" }, { "position": 2, "kind": "ip", "value": "10.0.0.9" }] }
          ]
        }
        """)]
    [ToolExample(
        """{ "line": "job backup took (7.5s)\nsomething else\n\u0000", "templates": [{ "template": "job <*> took (<num>s)" }] }""",
        """
        {
          "matched": 1, "unmatched": 2,
          "lines": [
            { "line": 1, "template": "job <*> took (<num>s)", "fields": [{ "position": 1, "kind": "any", "value": "backup" }, { "position": 2, "kind": "num", "value": "7.5" }] },
            { "line": 2, "id": null, "template": null, "fields": [] }
          ]
        }
        """, Nasty = true, Partial = true)]
    [ToolExample("""{ "line": "a", "templates": [] }""", "'templates' is empty", Nasty = true, Fails = true)]
    public static async Task<ParsedLines> Parse(
        [Description("One line of a log, or several, as text or a file.")] Artifact line,
        [Description("The templates, as mine returned them or with only 'template' filled.")] IReadOnlyList<MinedTemplate> templates,
        [Description("How many parsed lines to return.")] int limit = 100,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(limit, 1, 10_000, nameof(limit));
        if (templates.Count == 0)
        {
            throw new InvalidInputException("'templates' is empty; expected at least one, as mine returns them.");
        }

        // Templates that were mined with quotes masked are told by their text.
        var quoted = templates.Any(t => t.Template.Contains(LogMasks.Texts[(int)LogMask.Quoted], StringComparison.Ordinal)) ? 1 << (int)LogMask.Quoted : 0;
        var masked = new MaskedLine(LogMasks.Default | quoted);
        var matcher = new TemplateMatcher(templates.Select(t => t.Template));
        var (matched, unmatched) = (0L, 0L);
        List<ParsedLine> lines = [];
        await LogEntries.ReadAsync(line, Take, cancellationToken);
        return new(matched, unmatched, lines);

        void Take(in LogEntry entry, long number)
        {
            masked.Read(entry.Message);
            var found = matcher.Find(masked);
            _ = found is null ? unmatched++ : matched++;
            if (lines.Count < limit)
            {
                lines.Add(found is null
                    ? new(number, null, null, [])
                    : new(number, Id(templates[found.Ordinal]), templates[found.Ordinal].Template, TemplateFields.Of(found, masked, entry.Message)));
            }
        }
    }

    private static string Id(MinedTemplate template) => template.Id ?? TextHash.Short(template.Template, "t");

    private static MinedTemplate Describe(DrainTemplate template)
    {
        var text = template.Text;
        return new(text)
        {
            Id = TextHash.Short(text, "t"),
            Count = template.Count,
            Params = [.. template.Parameters.Select((p, i) => new TemplateParameter(
                i + 1, p.Kind, p.Examples, p.Distinct, p.Distinct == ParameterTally.MaxDistinct, p.Least, p.Most))],
            FirstLine = template.FirstLine,
            LastLine = template.LastLine,
            Levels = Levels(template.Severities),
            Example = template.Example,
        };
    }

    // Two leaves of the tree can widen to one text.
    private static MinedTemplate Merge(IEnumerable<MinedTemplate> same)
    {
        var all = same.OrderBy(t => t.FirstLine).ToList();
        return all is [var only] ? only : all[0] with
        {
            Count = all.Sum(t => t.Count),
            LastLine = all.Max(t => t.LastLine),
            Levels = all.SelectMany(t => t.Levels).GroupBy(l => l.Key).ToDictionary(g => g.Key, g => g.Sum(l => l.Value)),
        };
    }

    private static Dictionary<string, long> Levels(long[] severities) => severities.Select((count, i) => (Name: ((Severity)i).ToString().ToLowerInvariant(), count))
        .Where(l => l.count > 0).ToDictionary(l => l.Name, l => l.count);

    private static DateTimeOffset? Time(long ticks, bool known) => known ? new LogTimestamp(ticks, 0).ToDateTimeOffset() : null;

    /// <param name="Entries">Lines that begin a message.</param>
    /// <param name="Continuations">Lines that belong to the entry before, as those of a stack trace.</param>
    /// <param name="Total">Templates found, whether returned or not.</param>
    /// <param name="Overflow">Entries that belong to no template because too many templates were only seen once.</param>
    /// <param name="CutLines">Lines that were read only up to 32768 characters.</param>
    public sealed record MinedLog(
        long Lines, long Entries, long Continuations, DateTimeOffset? From, DateTimeOffset? To, int Total, long Overflow, long CutLines,
        IReadOnlyList<MinedTemplate> Templates);

    public sealed record MinedTemplate(string Template)
    {
        public string? Id { get; init; }

        public long Count { get; init; }

        public IReadOnlyList<TemplateParameter> Params { get; init; } = [];

        public long FirstLine { get; init; }

        public long LastLine { get; init; }

        public IReadOnlyDictionary<string, long> Levels { get; init; } = new Dictionary<string, long>();

        public string? Example { get; init; }
    }

    /// <param name="Position">1 for the leftmost variable place.</param>
    /// <param name="DistinctIsLeast">There are at least that many; no more were told apart.</param>
    public sealed record TemplateParameter(
        int Position, string Kind, IReadOnlyList<string> Examples, int Distinct, bool DistinctIsLeast, double? Min, double? Max);

    public sealed record ParsedLines(long Matched, long Unmatched, IReadOnlyList<ParsedLine> Lines);

    public sealed record ParsedLine(long Line, string? Id, string? Template, IReadOnlyList<TemplateField> Fields);

    public sealed record TemplateField(int Position, string Kind, string Value);
}
