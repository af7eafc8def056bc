namespace Sutazai.ModelRouter.Scheduling;

/// <summary>
/// Finds how many calls a machine should work on at the same time, by trying one more while calls wait and keeping it only if more gets done.
/// On a CPU that is mostly one; a server that batches does more with several.
/// </summary>
/// <param name="least">Where it starts, and below which it never goes.</param>
internal sealed class ConcurrencyClimb(int least, int most)
{
    /// <summary>Finished calls from which a throughput can be told.</summary>
    private const int Window = 16;

    /// <summary>Part by which throughput must rise for one more call at a time; less is noise, and each of them is slower for it.</summary>
    private const double Worthwhile = 0.1;

    /// <summary>Windows before a step that was not worthwhile is tried again; four times as many after each time.</summary>
    private const int FirstPause = 8;

    private const int LongestPause = 2048;

    private readonly bool _fixed = least == most;
    private double? _before;
    private int _pause = FirstPause;
    private int _rest;
    private int _finished;
    private double _work;
    private double _since = double.NaN;

    public int Slots { get; private set; } = least;

    /// <summary>A call has ended.</summary>
    /// <param name="work">What it was worth, in a unit that does not depend on how fast it was done.</param>
    /// <param name="busy">Whether others waited all the while: else throughput says nothing about the machine.</param>
    /// <param name="now">Seconds.</param>
    public void Finished(double work, bool busy, double now)
    {
        if (_fixed)
        {
            return;
        }

        if (!busy || double.IsNaN(_since))
        {
            Begin(now);
            return;
        }

        _work += work;
        if (++_finished < Window || now <= _since)
        {
            return;
        }

        Judge(_work / (now - _since));
        Begin(now);
    }

    private void Judge(double throughput)
    {
        if (_before is { } before)
        {
            // The window before this one was one call narrower.
            _before = null;
            if (throughput < before * (1 + Worthwhile))
            {
                Slots--;
                (_rest, _pause) = (_pause, Math.Min(_pause * 4, LongestPause));
                return;
            }

            _pause = FirstPause;
        }

        if (_rest > 0)
        {
            _rest--;
        }
        else if (Slots < most)
        {
            _before = throughput;
            Slots++;
        }
    }

    private void Begin(double now) => (_finished, _work, _since) = (0, 0, now);
}
