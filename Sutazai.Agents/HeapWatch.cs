using System.Collections.Concurrent;

namespace Sutazai.Agents;

/// <summary>
/// Ends a run while which the process's heap grows beyond the run's limit. The heap is the process's, so runs side by side share the
/// blame; the youngest goes first, and only after a collection shows that the growth is real.
/// </summary>
public sealed class HeapWatch : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<Watched, byte> _runs = new();
    private readonly ITimer _timer;
    private long _started;
    private int _checking;

    public HeapWatch(TimeProvider clock) => _timer = clock.CreateTimer(_ => Check(), null, s_period, s_period);

    public void Dispose() => _timer.Dispose();

    internal Watched Watch(long limit, CancellationTokenSource run)
    {
        var watched = new Watched(this, GC.GetTotalMemory(false), limit, Interlocked.Increment(ref _started), run);
        _runs[watched] = 0;
        return watched;
    }

    private void Check()
    {
        if (_runs.IsEmpty || Interlocked.Exchange(ref _checking, 1) == 1)
        {
            return;
        }

        if (Youngest(GC.GetTotalMemory(false)) is not null)
        {
            GC.Collect();
            Youngest(GC.GetTotalMemory(false))?.End();
        }

        Volatile.Write(ref _checking, 0);
    }

    private Watched? Youngest(long heap) => _runs.Keys.Where(r => heap - r.Baseline > r.Limit).MaxBy(r => r.Number);

    internal sealed class Watched(HeapWatch watch, long baseline, long limit, long number, CancellationTokenSource run) : IDisposable
    {
        public long Baseline { get; } = baseline;

        public long Limit { get; } = limit;

        public long Number { get; } = number;

        private readonly Lock _lock = new();
        private bool _over;

        /// <summary>The run was ended because of its memory.</summary>
        public bool Ended { get; private set; }

        public void End()
        {
            // Under the lock, so that the run does not dispose of its token source meanwhile.
            lock (_lock)
            {
                if (!_over)
                {
                    Ended = true;
                    // Not awaited: what the run does when cancelled must not hold up or bring down the timer.
                    _ = run.CancelAsync();
                }
            }
        }

        public void Dispose()
        {
            watch._runs.TryRemove(this, out _);
            lock (_lock)
            {
                _over = true;
            }
        }
    }
}
