using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// Holds the calls back until the scheduler gives them their turn, and carries out its swaps. Whatever is handed to a backend can no longer be
/// reordered or dropped cheaply, so calls wait here.
/// </summary>
internal sealed partial class ModelQueue
{
    private readonly IModelBackend _backend;
    private readonly ILogger<ModelQueue> _logger;
    private readonly ModelScheduler _scheduler;
    private readonly Dictionary<string, long> _sizes = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _lock = new();

    public ModelQueue(IModelBackend backend, IOptions<ModelRouterOptions> options, TimeProvider time, ILogger<ModelQueue> logger)
    {
        (_backend, _logger) = (backend, logger);
        var router = options.Value;
        _scheduler = new ModelScheduler(
            new SchedulerOptions
            {
                Concurrency = router.Concurrency,
                MaxLoaded = router.MaxLoadedModels,
                MemoryBytes = router.ModelMemoryBytes,
                OwnsResidency = backend.LoadsModels,
                MaxWaiting = router.MaxQueue,
                MaxWait = router.MaxWait,
                MaxBatchWait = router.MaxBatchWait,
                Sizes = _sizes,
            },
            time);
    }

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _scheduler.Waiting;
            }
        }
    }

    /// <summary>Tells what memory the backend's models take, about what their files do.</summary>
    public void Learn(IEnumerable<BackendModel> models)
    {
        lock (_lock)
        {
            foreach (var model in models)
            {
                _sizes[model.Name] = model.Bytes;
            }
        }
    }

    /// <summary>What a call will probably take.</summary>
    public Work Estimate(Demand demand)
    {
        lock (_lock)
        {
            var estimates = _scheduler.Estimates;
            var answer = estimates.Answer(demand);
            return new Work(demand.PromptTokens + answer, estimates.Service(demand.Model, demand.PromptTokens, answer));
        }
    }

    /// <summary>Waits for the model. Dispose what it returns when the model's work is done.</summary>
    /// <exception cref="ModelException">It would wait too long, or has waited in vain.</exception>
    public async ValueTask<Lease> EnterAsync(Demand demand, CallProgress progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var turn = new Turn(progress);
        Ticket ticket;
        lock (_lock)
        {
            ticket = _scheduler.Arrive(demand, out var refusal) ?? throw ModelException.Busy(refusal!.Wait, refusal.Reason);
            ticket.Tag = turn;
            progress.Set(CallState.Queued, _scheduler.Waiting, _scheduler.PredictWait(ticket));
            Decide();
        }

        await using var leaving = cancellationToken.UnsafeRegister((_, token) => Leave(ticket, turn, token), null);
        await turn.Begun.Task;
        return new Lease(this, ticket);
    }

    private void Leave(Ticket ticket, Turn turn, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (ticket.State != TicketState.Waiting)
            {
                return;
            }

            _scheduler.Cancel(ticket);
            Decide();
        }

        turn.Begun.TrySetCanceled(cancellationToken);
    }

    private void Finish(Ticket ticket, WorkDone done)
    {
        lock (_lock)
        {
            _scheduler.Finished(ticket, done);
            Decide();
        }
    }

    // Under the lock, after every event.
    private void Decide()
    {
        foreach (var action in _scheduler.Decide())
        {
            switch (action)
            {
                case StartWork { Ticket: var ticket }:
                    var turn = (Turn)ticket.Tag!;
                    turn.Progress.Decision = $"wait={ticket.Started - ticket.Arrived:0.###}s, swap={(ticket.Swapped ? "yes" : "no")}";
                    turn.Progress.Set(CallState.Working);
                    turn.Begun.TrySetResult();
                    break;
                case GiveUp { Ticket: var ticket }:
                    ((Turn)ticket.Tag!).Begun.TrySetException(ModelException.DeadlineTooNear());
                    break;
                case SwapModels swap:
                    _ = SwapAsync(swap);
                    break;
            }
        }
    }

    private async Task SwapAsync(SwapModels swap)
    {
        // Not under the caller's lock.
        await Task.Yield();
        var succeeded = true;
        try
        {
            foreach (var victim in swap.Victims)
            {
                await _backend.UnloadAsync(victim, CancellationToken.None);
            }

            await _backend.LoadAsync(swap.Model, CancellationToken.None);
        }
        catch (Exception e) when (e is ModelException or HttpRequestException or IOException or OperationCanceledException or System.Text.Json.JsonException)
        {
            // The next call for the model has the backend load it, and gets to hear the backend's own reason where it cannot.
            succeeded = false;
            Log.NotLoaded(_logger, swap.Model, e.Message);
        }

        lock (_lock)
        {
            _scheduler.Loaded(swap.Model, succeeded);
            Decide();
        }
    }

    /// <summary>The right to use a model; given back when it is disposed of.</summary>
    public sealed class Lease(ModelQueue queue, Ticket ticket) : IDisposable
    {
        /// <summary>What the work cost, where it came to an end.</summary>
        public WorkDone Done { get; set; }

        // Finishing twice does nothing.
        public void Dispose() => queue.Finish(ticket, Done);
    }

    private sealed record Turn(CallProgress Progress)
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} could not be loaded ahead of its calls: {Reason}")]
        public static partial void NotLoaded(ILogger logger, string model, string reason);
    }
}
