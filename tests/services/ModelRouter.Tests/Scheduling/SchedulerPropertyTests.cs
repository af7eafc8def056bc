using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Tests.Scheduling;

/// <summary>What holds whatever is asked, in whatever order things happen.</summary>
public class SchedulerPropertyTests
{
    private static readonly Gen<Call[]> s_calls = Gen.Select(
        Gen.Int[0, 3], Gen.Int[0, 4], Gen.Int[1, 2000], Gen.Int[1, 300], Gen.Bool, Gen.Double[0, 40], Gen.Double[0, 1],
        (model, tenant, prompt, most, batch, gap, leaves) => new Call($"m{model}", $"t{tenant}", prompt, most, batch, gap, leaves)).Array[1, 120];

    private static readonly Gen<SchedulerOptions> s_options = Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[5, 60], Gen.Int[20, 600], (slots, loaded, waiting, bound) => new SchedulerOptions
    {
        Concurrency = slots,
        MaxLoaded = loaded,
        MaxWaiting = waiting,
        MaxWait = TimeSpan.FromSeconds(bound),
        MaxBatchWait = TimeSpan.FromSeconds(3 * bound),
        Bytes = model => model switch { "m0" => 1_300_000_000, "m1" => 2_000_000_000, "m2" => 4_900_000_000, _ => 0 },
    });

    [Fact]
    public void Nothing_is_lost_or_run_twice_and_the_machine_is_never_overcommitted() =>
        Gen.Select(s_calls, s_options).Sample((calls, options) =>
        {
            var machine = new ScriptedMachine(options, exact: false);
            machine.Run(calls, leaving: true);

            Assert.Equal(calls.Length, machine.Refused + machine.GivenUp + machine.Left + machine.Done.Count);
            Assert.Equal((0, 0), (machine.Scheduler.Waiting, machine.Scheduler.Working));
            Assert.Equal(machine.Done.Count, machine.Done.Distinct().Count());
            Assert.Empty(machine.Scheduler.ActiveShares);
        });

    [Fact]
    public void Nobody_admitted_waits_beyond_the_bound_but_for_one_service_and_one_load() =>
        Gen.Select(s_calls, s_options).Sample((calls, options) =>
        {
            options = options with { Concurrency = 1 };
            var machine = new ScriptedMachine(options, exact: true);
            machine.Run(calls, leaving: false);

            var (service, load) = (machine.Done.Max(t => (double?)t.Service) ?? 0, machine.Done.Max(t => (double?)t.Load) ?? 0);
            Assert.All(machine.Done, t => Assert.InRange(
                t.Started - t.Arrived, 0, (t.Demand.Batch ? options.MaxBatchWait : options.MaxWait).TotalSeconds + service + load + 1e-6));
        });

    [Fact]
    public void Two_who_always_want_more_get_the_same_in_tokens() =>
        Gen.Select(Gen.Int[50, 800], Gen.Int[50, 800]).Sample((small, large) =>
        {
            var options = new SchedulerOptions { MaxWaiting = 10_000, MaxWait = TimeSpan.FromDays(2) };
            var machine = new ScriptedMachine(options, exact: false);
            Call[] calls = [.. Enumerable.Range(0, 400).Select(n => new Call("m0", n % 2 == 0 ? "small" : "large", n % 2 == 0 ? small : large, 100, false, 0, 1))];
            machine.Run(calls, leaving: false, until: 3000);

            double Had(string tenant) => machine.Done.Where(t => t.Demand.Tenant == tenant).Sum(t => t.Demand.PromptTokens + 200.0);
            Assert.InRange(Had("small") - Had("large"), -1 * Allowed(small, large, options), Allowed(small, large, options));
        });

    [Theory, InlineData(true, 40), InlineData(false, 12)]
    public void Only_a_load_that_succeeded_tells_how_long_loads_take(bool succeeded, double seconds)
    {
        var time = new FakeTimeProvider();
        var scheduler = new ModelScheduler(new SchedulerOptions(), time);
        Assert.NotNull(scheduler.Arrive(new Demand("m0", "t0", 10), out _));
        Assert.IsType<SwapModels>(Assert.Single(scheduler.Decide()));
        time.Advance(TimeSpan.FromSeconds(40));

        if (succeeded)
        {
            scheduler.Loaded("m0");
        }
        else
        {
            Assert.Empty(scheduler.LoadFailed("m0"));
        }

        Assert.Equal(seconds, scheduler.Estimates.Load("m0"));
        Assert.Equal(succeeded, Assert.Single(scheduler.Decide()) is StartWork);
    }

    // The window for warm prompts, and a request of either that was begun before the other's turn.
    private static double Allowed(int small, int large, SchedulerOptions options) => options.PrefixWindow + (2 * (Math.Max(small, large) + 200)) + 256;
}

/// <param name="Gap">Seconds after the call before it.</param>
/// <param name="Leaves">Chance, drawn already: below a quarter its caller leaves at some point.</param>
internal sealed record Call(string Model, string Tenant, int Prompt, int Most, bool Batch, double Gap, double Leaves);
