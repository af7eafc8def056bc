using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Tests.Scheduling;

/// <summary>How long a tenant goes on before it is another's turn, where two have calls for the same model.</summary>
public class TurnTests
{
    private static readonly SchedulerOptions s_options = new() { OwnsResidency = false, MaxBatchWait = TimeSpan.FromDays(1) };

    [Fact]
    public void Batch_calls_that_begin_alike_are_worked_on_together() => Assert.Equal("aaaaaabbbbbb", Order(6, batch: true, begin: 1500));

    [Fact]
    public void Interactive_calls_take_turns_though_they_begin_alike() => Assert.Equal("abbaabbaabba", Order(6, batch: false, begin: 1500));

    [Fact]
    public void Batch_calls_that_begin_differently_take_turns() => Assert.Equal("abbaabbaabba", Order(6, batch: true, begin: 0));

    [Fact]
    public void A_tenant_whose_batch_calls_begin_alike_is_not_far_ahead_for_it()
    {
        var order = Order(100, batch: true, begin: 1500);

        var most = s_options.BatchPrefixWindow;
        var ahead = Enumerable.Range(1, order.Length).Select(n => order[..n]).Max(o => Math.Abs(o.Count(t => t == 'a') - o.Count(t => t == 'b')) * 1700);
        Assert.InRange(ahead, most / 2, most + 1700);
    }

    [Fact]
    public void A_model_that_was_loaded_anew_has_nothing_evaluated()
    {
        var scheduler = new ModelScheduler(s_options, new FakeTimeProvider());
        Arrive(scheduler, 3, batch: true, begin: 1500);
        var first = Begin(scheduler)!;

        scheduler.Finished(first, Done);
        scheduler.Unloaded("m");

        Assert.NotEqual(first.Demand.Tenant, Begin(scheduler)!.Demand.Tenant);
    }

    private static WorkDone Done => new(1600, 50, 10, 5);

    private static string Order(int calls, bool batch, int begin)
    {
        var scheduler = new ModelScheduler(s_options, new FakeTimeProvider());
        Arrive(scheduler, calls, batch, begin);
        var order = "";
        while (Begin(scheduler) is { } ticket)
        {
            order += ticket.Demand.Tenant;
            scheduler.Finished(ticket, Done);
        }

        return order;
    }

    private static void Arrive(ModelScheduler scheduler, int calls, bool batch, int begin)
    {
        for (var call = 0; call < calls; call++)
        {
            foreach (var tenant in new[] { "a", "b" })
            {
                var demand = new Demand("m", tenant, 1600) { Batch = batch, MaxTokens = 50, Prefix = begin > 0 ? (ulong)tenant[0] : null, PrefixTokens = begin };
                Assert.NotNull(scheduler.Arrive(demand, out _));
            }
        }
    }

    private static Ticket? Begin(ModelScheduler scheduler) => scheduler.Decide() is [StartWork { Ticket: var ticket }] ? ticket : null;
}
