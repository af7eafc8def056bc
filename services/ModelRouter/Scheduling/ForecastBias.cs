namespace Sutazai.ModelRouter.Scheduling;

/// <summary>
/// By how much forecasts are off on the whole: the wait that will most often come is a power of the one foreseen, times a factor. Both are
/// learned by recursive least squares between the logarithms, in which a wait counts for less the less it was expected. That seeks the mode of
/// what comes, not its mean (modal regression, https://arxiv.org/abs/1710.07004): among many waits that nearly came as foreseen, one ten times
/// as long says little. It begins with forecasts being right.
/// </summary>
internal sealed class ForecastBias
{
    /// <summary>Error of a logarithm at which a wait counts half.</summary>
    private const double Width = 0.5;

    /// <summary>Part by which all that was learned counts for less with each wait.</summary>
    private const double Fading = 0.002;

    /// <summary>Variance of the factor and of the power before anything is known, in that of a wait.</summary>
    private const double Doubt = 0.05;

    private double _offset;
    private double _power = 1;

    // Their covariance.
    private double _oo = Doubt;
    private double _op;
    private double _pp = Doubt;

    /// <summary>Seconds that will probably come where so many are foreseen.</summary>
    public double Corrected(double foreseen) => foreseen <= 0 ? 0 : Math.Exp(Math.Clamp(Of(Math.Log(1 + foreseen)), 0, 20)) - 1;

    public void Learn(double foreseen, double came)
    {
        var x = Math.Log(1 + foreseen);
        var error = Math.Log(1 + came) - Of(x);
        var weight = 1 / (1 + (error * error / (Width * Width)));

        var (o, p) = (_oo + (_op * x), _op + (_pp * x));
        var scale = ((1 - Fading) / weight) + o + (p * x);
        _offset += o / scale * error;
        _power += p / scale * error;

        // What is never asked about must not become ever less certain.
        var (oo, op, pp) = (_oo - (o * o / scale), _op - (o * p / scale), _pp - (p * p / scale));
        var grown = Math.Min(1 / (1 - Fading), 2 * Doubt / (oo + pp));
        (_oo, _op, _pp) = (oo * grown, op * grown, pp * grown);
    }

    private double Of(double logarithm) => _offset + (_power * logarithm);
}
