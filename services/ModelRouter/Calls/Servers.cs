using System.Text.Json;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// The servers of the backend, and what is done at them: calls begun, failing models left alone for a while, lost servers found again. All but
/// the latter's waiting happens under <see cref="Lock"/>.
/// </summary>
internal sealed partial class Servers(string backend, IReadOnlyList<Replica> all, ModelShapes shapes, ModelTelemetry telemetry, TimeProvider time, ILogger<Servers> logger) : IDisposable
{
    private static readonly TimeSpan s_probeEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_probeLimit = TimeSpan.FromSeconds(5);

    /// <summary>For how long a server that was there may be away before nobody else waits for it. Those who do already, do so as long as they would wait anyway.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly StopSource _stop = new();

    public Lock Lock { get; } = new();

    public IReadOnlyList<Replica> All => all;

    /// <summary>Cancelled when the service ends.</summary>
    public CancellationToken Stopping => _stop.Token;

    private ModelLoads Loads => field ??= new ModelLoads(this, backend, shapes, telemetry, time, logger);

    public void Dispose()
    {
        _stop.Dispose();
        lock (Lock)
        {
            foreach (var replica in all)
            {
                replica.Wake?.Dispose();
            }
        }
    }

    /// <summary>The servers that may serve a model now.</summary>
    /// <exception cref="ModelException">It fails at all that have it.</exception>
    public List<Replica> Able(string model)
    {
        List<Replica> able = [];
        TimeSpan? soonest = null;
        foreach (var replica in all)
        {
            if (!replica.Has(model))
            {
                continue;
            }

            if (!replica.Breakers.Of(model).Refuses(out var left))
            {
                able.Add(replica);
            }
            else if (!(soonest < left))
            {
                soonest = left;
            }
        }

        return able.FindAll(static r => !r.Scheduler.IsPaused) is { Count: > 0 } up ? up
            : able is [{ Away: { } why }, ..] && able.TrueForAll(r => r.Away is not null) ? throw ModelException.Unreachable(backend, why)
            : able.Count > 0 ? able
            : soonest is { } pause ? throw ModelException.BreakerOpen(model, pause)
            : [.. all];
    }

    /// <summary>Has a ticket wait at the best server that can serve it now, or where it is if there is none.</summary>
    public void Place(Ticket ticket)
    {
        var model = ticket.Demand.Model;
        var there = all.Where(r => r.Has(model) && !r.Scheduler.IsPaused && !r.Breakers.Of(model).Refuses(out _)).Select(r => r.Scheduler).ToList();
        Placement.Move(ticket, there.Count > 0 ? there : [ticket.Home]);
        Settle(ticket);
    }

    /// <summary>Takes what a server says of itself: the models that it has, and those in memory.</summary>
    /// <param name="loaded">Rows of Ollama's <c>/api/ps</c>; null where it does not tell.</param>
    /// <param name="asked">When it was asked, as a timestamp.</param>
    public void Learn(Replica replica, IEnumerable<BackendModel> models, IReadOnlyList<JsonElement>? loaded, long asked)
    {
        replica.Learn(models);
        var at = replica.Scheduler.Now - time.GetElapsedTime(asked).TotalSeconds;
        var gone = loaded is null ? [] : replica.Scheduler.Lanes.Where(l => l is { IsLoaded: true, Working: 0 } && l.LoadedAt < at && replica.Contexts.Lacks(loaded, l.Model)).ToList();
        foreach (var lane in gone)
        {
            // It was started anew, or somebody else had its models replaced.
            replica.Scheduler.Unloaded(lane.Model);
        }

        if (gone.Count > 0)
        {
            Decide(replica);
        }
    }

    /// <summary>Sees to it that the model will have as much context at the ticket's server as it asks for.</summary>
    public void Settle(Ticket ticket)
    {
        var (replica, model) = (Home(ticket), ticket.Demand.Model);
        if (replica.Backend.LoadsModels && replica.Contexts.Ask(model, ((QueuedCall)ticket.Tag!).Context, shapes.Longest(model, replica.MemoryBytes)))
        {
            replica.Scheduler.Unloaded(model);
        }
    }

    /// <summary>The server that a ticket waits for or is at.</summary>
    public Replica Home(Ticket ticket) => all is [var only] ? only : all.First(r => r.Scheduler == ticket.Home);

    public void DecideAll()
    {
        foreach (var replica in all)
        {
            Decide(replica);
        }
    }

    /// <summary>Has a server do what can be done now. After every event.</summary>
    public void Decide(Replica replica)
    {
        var more = true;
        while (more)
        {
            more = false;
            foreach (var action in replica.Scheduler.Decide())
            {
                switch (action)
                {
                    case StartWork { Ticket: var ticket }:
                        more |= !Begin(replica, ticket);
                        break;
                    case GiveUp { Ticket: var ticket }:
                        Fail([ticket], ModelException.DeadlineTooNear());
                        break;
                    case UnloadModel { Model: var model }:
                        Loads.Unload(replica, model);
                        break;
                    case SwapModels swap:
                        Loads.Swap(replica, swap);
                        break;
                }
            }
        }

        Help(replica);
        if (replica.Scheduler.WakeIn() is { } wait)
        {
            WakeIn(replica, wait);
        }
    }

    /// <summary>Has a server that loads models let go of one; who waits for it has it loaded again.</summary>
    public void Reload(Replica replica, string model)
    {
        if (replica.Backend.LoadsModels)
        {
            replica.Scheduler.Unloaded(model);
            Loads.Unload(replica, model);
        }
    }

    // A server that nobody wants anything of takes from the others what it would be done with sooner.
    private void Help(Replica idle)
    {
        if (all.Count > 1 && !idle.Scheduler.IsPaused && idle.Scheduler.Waiting + idle.Scheduler.Working == 0)
        {
            TakeFromOthers(idle);
        }
    }

    private void TakeFromOthers(Replica idle)
    {
        var others = all.Where(r => r != idle).Select(r => r.Scheduler);
        if (Placement.Better(idle.Scheduler, others, model => idle.Has(model) && !idle.Breakers.Of(model).Refuses(out _)) is { } ticket)
        {
            Placement.Move(ticket, [idle.Scheduler]);
            Settle(ticket);
            Decide(idle);
        }
    }

    private void WakeIn(Replica replica, TimeSpan wait)
    {
        replica.Wake ??= time.CreateTimer(_ => Woken(replica), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        replica.Wake.Change(wait < TimeSpan.FromDays(40) ? wait : TimeSpan.FromDays(40), Timeout.InfiniteTimeSpan);
    }

    private void Woken(Replica replica)
    {
        lock (Lock)
        {
            Decide(replica);
        }
    }

    // False where the breaker, opened during the wait, does not let it pass: then it goes on waiting.
    private bool Begin(Replica replica, Ticket ticket)
    {
        if (!replica.Breakers.Of(ticket.Demand.Model).TryEnter(out var left))
        {
            Block(replica, ticket.Demand.Model, left);
            Place(ticket);
            if (ticket.Home != replica.Scheduler)
            {
                Decide(Home(ticket));
            }

            return false;
        }

        ((QueuedCall)ticket.Tag!).Start(ticket);
        return true;
    }

    /// <summary>Tells those who wait that they do so in vain.</summary>
    public static void Fail(IEnumerable<Ticket> tickets, ModelException why)
    {
        foreach (var ticket in tickets)
        {
            ((QueuedCall)ticket.Tag!).Fail(why);
        }
    }

    /// <summary>Tells the breaker of a call's end.</summary>
    public void Heard(Replica replica, string model, bool failed)
    {
        var breaker = replica.Breakers.Of(model);
        if (!failed)
        {
            replica.WasSeen = true;
            breaker.Succeeded();
            return;
        }

        breaker.Failed();
        if (breaker.Refuses(out var left))
        {
            Block(replica, model, left);
        }
    }

    // Those who wait go where the model works; where it works nowhere, they wait until it is tried again.
    private void Block(Replica replica, string model, TimeSpan pause)
    {
        Fail(replica.Scheduler.Block(model), ModelException.BreakerOpen(model, pause));
        MoveAway(replica, t => t.Demand.Model.Equals(model, StringComparison.OrdinalIgnoreCase));
        _ = UnblockAsync(replica, model, pause);
    }

    private void MoveAway(Replica replica, Func<Ticket, bool> which)
    {
        if (all.Count == 1)
        {
            return;
        }

        foreach (var ticket in replica.Scheduler.Lanes.SelectMany(l => l.Tickets).Where(which).ToList())
        {
            Place(ticket);
        }

        foreach (var other in all.Where(r => r != replica))
        {
            Decide(other);
        }
    }

    private async Task UnblockAsync(Replica replica, string model, TimeSpan pause)
    {
        await Task.Delay(pause, time, Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (Lock)
        {
            replica.Scheduler.Unblock(model);
            Decide(replica);
        }
    }

    /// <summary>A server broke a connection or does not take one: nobody is sent there until it is found again, and those who can wait elsewhere do.</summary>
    public void Lost(Replica replica, Exception why)
    {
        lock (Lock)
        {
            if (!replica.Scheduler.IsPaused)
            {
                Log.Lost(logger, replica.Backend.Address, why.Message);
                replica.Scheduler.Pause();
                MoveAway(replica, _ => true);
                _ = FindAsync(replica, why);
            }
        }
    }

    private async Task FindAsync(Replica replica, Exception why)
    {
        var since = time.GetTimestamp();
        while (!Stopping.IsCancellationRequested)
        {
            try
            {
                using var limit = new CancellationTokenSource(s_probeLimit, time);
                await replica.Backend.ReportAsync(limit.Token);
                var loaded = await replica.Backend.RunningAsync(limit.Token);
                lock (Lock)
                {
                    Found(replica, loaded);
                }

                return;
            }
            catch (Exception e) when (ModelBackends.Unreachable(e) || e is ModelException or OperationCanceledException)
            {
                why = e;
            }

            lock (Lock)
            {
                Fail(replica.WasSeen ? replica.Scheduler.DropOverdue() : replica.Scheduler.DropAll(), ModelException.Unreachable(backend, why));
                if (!replica.WasSeen)
                {
                    replica.Scheduler.Resume();
                    return;
                }

                replica.Away = time.GetElapsedTime(since) > s_patience ? why : null;
                Decide(replica);
            }

            await Task.Delay(s_probeEvery, time, Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <param name="loaded">What it has in memory, as the rows of Ollama's <c>/api/ps</c>.</param>
    private void Found(Replica replica, IEnumerable<JsonElement> loaded)
    {
        Log.Found(logger, replica.Backend.Address);
        (replica.WasSeen, replica.Away) = (true, null);
        replica.Scheduler.Resume();
        foreach (var model in replica.Contexts.Kept(loaded))
        {
            replica.Scheduler.Loaded(model);
        }

        Decide(replica);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The model backend at {Address} was lost: {Reason}")]
        public static partial void Lost(ILogger logger, Uri? address, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "The model backend at {Address} was found again")]
        public static partial void Found(ILogger logger, Uri? address);
    }
}
