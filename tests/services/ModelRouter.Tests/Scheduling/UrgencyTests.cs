using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Tests.Scheduling;

/// <summary>Calls that others wait for too.</summary>
public class UrgencyTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ModelScheduler _scheduler;

    public UrgencyTests() => _scheduler = new ModelScheduler(new SchedulerOptions { OwnsResidency = false }, _time);

    [Fact]
    public void A_batch_call_that_somebody_sits_and_waits_for_goes_before_the_others()
    {
        var working = Arrive("first");
        Assert.Equal([working], Started());
        var batch = Arrive("second", batch: true);
        var urged = Arrive("third", batch: true);

        _scheduler.Urge(urged, interactive: true, deadline: null);
        _scheduler.Finished(working, default);

        Assert.Equal([urged], Started());
        _scheduler.Finished(urged, default);
        Assert.Equal([batch], Started());
    }

    [Fact]
    public void A_call_is_of_use_until_the_last_of_those_who_wait_for_it_leaves()
    {
        var working = Arrive("first");
        Assert.Equal([working], Started());
        _scheduler.Finished(working, new WorkDone(100, 10, 1, 1));
        working = Arrive("first");
        Assert.Equal([working], Started());
        var alone = Arrive("second", seconds: 600);
        var joined = Arrive("third", seconds: 600);

        _scheduler.Urge(joined, interactive: true, _time.GetUtcNow().AddHours(1));
        _time.Advance(TimeSpan.FromSeconds(601));

        Assert.Equal([new GiveUp(alone)], _scheduler.Decide());
        _scheduler.Finished(working, default);
        Assert.Equal([joined], Started());
    }

    [Fact]
    public void Who_wants_it_by_no_time_at_all_keeps_it_for_good()
    {
        var working = Arrive("first");
        Assert.Equal([working], Started());
        _scheduler.Finished(working, new WorkDone(100, 10, 1, 1));
        working = Arrive("first");
        Assert.Equal([working], Started());
        var joined = Arrive("third", seconds: 600);

        _scheduler.Urge(joined, interactive: true, deadline: null);
        _time.Advance(TimeSpan.FromHours(2));

        Assert.Empty(_scheduler.Decide());
    }

    private Ticket Arrive(string tenant, bool batch = false, double? seconds = null)
    {
        var demand = new Demand("m", tenant, 100) { Batch = batch, Deadline = seconds is { } left ? _time.GetUtcNow().AddSeconds(left) : null };
        return _scheduler.Arrive(demand, out var refusal) ?? throw new InvalidOperationException(refusal!.Reason);
    }

    private IEnumerable<Ticket> Started() => _scheduler.Decide().OfType<StartWork>().Select(s => s.Ticket);
}
