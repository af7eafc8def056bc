using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Calls;

/// <summary>Loads and unloads models as the schedulers decide: on each server one after the other, and not under the servers' lock.</summary>
internal sealed partial class ModelLoads(Servers servers, string backend, ModelShapes shapes, ModelTelemetry telemetry, TimeProvider time, ILogger logger)
{
    /// <summary>No model takes longer to load; a server that does hangs.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    public void Swap(Replica replica, SwapModels swap) => replica.Residency = AfterAsync(replica, () => SwapAsync(replica, swap));

    public void Unload(Replica replica, string model) => replica.Residency = AfterAsync(replica, () => UnloadAsync(replica, model));

    private async Task AfterAsync(Replica replica, Func<Task> work)
    {
        var before = replica.Residency;
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (servers.Stopping.IsCancellationRequested)
        {
            // The service ends.
        }
        catch (Exception e) when (ModelBackends.Unreachable(e) || e is OperationCanceledException)
        {
            servers.Lost(replica, e);
        }
    }

    private async Task UnloadAsync(Replica replica, string model)
    {
        try
        {
            await replica.Backend.UnloadAsync(model, servers.Stopping);
        }
        catch (ModelException refused)
        {
            // It was not there, or goes when something else needs its place.
            Log.NotUnloaded(logger, model, refused.Message);
        }
    }

    private async Task SwapAsync(Replica replica, SwapModels swap)
    {
        var started = time.GetTimestamp();
        foreach (var victim in swap.Victims)
        {
            await UnloadAsync(replica, victim);
        }

        int context;
        lock (servers.Lock)
        {
            context = replica.Contexts.Settle(swap.Model);
        }

        try
        {
            using var limit = new CancellationTokenSource(s_longest, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(servers.Stopping, limit.Token);
            await replica.Backend.LoadAsync(swap.Model, shapes.Embeds(swap.Model), context, either.Token);
        }
        catch (ModelException refused)
        {
            Failed(replica, swap.Model, refused);
            return;
        }
        catch (Exception e) when (ModelBackends.Unreachable(e))
        {
            // First the server is lost, then the load has failed: it is tried again when the server is back, not at once.
            servers.Lost(replica, e);
            Failed(replica, swap.Model, ModelException.Unreachable(backend, e));
            return;
        }

        telemetry.Swapped(swap.Model, time.GetElapsedTime(started));
        lock (servers.Lock)
        {
            replica.WasSeen = true;
            replica.Scheduler.Loaded(swap.Model);
            if (replica.Contexts.Of(swap.Model) > context)
            {
                // Somebody asked for more meanwhile.
                replica.Scheduler.Unloaded(swap.Model);
            }

            servers.Decide(replica);
        }
    }

    private void Failed(Replica replica, string model, ModelException why)
    {
        Log.NotLoaded(logger, model, why.Message);
        lock (servers.Lock)
        {
            Servers.Fail(replica.Scheduler.LoadFailed(model), why);
            if (!replica.Scheduler.IsPaused)
            {
                servers.Heard(replica, model, why.Fault == Fault.Backend);
            }

            servers.Decide(replica);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} could not be loaded: {Reason}")]
        public static partial void NotLoaded(ILogger logger, string model, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Model} could not be unloaded: {Reason}")]
        public static partial void NotUnloaded(ILogger logger, string model, string reason);
    }
}
