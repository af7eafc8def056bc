namespace Sutazai.Testing.OllamaSimulator;

/// <summary>The simulated machine's time, run faster or slower than the clock.</summary>
internal sealed class ScaledTime(TimeProvider clock, double scale)
{
    // A timer takes no more than 2^32 - 2 milliseconds.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    public TimeProvider Clock => clock;

    public bool Stands => scale <= 0;

    public DateTimeOffset Now => clock.GetUtcNow();

    public TimeSpan ToReal(TimeSpan simulated) => Stands ? simulated : simulated * scale;

    /// <summary>Simulated time since a timestamp; where time stands still, what should have passed.</summary>
    public TimeSpan Since(long timestamp, TimeSpan nominal) => Stands ? nominal : clock.GetElapsedTime(timestamp) / scale;

    public Task DelayAsync(TimeSpan simulated, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Stands || simulated <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(ToReal(simulated), clock, cancellationToken);
    }

    /// <summary>Waits by the clock, whatever the scale; without a length, until cancelled.</summary>
    public Task RealDelayAsync(TimeSpan? length, CancellationToken cancellationToken) =>
        Task.Delay(length ?? Timeout.InfiniteTimeSpan, clock, cancellationToken);

    /// <summary>A timer that fires once after a simulated time, or null if that lies too far ahead to matter.</summary>
    public ITimer? After(TimeSpan simulated, Action action)
    {
        var due = ToReal(simulated);
        return due > LongestTimer ? null : clock.CreateTimer(_ => action(), null, due, Timeout.InfiniteTimeSpan);
    }
}

/// <summary>Spends simulated time in small pieces without adding up the timer's rounding.</summary>
internal sealed class Pace(ScaledTime time)
{
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    private readonly long _start = time.Clock.GetTimestamp();
    private TimeSpan _due;

    public async ValueTask SpendAsync(TimeSpan simulated, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (time.Stands)
        {
            return;
        }

        _due += time.ToReal(simulated);
        var ahead = _due - time.Clock.GetElapsedTime(_start);
        if (ahead >= Resolution)
        {
            await Task.Delay(ahead, time.Clock, cancellationToken);
        }
    }
}
