using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Tests.Scheduling;

/// <summary>Machines that are lost and found, models that are blocked, and calls that move between machines or are tried again.</summary>
public class PlacementPropertyTests
{
    private static readonly Gen<(int What, int Which, int Model, int Tenant)[]> s_events =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 99], Gen.Int[0, 3], Gen.Int[0, 4]).Array[1, 200];

    [Fact]
    public void Nothing_is_lost_or_answered_twice_whatever_happens_to_the_machines() => Gen.Select(s_events, Gen.Int[1, 3], Gen.Int[1, 2]).Sample((events, machines, slots) =>
    {
        var run = new Run(machines, new SchedulerOptions { Concurrency = slots, MaxLoaded = 2, MaxWait = TimeSpan.FromMinutes(5), Preloads = true });
        foreach (var (what, which, model, tenant) in events)
        {
            run.Happen(what, which, $"m{model}", $"t{tenant}");
        }

        run.Settle();

        Assert.Equal(run.Admitted, run.Answered + run.Dropped);
        Assert.All(run.Machines, m => Assert.Equal((0, 0), (m.Waiting, m.Working)));
        Assert.Empty(run.Machines[0].ActiveShares);
    });

    private sealed class Run(int machines, SchedulerOptions options)
    {
        private readonly FakeTimeProvider _time = new();
        private readonly List<Ticket> _working = [];
        private readonly List<(ModelScheduler Machine, string Model)> _loading = [];
        private readonly HashSet<Ticket> _ended = [];
        private IReadOnlyList<ModelScheduler>? _machines;

        public IReadOnlyList<ModelScheduler> Machines => _machines ??= Make(new FairShares());

        public int Admitted { get; private set; }

        public int Answered { get; private set; }

        public int Dropped { get; private set; }

        public void Happen(int what, int which, string model, string tenant)
        {
            _time.Advance(TimeSpan.FromSeconds(which % 20));
            var machine = Machines[which % machines];
            switch (what)
            {
                case < 4:
                    Admitted += Placement.Arrive(new Demand(model, tenant, 100) { Prefix = (ulong)which, PrefixTokens = 50 }, Machines, out _) is null ? 0 : 1;
                    break;
                case 4:
                    Drop(machine.Block(model));
                    break;
                case 5:
                    machine.Unblock(model);
                    break;
                case 6:
                    machine.Pause();
                    _loading.RemoveAll(l => l.Machine == machine);
                    foreach (var ticket in machine.Lanes.SelectMany(l => l.Tickets).ToList())
                    {
                        Placement.Move(ticket, Machines);
                    }

                    break;
                case 7:
                    machine.Resume();
                    break;
                case 8 when _working.Count > 0:
                    // A second try.
                    var again = _working[which % _working.Count];
                    _working.Remove(again);
                    Placement.Move(again, Machines);
                    break;
                default:
                    Finish(which);
                    break;
            }

            Act();
        }

        public void Settle()
        {
            for (var left = 10_000; left > 0 && Machines.Any(m => m.Waiting + m.Working > 0); left--)
            {
                foreach (var machine in Machines)
                {
                    machine.Resume();
                    foreach (var lane in machine.Lanes)
                    {
                        machine.Unblock(lane.Model);
                    }
                }

                _time.Advance(TimeSpan.FromSeconds(1));
                Finish(left);
                Act();
            }
        }

        private ModelScheduler[] Make(FairShares shares) => [.. Enumerable.Range(0, machines).Select(_ => new ModelScheduler(options, _time, shares))];

        private void Finish(int which)
        {
            if (_loading.Count > 0)
            {
                var (machine, model) = _loading[which % _loading.Count];
                _loading.Remove((machine, model));
                if (which % 5 == 0)
                {
                    Drop(machine.LoadFailed(model));
                }
                else
                {
                    machine.Loaded(model);
                }
            }

            if (_working.Count > 0)
            {
                var done = _working[which % _working.Count];
                _working.Remove(done);
                done.Home.Finished(done, new WorkDone(100, 20, 1, 1));
                Assert.True(_ended.Add(done), "A ticket was answered twice.");
                Answered++;
            }
        }

        private void Drop(IReadOnlyList<Ticket> tickets)
        {
            Dropped += tickets.Count;
            Assert.All(tickets, t => Assert.True(_ended.Add(t), "A ticket was ended twice."));
        }

        private void Act()
        {
            foreach (var machine in Machines)
            {
                while (machine.Decide() is { Count: > 0 } actions)
                {
                    foreach (var action in actions)
                    {
                        switch (action)
                        {
                            case StartWork { Ticket: var ticket }:
                                Assert.False(machine.IsPaused);
                                Assert.DoesNotContain(ticket, _working);
                                Assert.DoesNotContain(ticket, _ended);
                                _working.Add(ticket);
                                Assert.InRange(machine.Working, 1, options.Concurrency);
                                break;
                            case SwapModels swap:
                                Assert.DoesNotContain(_loading, l => l.Machine == machine);
                                _loading.Add((machine, swap.Model));
                                break;
                            case GiveUp { Ticket: var hopeless }:
                                Drop([hopeless]);
                                break;
                        }
                    }
                }
            }
        }
    }
}
