namespace Sutazai;

/// <summary>What a <see cref="CircuitBreaker"/> does with the next call.</summary>
public enum CircuitState
{
    /// <summary>Calls pass.</summary>
    Closed,

    /// <summary>Calls are refused until the pause is over.</summary>
    Open,

    /// <summary>The pause is over: one call passes as a probe, the others are refused until it has ended.</summary>
    HalfOpen,
}

/// <summary>
/// Stops calls to what keeps failing: open after a number of failures in a row, one probe after a pause.
/// Every <see cref="TryEnter"/> that returned true is followed by exactly one of <see cref="Succeeded"/>, <see cref="Failed"/> or <see cref="Abandoned"/>.
/// </summary>
/// <remarks>
/// A call that entered before the breaker opened and ends while it is open changes nothing; one that ends during the probe counts as the probe,
/// being evidence of the same moment.
/// </remarks>
public sealed class CircuitBreaker(TimeProvider time, int failures = CircuitBreaker.DefaultFailures, TimeSpan? pause = null)
{
    public const int DefaultFailures = 5;

    public static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_whileProbing = TimeSpan.FromSeconds(1);

    private readonly int _failures = failures > 0 ? failures : throw new ArgumentOutOfRangeException(nameof(failures));
    private readonly TimeSpan _pause = pause ?? DefaultPause;
    private readonly Lock _lock = new();
    private int _inARow;
    private bool _open;
    private bool _probing;
    private long _openedAt;

    public CircuitState State
    {
        get
        {
            lock (_lock)
            {
                return !_open ? CircuitState.Closed : Remaining() > TimeSpan.Zero ? CircuitState.Open : CircuitState.HalfOpen;
            }
        }
    }

    /// <summary>Failures in a row after which it opens; none while it is open.</summary>
    public int FailuresLeft
    {
        get
        {
            lock (_lock)
            {
                return _open ? 0 : _failures - _inARow;
            }
        }
    }

    /// <summary>Asks whether a call may be made now.</summary>
    /// <param name="retryAfter">When refused, how long to wait before asking again; else zero.</param>
    public bool TryEnter(out TimeSpan retryAfter)
    {
        lock (_lock)
        {
            retryAfter = RefusedFor();
            if (retryAfter > TimeSpan.Zero)
            {
                return false;
            }

            _probing = _open;
            return true;
        }
    }

    /// <summary>Says what <see cref="TryEnter"/> would, and takes no probe's place: for refusing before a wait.</summary>
    public bool Refuses(out TimeSpan retryAfter)
    {
        lock (_lock)
        {
            retryAfter = RefusedFor();
            return retryAfter > TimeSpan.Zero;
        }
    }

    public void Succeeded()
    {
        lock (_lock)
        {
            if (!_open)
            {
                _inARow = 0;
            }
            else if (_probing)
            {
                (_open, _probing, _inARow) = (false, false, 0);
            }
        }
    }

    public void Failed()
    {
        lock (_lock)
        {
            if (_open ? _probing : ++_inARow >= _failures)
            {
                (_open, _probing, _inARow) = (true, false, 0);
                _openedAt = time.GetTimestamp();
            }
        }
    }

    /// <summary>The call was given up by its caller and says nothing about the callee: a probe leaves its place to the next call.</summary>
    public void Abandoned()
    {
        lock (_lock)
        {
            _probing = false;
        }
    }

    private TimeSpan RefusedFor() =>
        !_open ? TimeSpan.Zero
        : Remaining() is var left && left > TimeSpan.Zero ? left
        : _probing ? s_whileProbing
        : TimeSpan.Zero;

    private TimeSpan Remaining() => _pause - time.GetElapsedTime(_openedAt);
}
