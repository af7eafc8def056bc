using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Operations.Logs;

public sealed class LogAnomalyFinder : IAgent
{
    public static AgentDefinition Definition { get; } = new("log-anomaly-finder")
    {
        Purpose = "Finds new, rare, bursting and missing messages in a log against a baseline of how that log usually looks.",
        Instructions = """
            You look for what is unusual in a log. You need two logs: one from good times and the suspicious one. Call baseline with the
            good one, then compare with the suspicious one and the unchanged result of baseline. Start your answer with new messages at
            level error, then bursts, then what stopped coming. A score of 6 means a chance of one in a million under the baseline.
            Finish with one hypothesis of what happened, marked as a hypothesis, resting only on the messages returned.
            """,
        Dependencies = ["redis?"],
        Examples =
        [
            new("How does this log usually look?") { Files = ["@anomaly-baseline.log"], Calls = ["baseline"], Says = ["heartbeat from", "minute"] },
            new("What is different in the second log?") { Files = ["@anomaly-baseline.log", "@anomaly-incident.log"], Calls = ["baseline", "compare"], Says = ["out of memory"] },
        ],
    };

    [KernelFunction("baseline"), Description("Learns the usual messages of a log and how often each comes per minute, or per 1000 lines where lines have no time. Give the result to compare.")]
    [ToolExample(
        """{ "log": "2024-03-10T08:00:10Z INFO tick 1\n2024-03-10T08:00:40Z INFO tick 2\n2024-03-10T08:01:10Z INFO tick 3\n2024-03-10T08:01:20Z WARN slow disk" }""",
        """
        {
          "basis": "minute", "windows": 2, "entries": 4, "seenOnce": 1, "overflow": 0,
          "from": "2024-03-10T08:00:10+00:00", "to": "2024-03-10T08:01:20+00:00",
          "templates": [
            { "id": "t33ffd871", "template": "tick <num>", "count": 3, "mean": 1.5, "variance": 0.5, "level": "info" },
            { "id": "tbac6190d", "template": "slow disk", "count": 1, "mean": 0.5, "variance": 0.5, "level": "warning" }
          ]
        }
        """)]
    [ToolExample(
        """{ "log": "tick 1\rtick 2\rtick 3" }""",
        """{ "basis": "thousandLines", "windows": 0.003, "entries": 3, "templates": [{ "template": "tick <num>", "count": 3, "mean": 1000, "variance": 0 }] }""",
        Nasty = true, Partial = true)]
    [ToolExample("""{ "log": "\n\n \n" }""", "has no entries", Nasty = true, Fails = true)]
    public static async Task<LogBaseline> Baseline(
        [Description("A log of ordinary times, as a file or text.")] Artifact log,
        [Description("Most messages to keep, 10 to 20000.")] int maxTemplates = 2000,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(maxTemplates, 10, 20_000, nameof(maxTemplates));
        var masked = new MaskedLine(LogMasks.Default);
        var tree = new DrainTree(0.5, maxTemplates, tally: false);
        var clock = new WindowClock();
        var (from, to) = (long.MaxValue, long.MinValue);
        await LogEntries.ReadAsync(log, Take, cancellationToken);
        RequireEntries(clock.Entries, "log");

        var basis = clock.MostlyTimed ? RateBasis.Minute : RateBasis.ThousandLines;
        var windows = basis == RateBasis.Minute ? clock.Minutes : clock.Entries / 1000.0;
        var templates = tree.Templates.Select(t => Describe(t, basis, windows)).GroupBy(t => t.Template).Select(Merge)
            .OrderByDescending(t => t.Count).ThenBy(t => t.Template, StringComparer.Ordinal).ToList();
        return new(
            basis, windows, clock.Entries, templates.Count(t => t.Count == 1) + tree.Overflow, tree.Overflow,
            clock.Timed > 0 ? new LogTimestamp(from, 0).ToDateTimeOffset() : null, clock.Timed > 0 ? new LogTimestamp(to, 0).ToDateTimeOffset() : null, templates);

        void Take(in LogEntry entry, long line)
        {
            clock.Take(entry);
            masked.Read(entry.Message);
            var template = tree.Add(masked, entry.Message);
            if (entry.HasTime)
            {
                from = Math.Min(from, entry.Time.UtcTicks);
                to = Math.Max(to, entry.Time.UtcTicks);
            }

            if (template is not null)
            {
                template.Count1(entry, line);
                template.Rate.PerThousand.Take(clock.Thousand);
                if (clock.Timed > 0)
                {
                    template.Rate.PerMinute.Take(clock.Minute);
                }
            }
        }
    }

    [KernelFunction("compare"), Description("Finds in a log what the baseline does not lead one to expect: new messages, bursts, missing and rare ones, each with a score (minus log10 of its probability under a negative binomial fitted to the baseline).")]
    [ToolExample(
        """
        {
          "log": "2024-03-11T08:00:10Z INFO tick 7\n2024-03-11T08:00:20Z ERROR out of memory in worker 3\n2024-03-11T08:00:40Z INFO tick 8",
          "baseline": {
            "basis": "minute", "windows": 60, "entries": 120, "seenOnce": 0, "overflow": 0, "from": null, "to": null,
            "templates": [{ "id": "t33ffd871", "template": "tick <num>", "count": 120, "mean": 2, "variance": 0.2, "level": "info" }]
          }
        }
        """,
        """
        {
          "entries": 3, "windows": 1, "newTotal": 1, "burstTotal": 0, "missingTotal": 0, "rareTotal": 0, "overflow": 0,
          "new": [
            { "id": "te0573d89", "template": "out of memory in worker <num>", "count": 1, "firstLine": 2, "first": "2024-03-11T08:00:20+00:00", "level": "error",
              "score": 2.08279, "example": "out of memory in worker 3", "similarTo": null, "similarity": 0 }
          ],
          "burst": [], "missing": [], "rare": []
        }
        """)]
    [ToolExample(
        """
        {
          "log": "@anomaly-incident.log",
          "baseline": {
            "basis": "minute", "windows": 30, "entries": 90, "seenOnce": 0, "overflow": 0, "from": null, "to": null,
            "templates": [
              { "id": "a", "template": "heartbeat from node-<num>", "count": 60, "mean": 2, "variance": 0, "level": "info" },
              { "id": "b", "template": "retry of job <num>", "count": 30, "mean": 1, "variance": 0.5, "level": "warning" }
            ]
          }
        }
        """,
        """{ "newTotal": 1, "burstTotal": 1, "missingTotal": 1, "burst": [{ "id": "b", "count": 40 }], "missing": [{ "id": "a", "count": 0 }], "new": [{ "template": "worker <num> is out of memory" }] }""",
        Nasty = true, Partial = true)]
    [ToolExample(
        """{ "log": "a", "baseline": { "basis": "minute", "windows": 0, "entries": 0, "seenOnce": 0, "overflow": 0, "from": null, "to": null, "templates": [] } }""",
        "the baseline is empty", Nasty = true, Fails = true)]
    public static async Task<Comparison> Compare(
        [Description("The log to judge, as a file or text.")] Artifact log,
        [Description("What baseline returned for a log of ordinary times, unchanged.")] LogBaseline baseline,
        [Description("Most findings of each kind to return.")] int limit = 50,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(limit, 1, 2000, nameof(limit));
        if (baseline.Templates.Count == 0 || !(baseline.Windows > 0) || baseline.Templates.Any(t => !(t.Mean >= 0 && t.Variance >= 0 && t.Count >= 0)))
        {
            throw new InvalidInputException("'baseline' cannot be used: the baseline is empty or has negative rates; expected what the baseline tool returned.");
        }

        var comparison = new BaselineComparison(baseline);
        await LogEntries.ReadAsync(log, comparison.Take, cancellationToken);
        RequireEntries(comparison.Clock.Entries, "log");
        if (baseline.Basis == RateBasis.Minute && comparison.Clock.Timed == 0)
        {
            throw new InvalidInputException("The log has no times but the baseline counts per minute; make a baseline from a log of the same form.");
        }

        var (fresh, bursts, missing, rare) = (comparison.New(), comparison.Bursts(), comparison.Missing(), comparison.Rare());
        return new(
            comparison.Clock.Entries, baseline.Basis == RateBasis.Minute ? comparison.Clock.Minutes : comparison.Clock.Entries / 1000.0,
            fresh.Count, bursts.Count, missing.Count, rare.Count, comparison.Overflow,
            [.. fresh.Take(limit)], [.. bursts.Take(limit)], [.. missing.Take(limit)], [.. rare.Take(limit)]);
    }

    private static void RequireEntries(long entries, string parameter)
    {
        if (entries == 0)
        {
            throw new InvalidInputException($"'{parameter}' has no entries; expected a log with at least one line of text.");
        }
    }

    private static BaselineTemplate Describe(DrainTemplate template, RateBasis basis, double windows)
    {
        var text = template.Text;
        var counts = basis == RateBasis.Minute ? template.Rate.PerMinute : template.Rate.PerThousand;
        return new(
            TextHash.Short(text, "t"), text, template.Count, Limits.Round(counts.Mean(windows)), Limits.Round(counts.Variance(windows)),
            (Severity)Array.IndexOf(template.Severities, template.Severities.Max()));
    }

    private static BaselineTemplate Merge(IEnumerable<BaselineTemplate> same)
    {
        var all = same.ToList();
        return all is [var only] ? only : all[0] with { Count = all.Sum(t => t.Count), Mean = all.Sum(t => t.Mean), Variance = all.Sum(t => t.Variance) };
    }

    public enum RateBasis
    {
        /// <summary>Per minute in which anything was logged.</summary>
        Minute,

        /// <summary>Per 1000 entries, for logs without times.</summary>
        ThousandLines,
    }

    /// <param name="Windows">Minutes, or thousands of entries, that were counted.</param>
    /// <param name="SeenOnce">Messages seen only once.</param>
    /// <param name="Overflow">Entries that belong to no template because there were too many kinds.</param>
    public sealed record LogBaseline(
        RateBasis Basis, double Windows, long Entries, long SeenOnce, long Overflow, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<BaselineTemplate> Templates);

    /// <param name="Mean">Per window.</param>
    /// <param name="Level">The commonest.</param>
    public sealed record BaselineTemplate(string Id, string Template, long Count, double Mean, double Variance, Severity Level);

    public sealed record Comparison(
        long Entries, double Windows, int NewTotal, int BurstTotal, int MissingTotal, int RareTotal, long Overflow,
        IReadOnlyList<NewMessage> New, IReadOnlyList<Burst> Burst, IReadOnlyList<Missing> Missing, IReadOnlyList<Rare> Rare);

    /// <param name="Level">The gravest.</param>
    /// <param name="SimilarTo">The baseline's template that is most like it, where half of the words agree.</param>
    public sealed record NewMessage(
        string Id, string Template, long Count, long FirstLine, DateTimeOffset? First, Severity Level, double Score, string Example, string? SimilarTo, double Similarity);

    /// <param name="Count">In the worst window.</param>
    /// <param name="Expected">In any window.</param>
    /// <param name="At">The worst minute, where the log has times.</param>
    /// <param name="Line">Where in the log the worst window begins.</param>
    /// <param name="Windows">How many windows burst.</param>
    public sealed record Burst(string Id, string Template, long Count, double Expected, double Score, DateTimeOffset? At, long Line, int Windows);

    public sealed record Missing(string Id, string Template, long Count, double Expected, double Score);

    public sealed record Rare(string Id, string Template, long Count, double Expected, long FirstLine);
}
