using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Data.DataFiles.Quality;
using Sutazai.Agents.Data.DataFiles.Tables;

namespace Sutazai.Agents.Data.DataFiles;

public sealed class DataQualityAuditor : IAgent
{
    private const int MaxRules = 500;

    public static AgentDefinition Definition { get; } = new("data-quality-auditor")
    {
        Purpose = "Checks a table against rules and reports a score.",
        Instructions = """
            You report on the quality of a table to its owner, who does not program. With rules at hand call check; without, call
            suggest_rules, say what they would demand, and check only those the owner wants. Word each broken rule as one sentence: what was
            expected, how many rows break it, the first row numbers. Give the score as it was returned, and end with the repair that would
            raise it most.
            """,
        Examples =
        [
            new("Which rules could this table be held to?") { Files = ["@bookings.csv"], Calls = ["suggest_rules"], Says = ["rowCount", "B-[0-9]{3}"] },
            new("""{"table": "id,age\n1,30\n2,-4", "rules": [{"kind": "range", "column": "age", "min": 0}]}""") { Calls = ["check"], Says = ["-4", "50"] },
        ],
    };

    [KernelFunction("check")]
    [Description("Checks a table against rules. Gives for each rule whether it passed, how many rows broke it and the first of them, and a score from 0 to 100.")]
    [ToolExample("""
        { "table": "@bookings.csv", "rules": [
          { "kind": "notNull", "column": "guest" },
          { "kind": "unique", "column": "id" },
          { "kind": "compare", "column": "arrival", "operator": "lessOrEqual", "other": "departure" },
          { "kind": "range", "column": "rate", "min": 0, "max": 500 } ] }
        """, """
        {
          "score": 85, "passed": false, "rows": 5, "raggedRows": 0,
          "results": [
            { "rule": { "kind": "notNull", "column": "guest" }, "passed": false, "checked": 5, "failed": 1, "failedRows": [{ "row": 3, "line": 4, "value": "" }] },
            { "rule": { "kind": "unique" }, "passed": false, "checked": 5, "failed": 1, "failedRows": [{ "row": 5, "line": 6, "value": "B-104", "why": "also in row 4" }] },
            { "passed": false, "checked": 5, "failed": 1, "failedRows": [{ "row": 4, "line": 5, "value": "2024-07-09 | 2024-07-02" }] },
            { "rule": { "kind": "range", "min": 0, "max": 500 }, "passed": true, "checked": 5, "failed": 0, "failedRows": [] }
          ]
        }
        """, Partial = true)]
    [ToolExample("""
        { "table": "id,doc\n1,\"{\"\"a\"\": 1}\"\n2,{}\n3,nonsense", "rules": [
          { "kind": "jsonSchema", "column": "doc", "schema": { "type": "object", "required": ["a"] } },
          { "kind": "pattern", "column": "id", "pattern": "(a+)+|[0-9]" },
          { "kind": "rowCount", "min": 4 } ] }
        """, """
        {
          "score": 44.44, "passed": false, "rows": 3,
          "results": [
            { "checked": 3, "failed": 2, "failedRows": [{ "row": 2, "value": "{}", "why": "PropertyRequired at #/a" }, { "row": 3, "value": "nonsense", "why": "is not JSON" }] },
            { "passed": true, "checked": 3 },
            { "passed": false, "checked": 1, "failed": 1, "failedRows": [] }
          ]
        }
        """, Nasty = true, Partial = true)]
    [ToolExample("""{ "table": "a,b\n1,2", "rules": [{ "kind": "notNull", "column": "c" }] }""", "has no column 'c'; it has a, b", Nasty = true, Fails = true)]
    [ToolExample("""{ "table": "a,b\n1,2", "rules": [{ "kind": "pattern", "column": "a", "pattern": "(?=x)" }] }""", "cannot be used", Nasty = true, Fails = true)]
    public static async Task<QualityReport> CheckAsync(
        [Description("The table: delimited text of any size.")] Artifact table,
        [Description("The rules, at least one.")] IReadOnlyList<QualityRule> rules,
        [Description("How many broken rows to list for each rule.")] int examples = 5,
        CancellationToken cancellationToken = default)
    {
        if (rules.Count is 0 or > MaxRules || examples is < 0 or > 1000)
        {
            throw new InvalidInputException($"'rules' holds from 1 to {MaxRules} rules, and 'examples' is from 0 to 1000.");
        }

        await using var opened = await CsvTable.OpenAsync(table, delimiter: null, header: null, cancellationToken);
        var budget = new UniqueBudget();
        List<RuleCheck> checks = [];
        foreach (var rule in rules)
        {
            checks.Add(await RuleCheck.CreateAsync(rule, opened, examples, budget, cancellationToken));
        }

        var ragged = 0L;
        var rows = await TableRows.ReadAsync(opened, row =>
        {
            ragged += row.Fields == opened.Width ? 0 : 1;
            foreach (var check in checks)
            {
                check.Check(row);
            }
        }, cancellationToken);

        RuleResult[] results = [.. checks.Select(c => c.ToResult(rows))];
        var score = results.Average(r => r.Checked == 0 ? 1 : 1 - ((double)r.Failed / r.Checked)) * 100;
        return new QualityReport(Math.Round(score, 2), results.All(r => r.Passed), rows, results)
        {
            RaggedRows = ragged,
            UnterminatedQuoteLine = opened.Scanner.UnterminatedQuoteLine,
        };
    }

    [KernelFunction("suggest_rules")]
    [Description("Infers rules from a table, all of which the table keeps as it is; they show what a later delivery can be held to.")]
    [ToolExample("""{ "table": "@bookings.csv" }""", """
        {
          "rows": 5,
          "rules": [
            { "kind": "rowCount", "min": 1 },
            { "kind": "notNull", "column": "id" },
            { "kind": "pattern", "column": "id", "pattern": "B-[0-9]{3}" },
            { "kind": "notNull", "column": "arrival" },
            { "kind": "type", "column": "arrival", "type": "date" },
            { "kind": "range", "column": "arrival", "min": "2024-07-01", "max": "2024-07-12" }
          ]
        }
        """, Partial = true)]
    [ToolExample("""{ "table": "" }""", """{ "rules": [], "rows": 0 }""", Nasty = true)]
    public static async Task<SuggestedRules> SuggestRulesAsync(
        [Description("The table: delimited text of any size.")] Artifact table, CancellationToken cancellationToken = default)
    {
        TableProfile profile;
        await using (var opened = await CsvTable.OpenAsync(table, delimiter: null, header: null, cancellationToken))
        {
            profile = await TableProfile.ReadAsync(opened, cancellationToken);
        }

        QualityRule[] candidates = [.. RuleSuggestions.From(profile).Take(MaxRules)];
        if (candidates is [])
        {
            return new SuggestedRules([], profile.Rows);
        }

        var report = await CheckAsync(table, candidates, examples: 0, cancellationToken);
        return new SuggestedRules([.. report.Results.Where(r => r is { Passed: true, Checked: > 0, Unchecked: 0 }).Select(r => r.Rule)], profile.Rows);
    }
}
