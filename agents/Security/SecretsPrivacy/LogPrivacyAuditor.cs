using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Security.SecretsPrivacy;

public sealed class LogPrivacyAuditor : IAgent
{
    private const int LinesListed = 10;
    private const int MaxGroups = 2000;

    public static AgentDefinition Definition { get; } = new("log-privacy-auditor")
    {
        Purpose = "Find personal data and tokens that a program writes into its logs, and give the rules that redact them.",
        Instructions = """
            You check log files for what should never have been logged. Call audit on the log; for each kind that it counts call fix with that kind
            (or with field:NAME when audit named the field) to get a tested redaction rule. Order your answer by harm: credentials first, then
            payment and identity numbers, then contact data, then addresses of machines. For each, say which field of which statement should stop
            being logged, because a redaction rule is the second line of defence. Give counts and line numbers only as audit reports them.
            """,
        Examples =
        [
            new("What personal data ends up in this log?") { Files = ["@checkout.log"], Calls = ["audit"], Says = ["email", "credit-card", "ipv4"] },
            new("Give me a rule that takes e-mail addresses out of our logs: email") { Calls = ["fix"], Says = ["[EMAIL]"] },
        ],
    };

    [KernelFunction("audit"), Description("Counts the personal data and the credentials in a log of any size, by kind and by the field that they were logged under, with the first line numbers.")]
    [ToolExample(
        """{ "log": "user=ada@example.org ip=8.8.8.8\nuser=grace@example.org ip=10.0.0.1\n" }""",
        """
        { "lines": 2, "total": 3, "leftOut": 0, "findings": [
          { "kind": "email", "category": "personal", "field": "user", "count": 2, "line": 1, "lines": [1, 2], "rule": "email" },
          { "kind": "ipv4", "category": "personal", "field": "ip", "count": 1, "line": 1, "lines": [1], "rule": "ipv4" }] }
        """)]
    [ToolExample(
        """{ "log": "@checkout.log" }""",
        """
        { "lines": 8, "findings": [{ "kind": "basic-auth-url", "category": "credential", "line": 7 }, { "kind": "email", "field": "customer", "count": 3, "lines": [2, 3, 5] },
          { "kind": "ipv4", "line": 1, "count": 2 }, { "kind": "credit-card", "line": 4 }] }
        """, Partial = true)]
    [ToolExample("""{ "log": "\u0000\u0000\u0000" }""", """{ "lines": 1, "total": 0, "leftOut": 0, "findings": [] }""", Nasty = true)]
    public static async Task<LogAudit> AuditAsync(
        [Description("The log, of any size.")] Artifact log,
        [Description("Two-letter country that telephone numbers without a country code belong to.")] string region = "US",
        [Description("Leave out what is less sure than this; low also counts private and loopback addresses.")] Confidence minConfidence = Confidence.Medium,
        [Description("List at most so many groups.")] int limit = 100,
        CancellationToken cancellationToken = default)
    {
        Dictionary<(string Kind, string? Field), Group> groups = [];
        var credentials = new SecretDetector(log.Name);
        var personal = new PersonalDataDetector(PiiRedactor.CheckedRegion(region));
        using var lines = new LineCountingReader(await log.OpenTextAsync(cancellationToken));
        var total = 0;
        await foreach (var found in DetectionStream.ReadAsync(lines, [personal.Detect, credentials.Detect, FieldName.Attach], cancellationToken))
        {
            if (found.Confidence < minConfidence)
            {
                continue;
            }

            total++;
            var key = (found.Kind, found.Field);
            if (!groups.ContainsKey(key) && groups.Count >= MaxGroups)
            {
                key = (found.Kind, null);
            }

            if (!groups.TryGetValue(key, out var group))
            {
                groups.Add(key, group = new Group());
            }

            group.Add(found.Line);
        }

        var findings = groups
            .Select(g => new LogFinding(g.Key.Kind, Category(g.Key.Kind), g.Key.Field, g.Value.Count, g.Value.Lines[0], g.Value.Lines, RedactionRules.Covers(g.Key.Kind) ? g.Key.Kind : $"field:{g.Key.Field}"))
            .OrderBy(f => f.Category).ThenByDescending(f => f.Count).ThenBy(f => f.Kind, StringComparer.Ordinal).ThenBy(f => f.Field, StringComparer.Ordinal).ToList();
        return new LogAudit(lines.Lines, total, Math.Max(0, findings.Count - limit), [.. findings.Take(limit)]);
    }

    [KernelFunction("fix"), Description("Gives the redaction rule for one kind of finding (such as email or jwt), or for one logged field (field:password), tested on samples.")]
    [ToolExample(
        """{ "rule": "field:password" }""",
        """
        { "rule": "field:password", "replacement": "${1}[REDACTED]",
          "samples": [{ "before": "login password=opensesame ok", "after": "login password=[REDACTED] ok" }, { "before": "{\"password\": \"opensesame\"}", "after": "{\"password\": \"[REDACTED]\"}" }] }
        """, Partial = true)]
    [ToolExample(
        """{ "rule": "email" }""",
        """
        { "rule": "email", "replacement": "[EMAIL]", "linear": true,
          "samples": [{ "before": "user=ada.l+x@mail.example.org logged in", "after": "user=[EMAIL] logged in" }],
          "leavesAlone": ["2024-05-01T10:00:00.000Z INFO Started in 1.25 s, build 3f786850e387, 200 OK", "GET /orders/12345?page=2 HTTP/1.1"] }
        """, Partial = true)]
    [ToolExample("""{ "rule": "(a+)+$" }""", "no redaction rule", Nasty = true, Fails = true)]
    public static RedactionRule Fix([Description("A kind as audit names it, or field: and a field's name.")] string rule) => RedactionRules.For(rule);

    private static LogCategory Category(string kind) => Revocation.Kinds.Contains(kind) ? LogCategory.Credential : LogCategory.Personal;

    private sealed class Group
    {
        private readonly List<long> _lines = [];

        public int Count { get; private set; }

        public List<long> Lines => _lines;

        public void Add(long line)
        {
            Count++;
            if (_lines.Count < LinesListed && (_lines.Count == 0 || _lines[^1] != line))
            {
                _lines.Add(line);
            }
        }
    }
}

public enum LogCategory
{
    Credential,
    Personal,
}

/// <param name="Lines">Lines in the log.</param>
/// <param name="Total">Values found.</param>
/// <param name="LeftOut">Groups counted but not listed.</param>
public sealed record LogAudit(long Lines, int Total, int LeftOut, IReadOnlyList<LogFinding> Findings);

/// <param name="Field">The key that the values were logged under, where there is one.</param>
/// <param name="Line">The first line.</param>
/// <param name="Lines">The first ten lines.</param>
/// <param name="Rule">What to ask fix for.</param>
public sealed record LogFinding(string Kind, LogCategory Category, string? Field, int Count, long Line, IReadOnlyList<long> Lines, string Rule);
