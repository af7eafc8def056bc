using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.Clients;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// Holds the calls back until a scheduler gives them their turn. Whatever is handed to a server can no longer be reordered or dropped cheaply,
/// so calls wait here.
/// </summary>
internal sealed class ModelQueue : IDisposable
{
    private readonly Servers _servers;
    private readonly ModelShapes _shapes;

    public ModelQueue(ModelBackends backends, ModelShapes shapes, ModelTelemetry telemetry, IOptions<ModelRouterOptions> options, TimeProvider time, ILogger<Servers> logger)
    {
        _shapes = shapes;
        var router = options.Value;
        var shares = new FairShares();
        var replicas = backends.Servers.Select(server =>
        {
            var contexts = new ContextPlan(router.ContextLength, router.MaxBatchWait, time);
            var memory = router.ModelMemoryBytes ?? Memory(server.Address);
            var scheduler = new ModelScheduler(
                new SchedulerOptions
                {
                    Concurrency = router.Concurrency,
                    MaxConcurrency = router.MaxConcurrency,
                    MaxLoaded = router.MaxLoadedModels,
                    MemoryBytes = memory,
                    OwnsResidency = server.LoadsModels,
                    Preloads = router.Preload,
                    MaxWaiting = router.MaxQueue,
                    MaxWait = router.MaxWait,
                    MaxBatchWait = router.MaxBatchWait,
                    Bytes = model => shapes.Bytes(model, contexts.Of(model)),
                    FileBytes = shapes.FileBytes,
                },
                time,
                shares);
            return new Replica(server, scheduler, contexts, memory, time);
        }).ToList();
        _servers = new Servers(backends.Name, replicas, shapes, telemetry, time, logger);
        telemetry.Observe(this);
    }

    public int Waiting
    {
        get
        {
            lock (_servers.Lock)
            {
                return _servers.All.Sum(r => r.Scheduler.Waiting);
            }
        }
    }

    public void Dispose() => _servers.Dispose();

    /// <summary>Takes what a server says of itself.</summary>
    /// <param name="loaded">Rows of Ollama's <c>/api/ps</c>; null where it does not tell.</param>
    /// <param name="asked">When it was asked, as a timestamp.</param>
    public void Learn(IModelBackend server, IReadOnlyList<BackendModel> models, IReadOnlyList<JsonElement>? loaded, long asked)
    {
        lock (_servers.Lock)
        {
            _servers.Learn(_servers.All.First(r => r.Backend == server), models, loaded, asked);
        }
    }

    /// <summary>Models that will probably be asked for; an idle server loads them.</summary>
    public void Expect(IEnumerable<string> models)
    {
        lock (_servers.Lock)
        {
            foreach (var model in models)
            {
                foreach (var replica in _servers.All.Where(r => r.Has(model)))
                {
                    replica.Scheduler.Expect(model);
                }
            }

            _servers.DecideAll();
        }
    }

    /// <summary>For how long a model stays in memory after its last use; <see cref="Timeout.InfiniteTimeSpan"/> for good, zero to unload it as soon as nobody waits for it.</summary>
    public void Keep(string model, TimeSpan time)
    {
        lock (_servers.Lock)
        {
            // Where it is not in memory there is nothing to keep, and whoever has it loaded later did not ask for this.
            foreach (var replica in _servers.All.Where(r => IsThere(r, model)))
            {
                replica.Scheduler.Keep(model, time < TimeSpan.Zero ? null : time);
            }

            _servers.DecideAll();
        }
    }

    /// <summary>What a call will probably take.</summary>
    public Work Estimate(Demand demand)
    {
        lock (_servers.Lock)
        {
            var estimates = _servers.All[0].Scheduler.Estimates;
            var answer = estimates.Answer(demand);
            return new Work(demand.PromptTokens + answer, estimates.Service(demand.Model, demand.PromptTokens, answer));
        }
    }

    /// <summary>Waits for the model. End the lease that it returns when the model's work is done.</summary>
    /// <exception cref="ModelException">It would wait too long, or has waited in vain.</exception>
    public async ValueTask<Lease> EnterAsync(Demand demand, int? context, CallProgress progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var queued = new QueuedCall(_servers, progress, context);
        Ticket ticket;
        lock (_servers.Lock)
        {
            var able = _servers.Able(demand.Model);
            ticket = Placement.Arrive(Cut(demand, context, able[0]), able.ConvertAll(static r => r.Scheduler), out var refusal) ?? throw ModelException.Busy(refusal!.Wait, refusal.Reason);
            queued.Begin(ticket);
        }

        return await queued.WaitAsync(ticket, cancellationToken);
    }

    /// <summary>What is under way and what waits, as an operator reads it.</summary>
    public QueueReport Report()
    {
        lock (_servers.Lock)
        {
            return QueueReports.Of(_servers.All);
        }
    }

    /// <summary>How evenly those who are active are served, by Jain's index: 1 is even, 1/n is all for one of n.</summary>
    public double Evenness()
    {
        lock (_servers.Lock)
        {
            return _servers.All is [var first, ..] ? first.Scheduler.Evenness : 1;
        }
    }

    // A server that loads models cuts a prompt to the context, so that it never reads more than that.
    private Demand Cut(Demand demand, int? context, Replica replica) =>
        !replica.Backend.LoadsModels ? demand : demand with { PromptTokens = Math.Min(demand.PromptTokens, replica.Contexts.Of(demand.Model, context, _shapes.Longest(demand.Model, replica.MemoryBytes))) };

    private static bool IsThere(Replica replica, string model) => replica.Scheduler.IsLoading(model)
        || replica.Scheduler.Lanes.Any(l => l.Model.Equals(model, StringComparison.OrdinalIgnoreCase) && (l.IsLoaded || l.Waiting + l.Working > 0));

    // The router and a server on the same machine share its memory; what another has is not known.
    private static long? Memory(Uri? address) => address is { IsLoopback: true } ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 4 : null;
}
