using Microsoft.Extensions.Hosting;

namespace Sutazai;

public static class HostLifetime
{
    /// <summary>Ends when the host has started: its listeners are open.</summary>
    public static async Task StartedAsync(this IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Cancelled as soon as the host begins to stop. A background service's own token comes later: the listeners close first, and wait for
    /// the calls that such a service may still have under way through them.
    /// </summary>
    public static CancellationTokenSource Stopping(this IHostApplicationLifetime lifetime, CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
}

/// <summary>
/// Work that begins when the host has started and ends, without a word in the log, when it begins to stop: unlike a plain background
/// service it may call services through the host's own listeners.
/// </summary>
public abstract class StartedService(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected IHostApplicationLifetime Lifetime => lifetime;

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = lifetime.Stopping(stoppingToken);
        try
        {
            await lifetime.StartedAsync(stopping.Token);
            await RunAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // As it should end.
        }
    }

    protected abstract Task RunAsync(CancellationToken stopping);
}
