namespace Sutazai.ModelRouter.Scheduling;

/// <summary>A count of events that fades: each weighs half as much after an hour.</summary>
internal sealed class Popularity
{
    private const double HalfLife = 3600;

    private double _count;
    private double _at;

    /// <param name="now">Seconds.</param>
    public double At(double now) => _count * Math.Pow(0.5, (now - _at) / HalfLife);

    public void Add(double count, double now) => (_count, _at) = (At(now) + count, now);

    public void Clear() => _count = 0;
}
