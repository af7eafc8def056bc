using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.Clients;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// Holds the calls back until a scheduler gives them their turn, and carries out its swaps. Whatever is handed to a server can no longer be
/// reordered or dropped cheaply, so calls wait here.
/// </summary>
internal sealed partial class ModelQueue : IDisposable
{
    private static readonly TimeSpan s_probeEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_probeLimit = TimeSpan.FromSeconds(5);

    /// <summary>For how long a server that was there may be away before those who wait for it are told.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _backend;
    private readonly TimeProvider _time;
    private readonly ILogger<ModelQueue> _logger;
    private readonly ModelTelemetry _telemetry;
    private readonly ModelShapes _shapes;
    private readonly Replica[] _replicas;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly Lock _lock = new();

    public ModelQueue(ModelBackends backends, ModelShapes shapes, ModelTelemetry telemetry, IOptions<ModelRouterOptions> options, TimeProvider time, ILogger<ModelQueue> logger)
    {
        (_backend, _shapes, _telemetry, _time, _logger) = (backends.Name, shapes, telemetry, time, logger);
        var router = options.Value;
        var shares = new FairShares();
        _replicas = [.. backends.Servers.Select(server =>
        {
            var contexts = new ContextPlan(router.ContextLength);
            var scheduler = new ModelScheduler(
                new SchedulerOptions
                {
                    Concurrency = router.Concurrency,
                    MaxConcurrency = router.MaxConcurrency,
                    MaxLoaded = router.MaxLoadedModels,
                    MemoryBytes = router.ModelMemoryBytes ?? Memory(server.Address),
                    OwnsResidency = server.LoadsModels,
                    Preloads = router.Preload,
                    MaxWaiting = router.MaxQueue,
                    MaxWait = router.MaxWait,
                    MaxBatchWait = router.MaxBatchWait,
                    Bytes = model => shapes.Bytes(model, contexts.Of(model)),
                },
                time,
                shares);
            return new Replica(server, scheduler, contexts, time);
        })];
        _stopping = _stop.Token;
        telemetry.Observe(this);
    }

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _replicas.Sum(r => r.Scheduler.Waiting);
            }
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        lock (_lock)
        {
            foreach (var replica in _replicas)
            {
                replica.Wake?.Dispose();
            }
        }
    }

    /// <summary>Tells which models a server has.</summary>
    public void Learn(IModelBackend server, IReadOnlyList<BackendModel> models)
    {
        lock (_lock)
        {
            _replicas.First(r => r.Backend == server).Learn(models);
        }
    }

    /// <summary>Models that will probably be asked for; an idle server loads them.</summary>
    public void Expect(IEnumerable<string> models)
    {
        lock (_lock)
        {
            foreach (var model in models)
            {
                foreach (var replica in _replicas.Where(r => r.Has(model)))
                {
                    replica.Scheduler.Expect(model);
                }
            }

            DecideAll();
        }
    }

    /// <summary>For how long a model stays in memory after its last use; <see cref="Timeout.InfiniteTimeSpan"/> for good, zero to unload it as soon as nobody waits for it.</summary>
    public void Keep(string model, TimeSpan time)
    {
        lock (_lock)
        {
            foreach (var replica in _replicas)
            {
                replica.Scheduler.Keep(model, time < TimeSpan.Zero ? null : time);
            }

            DecideAll();
        }
    }

    /// <summary>What a call will probably take.</summary>
    public Work Estimate(Demand demand)
    {
        lock (_lock)
        {
            var estimates = _replicas[0].Scheduler.Estimates;
            var answer = estimates.Answer(demand);
            return new Work(demand.PromptTokens + answer, estimates.Service(demand.Model, demand.PromptTokens, answer));
        }
    }

    /// <summary>Waits for the model. End the lease that it returns when the model's work is done.</summary>
    /// <exception cref="ModelException">It would wait too long, or has waited in vain.</exception>
    public async ValueTask<Lease> EnterAsync(Demand demand, int? context, CallProgress progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var turn = new Turn(progress);
        Ticket ticket;
        lock (_lock)
        {
            var able = Able(demand.Model);
            ticket = SchedulerPool.Arrive(demand, able.Select(r => r.Scheduler), out var refusal) ?? throw ModelException.Busy(refusal!.Wait, refusal.Reason);
            Enter(ticket, turn, context);
        }

        return await turn.WaitAsync(this, ticket, context, cancellationToken);
    }

    /// <summary>What is under way and what waits, as an operator reads it.</summary>
    public QueueReport Report()
    {
        lock (_lock)
        {
            return QueueReports.Of(_replicas);
        }
    }

    /// <summary>How evenly those who are active are served, by Jain's index: 1 is even, 1/n is all for one of n.</summary>
    public double Evenness()
    {
        lock (_lock)
        {
            return _replicas is [var first, ..] ? first.Scheduler.Evenness : 1;
        }
    }

    // Under the lock.
    private void Enter(Ticket ticket, Turn turn, int? context)
    {
        ticket.Tag = turn;
        turn.Progress.Follow(() => Standing(ticket));
        var replica = Home(ticket);
        var model = ticket.Demand.Model;
        if (replica.Backend.LoadsModels && replica.Contexts.Ask(model, context, _shapes.Of(model)?.Context))
        {
            replica.Scheduler.Unloaded(model);
        }

        Decide(replica);
    }

    private CallProgress.Standing Standing(Ticket ticket)
    {
        lock (_lock)
        {
            if (ticket.State != TicketState.Waiting)
            {
                return new(CallState.Working, null, null);
            }

            var (wait, position) = ticket.Home.Predict(ticket);
            return new(ticket.Home.IsLoading(ticket.Demand.Model) ? CallState.Loading : CallState.Queued, position, wait);
        }
    }

    private List<Replica> Able(string model)
    {
        TimeSpan? soonest = null;
        var able = _replicas.Where(r => r.Has(model) && !Refuses(r)).ToList();
        return able.Count > 0 ? able
            : soonest is { } left ? throw ModelException.BreakerOpen(model, left)
            : [.. _replicas];

        bool Refuses(Replica replica)
        {
            var refuses = replica.Breakers.Of(model).Refuses(out var left);
            soonest = refuses && !(soonest < left) ? left : soonest;
            return refuses;
        }
    }

    private void Place(Ticket ticket)
    {
        var model = ticket.Demand.Model;
        var there = _replicas.Where(r => r.Has(model) && !r.Scheduler.IsPaused && !r.Breakers.Of(model).Refuses(out _)).Select(r => r.Scheduler).ToList();
        SchedulerPool.Move(ticket, there.Count > 0 ? there : [ticket.Home]);
    }

    private Replica Home(Ticket ticket) => Array.Find(_replicas, r => r.Scheduler == ticket.Home)!;

    private void Leave(Ticket ticket, Turn turn, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (ticket.State != TicketState.Waiting)
            {
                return;
            }

            ticket.Home.Cancel(ticket);
            Decide(Home(ticket));
        }

        turn.Begun.TrySetCanceled(cancellationToken);
    }

    private void DecideAll()
    {
        foreach (var replica in _replicas)
        {
            Decide(replica);
        }
    }

    // Under the lock, after every event.
    private void Decide(Replica replica)
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
                        replica.Residency = ResideAsync(replica, () => UnloadAsync(replica, model));
                        break;
                    case SwapModels swap:
                        replica.Residency = ResideAsync(replica, () => SwapAsync(replica, swap));
                        break;
                }
            }
        }

        Help(replica);
        if (replica.Scheduler.WakeIn() is { } wait)
        {
            replica.Wake ??= _time.CreateTimer(_ => Woken(replica), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            replica.Wake.Change(wait < TimeSpan.FromDays(40) ? wait : TimeSpan.FromDays(40), Timeout.InfiniteTimeSpan);
        }
    }

    // A server that nobody wants anything of takes from the others what it would be done with sooner.
    private void Help(Replica idle)
    {
        if (_replicas.Length == 1 || idle.Scheduler.IsPaused || idle.Scheduler.Waiting + idle.Scheduler.Working > 0)
        {
            return;
        }

        var others = _replicas.Where(r => r != idle).Select(r => r.Scheduler);
        if (SchedulerPool.Better(idle.Scheduler, others, model => idle.Has(model) && !idle.Breakers.Of(model).Refuses(out _)) is { } ticket)
        {
            SchedulerPool.Move(ticket, [idle.Scheduler]);
            Decide(idle);
        }
    }

    private void Woken(Replica replica)
    {
        lock (_lock)
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

        var turn = (Turn)ticket.Tag!;
        turn.Progress.Begin($"wait={ticket.Started - ticket.Arrived:0.###}s, swap={(ticket.Swapped ? "yes" : "no")}");
        turn.Begun.TrySetResult();
        return true;
    }

    private static void Fail(IEnumerable<Ticket> tickets, ModelException why)
    {
        foreach (var ticket in tickets)
        {
            ((Turn)ticket.Tag!).Begun.TrySetException(why);
        }
    }

    private void Finish(Lease lease, WorkDone done, bool failed)
    {
        lock (_lock)
        {
            var (replica, model) = (lease.Replica, lease.Ticket.Demand.Model);
            failed |= replica.Scheduler.Estimates.IsStalling(model, done);
            lease.Ticket.Home.Finished(lease.Ticket, done);
            Heard(replica, model, failed);
            Decide(replica);
        }
    }

    // What the breaker learns of a call's end.
    private void Heard(Replica replica, string model, bool failed)
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
    private void Block(Replica replica, string model, TimeSpan time)
    {
        Fail(replica.Scheduler.Block(model), ModelException.BreakerOpen(model, time));
        MoveAway(replica, t => t.Demand.Model.Equals(model, StringComparison.OrdinalIgnoreCase));
        _ = UnblockAsync(replica, model, time);
    }

    private void MoveAway(Replica replica, Func<Ticket, bool> which)
    {
        if (_replicas.Length == 1)
        {
            return;
        }

        foreach (var ticket in replica.Scheduler.Lanes.SelectMany(l => l.Tickets).Where(which).ToList())
        {
            Place(ticket);
        }

        foreach (var other in _replicas.Where(r => r != replica))
        {
            Decide(other);
        }
    }

    private async Task UnblockAsync(Replica replica, string model, TimeSpan time)
    {
        await Task.Delay(time, _time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            replica.Scheduler.Unblock(model);
            Decide(replica);
        }
    }

    // One load or unload after another, and not under the caller's lock.
    private async Task ResideAsync(Replica replica, Func<Task> work)
    {
        var before = replica.Residency;
        await Task.Yield();
        await before;
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The service ends.
        }
        catch (Exception e) when (ModelBackends.Unreachable(e) || e is OperationCanceledException)
        {
            Log.Lost(_logger, replica.Backend.Address, e.Message);
            Lost(replica, e);
        }
    }

    private async Task UnloadAsync(Replica replica, string model)
    {
        try
        {
            await replica.Backend.UnloadAsync(model, _stopping);
        }
        catch (ModelException refused)
        {
            // It was not there, or goes when something else needs its place.
            Log.NotUnloaded(_logger, model, refused.Message);
        }
    }

    private async Task SwapAsync(Replica replica, SwapModels swap)
    {
        var started = _time.GetTimestamp();
        foreach (var victim in swap.Victims)
        {
            await UnloadAsync(replica, victim);
        }

        int context;
        lock (_lock)
        {
            context = replica.Contexts.Of(swap.Model);
        }

        try
        {
            await replica.Backend.LoadAsync(swap.Model, _shapes.Embeds(swap.Model), context, _stopping);
        }
        catch (ModelException refused)
        {
            Log.NotLoaded(_logger, swap.Model, refused.Message);
            lock (_lock)
            {
                Fail(replica.Scheduler.LoadFailed(swap.Model), refused);
                Heard(replica, swap.Model, refused.Fault == Fault.Backend);
                Decide(replica);
            }

            return;
        }

        _telemetry.Swapped(swap.Model, _time.GetElapsedTime(started));
        lock (_lock)
        {
            replica.WasSeen = true;
            replica.Scheduler.Loaded(swap.Model);
            if (replica.Contexts.Of(swap.Model) > context)
            {
                // Somebody asked for more meanwhile.
                replica.Scheduler.Unloaded(swap.Model);
            }

            Decide(replica);
        }
    }

    /// <summary>A server broke a connection or does not take one: nobody is sent there until it is found again, and those who can wait elsewhere do.</summary>
    private void Lost(Replica replica, Exception why)
    {
        lock (_lock)
        {
            if (!replica.Scheduler.IsPaused)
            {
                replica.Scheduler.Pause();
                MoveAway(replica, _ => true);
                _ = FindAsync(replica, why);
            }
        }
    }

    private async Task FindAsync(Replica replica, Exception why)
    {
        var since = _time.GetTimestamp();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var limit = new CancellationTokenSource(s_probeLimit, _time);
                var loaded = await replica.Backend.RunningAsync(limit.Token);
                lock (_lock)
                {
                    Found(replica, loaded);
                }

                return;
            }
            catch (Exception e) when (ModelBackends.Unreachable(e) || e is ModelException or OperationCanceledException)
            {
                why = e;
            }

            lock (_lock)
            {
                if (!replica.WasSeen || _time.GetElapsedTime(since) > s_patience)
                {
                    replica.WasSeen = false;
                    Fail(replica.Scheduler.DropAll(), ModelException.Unreachable(_backend, why));
                    replica.Scheduler.Resume();
                    return;
                }
            }

            await Task.Delay(s_probeEvery, _time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <param name="loaded">What it has in memory, as the rows of Ollama's <c>/api/ps</c>.</param>
    private void Found(Replica replica, IEnumerable<JsonElement> loaded)
    {
        replica.WasSeen = true;
        replica.Scheduler.Resume();
        foreach (var (model, context) in loaded.Select(Loaded))
        {
            if (model is not null && context == replica.Contexts.Of(model))
            {
                replica.Scheduler.Loaded(model);
            }
        }

        Decide(replica);
    }

    private static (string? Model, int? Context) Loaded(JsonElement row) =>
        (row.TryGetProperty("name", out var name) ? name.GetString() : null, row.TryGetProperty("context_length", out var context) && context.TryGetInt32(out var length) ? length : null);

    // The router and a server on the same machine share its memory; what another has is not known.
    private static long? Memory(Uri? address) => address is { IsLoopback: true } ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 4 : null;

    /// <summary>The right to use a model on a server. One of its methods ends it, whichever is called first.</summary>
    public sealed class Lease
    {
        private readonly ModelQueue _queue;
        private bool _ended;

        internal Lease(ModelQueue queue, Replica replica, Ticket ticket, int? context, CallProgress progress) =>
            (_queue, Replica, Ticket, Context, Progress) = (queue, replica, ticket, context, progress);

        public IModelBackend Backend => Replica.Backend;

        internal Replica Replica { get; }

        internal Ticket Ticket { get; }

        internal int? Context { get; }

        internal CallProgress Progress { get; }

        /// <summary>The call's options as the server is to have them.</summary>
        public JsonElement? Options(JsonElement? given)
        {
            if (!Backend.LoadsModels)
            {
                return given;
            }

            lock (_queue._lock)
            {
                (var options, Progress.Changed) = Replica.Contexts.Apply(Ticket.Demand.Model, given);
                return options;
            }
        }

        /// <summary>The server answered, if only that it rightly refuses.</summary>
        public void Succeeded(WorkDone done) => End(() => _queue.Finish(this, done, failed: false));

        public void Failed() => End(() => _queue.Finish(this, default, failed: true));

        /// <summary>The call was given up, which says nothing about the server.</summary>
        public void Abandoned() => End(() =>
        {
            lock (_queue._lock)
            {
                Replica.Breakers.Of(Ticket.Demand.Model).Abandoned();
                Ticket.Home.Finished(Ticket, default);
                _queue.Decide(Replica);
            }
        });

        /// <summary>Whether it makes sense to try the model again: one failure more would not have all servers' breakers open.</summary>
        public bool MayTryAgain()
        {
            lock (_queue._lock)
            {
                return Array.Exists(_queue._replicas, r => r.Breakers.Of(Ticket.Demand.Model).FailuresLeft > 1);
            }
        }

        /// <summary>The server was lost before the answer began: the call waits for a second try, with the claims that it had.</summary>
        public async ValueTask<Lease> AgainAsync(Exception why, CancellationToken cancellationToken)
        {
            _ended = true;
            var turn = new Turn(Progress);
            lock (_queue._lock)
            {
                _queue.Lost(Replica, why);
                _queue.Heard(Replica, Ticket.Demand.Model, failed: true);
                _queue.Place(Ticket);
                _queue.Enter(Ticket, turn, Context);
            }

            return await turn.WaitAsync(_queue, Ticket, Context, cancellationToken);
        }

        private void End(Action end)
        {
            if (!_ended)
            {
                _ended = true;
                end();
            }
        }
    }

    private sealed record Turn(CallProgress Progress)
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<Lease> WaitAsync(ModelQueue queue, Ticket ticket, int? context, CancellationToken cancellationToken)
        {
            await using var leaving = cancellationToken.UnsafeRegister((_, token) => queue.Leave(ticket, this, token), null);
            await Begun.Task;
            return new Lease(queue, queue.Home(ticket), ticket, context, Progress);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} could not be loaded: {Reason}")]
        public static partial void NotLoaded(ILogger logger, string model, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} could not be unloaded: {Reason}")]
        public static partial void NotUnloaded(ILogger logger, string model, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The model backend at {Address} was lost: {Reason}")]
        public static partial void Lost(ILogger logger, Uri? address, string reason);
    }
}
