namespace Sutazai.Agents.Operations.Logs;

/// <summary>
/// Probabilities of counts under a negative binomial, which is a Poisson whose rate is known only from a baseline: with S events in n
/// windows the rate has the posterior Gamma(S + 1/2, n) (Jeffreys' prior), so the next window's count is negative binomial of size
/// S + 1/2. Where the baseline itself varies more than a Poisson, the smaller size that its variance asks for is taken.
/// </summary>
internal static class CountTail
{
    public static double Size(double events, double mean, double variance, double windows)
    {
        var known = events + 0.5;
        return windows >= 5 && variance > mean && mean > 0 ? Math.Min(known, mean * mean / (variance - mean)) : known;
    }

    /// <returns>Minus the decimal logarithm of the probability of <paramref name="count"/> or more.</returns>
    public static double UpperScore(long count, double mean, double size)
    {
        if (count <= mean)
        {
            return 0;
        }

        var (sum, term) = (1.0, 1.0);
        for (var k = count; term > 1e-12 * sum && k < count + 1_000_000; k++)
        {
            term *= (k + size) / (k + 1) * (mean / (size + mean));
            sum += term;
        }

        return -(LogProbability(count, mean, size) + Math.Log(sum)) / Math.Log(10);
    }

    /// <returns>Minus the decimal logarithm of the probability of <paramref name="count"/> or fewer.</returns>
    public static double LowerScore(long count, double mean, double size)
    {
        if (count >= mean)
        {
            return 0;
        }

        var (sum, term) = (1.0, 1.0);
        for (var k = count; k > 0 && term > 1e-12 * sum; k--)
        {
            term *= k / ((k - 1 + size) * (mean / (size + mean)));
            sum += term;
        }

        return -(LogProbability(count, mean, size) + Math.Log(sum)) / Math.Log(10);
    }

    private static double LogProbability(long count, double mean, double size) =>
        LogGamma(count + size) - LogGamma(size) - LogGamma(count + 1) + (size * Math.Log(size / (size + mean))) + (count * Math.Log(mean / (size + mean)));

    // Stirling's series (Abramowitz and Stegun 6.1.41) after shifting the argument to where it converges.
    private static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 10; x++)
        {
            shift += Math.Log(x);
        }

        var inverse = 1 / (x * x);
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + ((1 / 12.0 - (inverse * (1 / 360.0 - (inverse / 1260)))) / x) - shift;
    }
}
