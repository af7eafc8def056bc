using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Sutazai.Clients;

namespace Sutazai.ModelRouter.Usage;

/// <summary><c>GET /usage</c>: who may read operations sees everyone's use, others their own.</summary>
internal static class UsageApi
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_default = TimeSpan.FromHours(24);
    private static readonly string[] s_by = ["agent", "caller", "model"];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/usage", GetAsync);

    /// <param name="from">A time, of UTC where it does not say; its hour is the first that counts.</param>
    /// <param name="to">The same; its hour counts unless it begins there.</param>
    /// <param name="by">Some of <c>agent</c>, <c>caller</c> and <c>model</c>, separated by commas.</param>
    private static async Task<Results<Ok<UsageReport>, ProblemHttpResult>> GetAsync(
        HttpContext context, UsageLedger ledger, TimeProvider time, string? from, string? to, string by = "agent,caller", CancellationToken cancellationToken = default)
    {
        var columns = by.Split(',', StringSplitOptions.TrimEntries);
        if (columns.FirstOrDefault(c => !s_by.Contains(c)) is { } unknown)
        {
            return Problems.Of(400, "invalid-request", $"'by' is some of {string.Join(", ", s_by)}, separated by commas; '{Problems.Shown(unknown)}' is none of them.");
        }

        if (!IsTime(from, out var first) || !IsTime(to, out var last))
        {
            return Problems.Of(400, "invalid-request", "'from' and 'to' are times such as 2026-01-31T12:00Z, of the years from 1970 to 9998.");
        }

        var end = Ceiling(last ?? time.GetUtcNow());
        var start = BudgetWindow.Hour.StartAt(first ?? end - s_default);
        if (start >= end)
        {
            return Problems.Of(400, "invalid-request", $"'from' is before 'to'; they were {start:O} and {end:O}.");
        }

        var caller = Caller.Known(context);
        var own = Scopes.Allow(caller.Scopes, Scopes.ReadOperations) ? null : caller.Subject;
        try
        {
            var records = await ledger.SumAsync(start, end, own, cancellationToken);
            return TypedResults.Ok(new UsageReport(start, end, Rows(records, columns)));
        }
        catch (Exception e) when (UsageLedger.IsOfStore(e))
        {
            return Problems.Of(503, "unavailable", "The store of the usage ledger does not answer just now.");
        }
    }

    private static List<UsageRow> Rows(IReadOnlyList<UsageRecord> records, string[] columns) =>
    [
        .. records
            .GroupBy(r => (Agent: columns.Contains("agent") ? r.Agent : null, Caller: columns.Contains("caller") ? r.Caller : null, Model: columns.Contains("model") ? r.Model : null))
            .Select(g => new UsageRow(
                g.Key.Agent is "" ? null : g.Key.Agent,
                g.Key.Caller,
                g.Key.Model,
                g.Sum(r => r.Calls),
                g.Sum(r => r.PromptTokens),
                g.Sum(r => r.CompletionTokens),
                g.Sum(r => r.CpuSeconds),
                g.Sum(r => r.FailedCalls),
                g.Sum(r => r.WastedSeconds),
                g.Sum(r => r.SavedCalls),
                g.Sum(r => r.SavedSeconds)))
            .OrderByDescending(r => r.CpuSeconds + r.WastedSeconds).ThenBy(r => r.Agent, StringComparer.Ordinal).ThenBy(r => r.Caller, StringComparer.Ordinal).ThenBy(r => r.Model, StringComparer.Ordinal),
    ];

    /// <returns>Whether it is one that the ledger might know, or none is given.</returns>
    private static bool IsTime(string? text, out DateTimeOffset? at)
    {
        var isTime = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed);
        at = isTime ? parsed : null;
        return string.IsNullOrEmpty(text) || (isTime && parsed.UtcDateTime.Year is >= 1970 and <= 9998);
    }

    private static DateTimeOffset Ceiling(DateTimeOffset at) => BudgetWindow.Hour.StartAt(at) is var hour && hour == at ? hour : hour + s_hour;
}
