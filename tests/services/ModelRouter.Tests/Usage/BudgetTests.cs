using CsCheck;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Tests.Usage;

public class BudgetTests
{
    private const int Limit = 100;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 10, 20, 0, TimeSpan.Zero));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Whatever was estimated, as long as the model works on one call after the other.</summary>
    [Fact]
    public void A_caller_is_over_the_limit_by_less_than_its_last_call()
    {
        var calls = Gen.Select(Gen.Int[0, 60], Gen.Int[0, 60], Gen.Int[0, 3], (estimate, done, fate) => (estimate, done, fate)).Array[1, 60];
        Gen.Select(calls, Gen.Int[1, 8]).Sample((all, crowd) =>
        {
            var budgets = Open(new() { ["all"] = new() { Tokens = Limit } });
            var (used, last) = (0, 0);
            foreach (var some in all.Chunk(crowd))
            {
                var let = some.Select(c => (Claim: Try(() => Reserve(budgets, "c", c.estimate)), c.done, c.fate)).Where(c => c.Claim is not null).ToList();
                foreach (var (claim, done, fate) in let)
                {
                    // One in four leaves while it waits.
                    var began = fate > 0 && Try(() => { claim!.Begin(); return claim; }) is not null;
                    claim!.End(new Work(began ? done : 0, 0));
                    (used, last) = began ? (used + done, done) : (used, last);
                    Assert.True(used - last < Limit, $"{used} of {Limit} after a call of {last}");
                }
            }

            // All that was reserved has been given back: what is left is left for a call of that size, and no more.
            if (used < Limit)
            {
                var rest = Reserve(budgets, "c", Limit - used);
                Assert.Null(Try(() => Reserve(budgets, "c", 1)));
                rest!.End(default);
            }
            else
            {
                Assert.Null(Try(() => Reserve(budgets, "c", 0)));
            }
        });
    }

    /// <summary>However many the model works on at a time, as long as no estimate is too low.</summary>
    [Fact]
    public void Estimates_that_hold_keep_a_crowd_within_the_limit() =>
        Gen.Int[1, Limit].Array[1, 60].Sample(estimates =>
        {
            var budgets = Open(new() { ["all"] = new() { Tokens = Limit } });
            var let = estimates.Select(e => (Claim: Try(() => Reserve(budgets, "c", e)), e)).Where(c => c.Claim is not null).ToList();

            Assert.All(let, c => c.Claim!.Begin());
            Assert.True(let.Sum(c => c.e) <= Limit);
        });

    [Fact]
    public async Task Many_threads_at_once_are_let_in_for_no_more_than_there_is()
    {
        var budgets = Open(new() { ["all"] = new() { CpuSeconds = Limit } });
        var let = 0;

        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancelled }, async (_, cancellationToken) =>
        {
            try
            {
                var claim = await budgets.ReserveAsync(new CallTerms("c"), new Work(5, 1), cancellationToken);
                claim!.Begin();
                Interlocked.Increment(ref let);
            }
            catch (ModelException refused) when (refused.Code == "insufficient_quota")
            {
                // As most are.
            }
        });

        Assert.Equal(Limit, let);
    }

    [Fact]
    public void A_budget_that_names_the_caller_stands_for_the_common_one_and_an_agents_stands_beside_both()
    {
        var budgets = Open(new()
        {
            ["all"] = new() { Tokens = 10 },
            ["rich"] = new() { Tokens = 1000, Caller = "key:rich" },
            ["miner"] = new() { Tokens = 5, Agent = "miner" },
        });

        Assert.NotNull(Reserve(budgets, "key:rich", 900));
        Assert.NotNull(Reserve(budgets, "key:poor", 10));
        Assert.Contains("'all' of key:poor", Refused(() => Reserve(budgets, "key:poor", 1)).Message, StringComparison.Ordinal);
        Assert.NotNull(Reserve(budgets, "key:rich", 5, "miner"));
        Assert.Contains("'miner' of miner for key:rich", Refused(() => Reserve(budgets, "key:rich", 1, "miner")).Message, StringComparison.Ordinal);
        Assert.NotNull(Reserve(budgets, "key:rich", 1, "other"));
    }

    [Fact]
    public void A_window_begins_with_the_hour_and_what_is_under_way_counts_where_it_ends()
    {
        var budgets = Open(new() { ["all"] = new() { Tokens = Limit, Window = BudgetWindow.Hour } });
        var early = Reserve(budgets, "c", 60)!;
        var late = Reserve(budgets, "c", 40)!;
        early.Begin();
        early.End(new Work(60, 0));
        late.Begin();

        var refused = Refused(() => Reserve(budgets, "c", 1));
        _time.Advance(TimeSpan.FromMinutes(40));

        Assert.Equal((429, TimeSpan.FromMinutes(40)), (refused.Status, refused.RetryAfter));
        Assert.Equal("the budget 'all' of c is spent for this hour: 60 of 100 tokens used, 40 more reserved by calls under way; the next begins at 2026-01-01 11:00 UTC", refused.Message);
        Assert.Null(Try(() => Reserve(budgets, "c", 61)));
        late.End(new Work(90, 0));
        Assert.NotNull(Reserve(budgets, "c", 4));
        Assert.Null(Try(() => Reserve(budgets, "c", 7)));
        Assert.NotNull(Reserve(budgets, "c", 6));
    }

    [Fact]
    public async Task Nobody_is_let_in_before_it_is_known_what_was_used()
    {
        var budgets = new Budgets(Options.Create(Configured(new() { ["hour"] = new() { Tokens = Limit, Window = BudgetWindow.Hour }, ["day"] = new() { Tokens = 600 } })), _time);
        var first = budgets.ReserveAsync(new CallTerms("c"), new Work(20, 0), Cancelled).AsTask();
        Assert.False(first.IsCompleted);

        budgets.Restore([Record(hour: 8, 500), Record(hour: 10, 100)]);
        budgets.Open();

        Assert.Contains("'hour' of c is spent for this hour: 100 of 100 tokens used", (await Assert.ThrowsAsync<ModelException>(() => first)).Message, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Contains("'day' of c is spent for this day: 600 of 600 tokens used", Refused(() => Reserve(budgets, "c", 1)).Message, StringComparison.Ordinal);
        Assert.NotNull(Reserve(budgets, "other", 1));
    }

    private UsageRecord Record(int hour, long tokens) => new()
    {
        Hour = new DateTimeOffset(_time.GetUtcNow().Date.AddHours(hour), TimeSpan.Zero).ToUnixTimeSeconds(),
        Caller = "c",
        Agent = "",
        Model = "m",
        PromptTokens = tokens - 1,
        CompletionTokens = 1,
    };

    private Budgets Open(Dictionary<string, BudgetOptions> budgets)
    {
        var open = new Budgets(Options.Create(Configured(budgets)), _time);
        open.Open();
        return open;
    }

    private static ModelRouterOptions Configured(Dictionary<string, BudgetOptions> budgets)
    {
        var options = new ModelRouterOptions();
        foreach (var (name, budget) in budgets)
        {
            options.Budgets[name] = budget;
        }

        return options;
    }

    // An open budget answers at once.
    private static BudgetClaim? Reserve(Budgets budgets, string caller, int tokens, string? agent = null)
    {
        var reserving = budgets.ReserveAsync(new CallTerms(caller) { Agent = agent }, new Work(tokens, 0), CancellationToken.None).AsTask();
        Assert.True(reserving.IsCompleted);
        return reserving.GetAwaiter().GetResult();
    }

    private static ModelException Refused(Func<object?> call) => Assert.Throws<ModelException>(call);

    private static BudgetClaim? Try(Func<BudgetClaim?> call)
    {
        try
        {
            return call();
        }
        catch (ModelException)
        {
            return null;
        }
    }
}
