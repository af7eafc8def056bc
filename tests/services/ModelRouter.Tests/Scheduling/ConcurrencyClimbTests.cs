using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Tests.Scheduling;

public class ConcurrencyClimbTests
{
    [Fact]
    public void Stays_at_one_where_two_at_once_do_no_more()
    {
        var climb = new ConcurrencyClimb(1, 8);

        var slots = Run(climb, calls: 20_000, _ => 1);

        Assert.Equal(1, slots[^1]);
        Assert.InRange(slots.Count(s => s > 1) / (double)slots.Count, 0.0001, 0.02);
        Assert.InRange(slots.Max(), 2, 2);
    }

    [Fact]
    public void Climbs_to_where_more_at_once_no_longer_do_more()
    {
        var climb = new ConcurrencyClimb(1, 8);

        // A server that batches up to four.
        var slots = Run(climb, calls: 2_000, at => Math.Min(at, 4));

        Assert.Equal(4, slots[^1]);
    }

    [Fact]
    public void Never_goes_beyond_its_bounds()
    {
        Assert.InRange(Run(new ConcurrencyClimb(2, 3), 2_000, at => at).Max(), 2, 3);
        Assert.All(Run(new ConcurrencyClimb(2, 2), 2_000, at => at), s => Assert.Equal(2, s));
    }

    [Fact]
    public void Learns_nothing_while_nobody_waits()
    {
        var climb = new ConcurrencyClimb(1, 8);
        for (var call = 0; call < 1000; call++)
        {
            climb.Finished(work: 1, busy: call % 10 != 0, now: call);
        }

        Assert.Equal(1, climb.Slots);
    }

    // Calls of one unit of work each, by a machine that does so many units a second at so many at once.
    private static List<int> Run(ConcurrencyClimb climb, int calls, Func<int, double> throughput)
    {
        List<int> slots = [];
        var now = 0.0;
        for (var call = 0; call < calls; call++)
        {
            now += 1 / throughput(climb.Slots);
            climb.Finished(1, busy: true, now);
            slots.Add(climb.Slots);
        }

        return slots;
    }
}
