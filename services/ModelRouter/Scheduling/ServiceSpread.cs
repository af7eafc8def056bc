namespace Sutazai.ModelRouter.Scheduling;

/// <summary>How far work was from its estimate of late. An answer's length cannot be known, but what has gone on for long will probably go on for longer still.</summary>
internal sealed class ServiceSpread
{
    private const int Kept = 128;

    /// <summary>Calls from which a spread can be told.</summary>
    private const int Telling = 8;

    /// <summary>Part of the time by which work is overdue that it is expected to take still, where nothing as long is known.</summary>
    private const double Overdue = 0.3;

    private readonly Queue<double> _latest = [];
    private readonly List<double> _sorted = [];
    private double _sum;
    private double _squares;

    /// <summary>What is left, on the average, of work that is found under way, in estimates: the mean residual life of renewal theory.</summary>
    public double Left => _latest.Count < Telling || _sum <= 0 ? 0.5 : _squares / (2 * _sum);

    /// <param name="part">Seconds that work took, in its estimate.</param>
    public void Learn(double part)
    {
        Put(part);
        if (_latest.Count <= Kept)
        {
            return;
        }

        var oldest = _latest.Dequeue();
        _sorted.RemoveAt(_sorted.BinarySearch(oldest));
        _sum -= oldest;
        _squares -= oldest * oldest;
    }

    /// <summary>What work that has taken so much will take in all, in its estimate: the median of what took longer.</summary>
    public double Whole(double taken)
    {
        var longer = _sorted.BinarySearch(taken) is >= 0 and var at ? at + 1 : ~_sorted.BinarySearch(taken);
        return _latest.Count >= Telling && longer < _sorted.Count ? _sorted[(longer + _sorted.Count) / 2]
            : Math.Max(1, taken + (Overdue * (taken - 1)));
    }

    private void Put(double part)
    {
        _latest.Enqueue(part);
        var at = _sorted.BinarySearch(part);
        _sorted.Insert(at < 0 ? ~at : at, part);
        _sum += part;
        _squares += part * part;
    }
}
