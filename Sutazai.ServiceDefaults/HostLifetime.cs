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
