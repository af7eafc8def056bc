namespace Sutazai.ModelRouter.Scheduling;

/// <summary>How much work has come of late, by the second: what came counts for less with time.</summary>
internal sealed class Inflow
{
    /// <summary>Seconds after which what came counts e times less.</summary>
    private const double Memory = 1800;

    /// <summary>Seconds from which alone no rate can be told: what came in them may be all that ever does.</summary>
    private const double Doubt = 120;

    private double _calls;
    private double _work;
    private double _at;

    /// <param name="work">Estimated seconds of the call's work.</param>
    /// <param name="now">Seconds since the scheduler was made.</param>
    public void Add(double work, double now)
    {
        var left = Math.Exp((_at - now) / Memory);
        (_calls, _work, _at) = ((_calls * left) + 1, (_work * left) + work, now);
    }

    /// <summary>Calls, and seconds of work, that come in a second.</summary>
    public (double Calls, double Work) Rate(double now)
    {
        var scale = Math.Exp((_at - now) / Memory) / ((Memory * (1 - Math.Exp(-now / Memory))) + Doubt);
        return (_calls * scale, _work * scale);
    }
}
