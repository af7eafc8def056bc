namespace Sutazai.Agents.Operations.Logs;

/// <summary>
/// Quantiles in bounded space: exact up to <see cref="ExactUpTo"/> values, beyond that buckets of geometric width as in DDSketch
/// (Masson, Rim, Lee, VLDB 2019), so that any quantile is within <see cref="RelativeError"/> of a true one.
/// </summary>
internal sealed class LatencySketch
{
    public const int ExactUpTo = 1000;
    public const double RelativeError = 0.01;

    private const double Least = 1e-4;
    private const double Most = 1e9;

    private static readonly double s_logGamma = Math.Log((1 + RelativeError) / (1 - RelativeError));
    private static readonly int s_buckets = (int)(Math.Log(Most / Least) / s_logGamma) + 2;

    private List<double>? _values = [];
    private long[]? _counts;
    private bool _sorted;
    private double _most;

    public long Count { get; private set; }

    public bool IsExact => _values is not null;

    public void Take(double value)
    {
        value = Math.Max(0, value);
        _most = Math.Max(_most, value);
        Count++;
        if (_values is not null)
        {
            _values.Add(value);
            _sorted = false;
            if (_values.Count > ExactUpTo)
            {
                Spill(_values);
            }
        }
        else
        {
            _counts![Bucket(value)]++;
        }
    }

    /// <returns>The nearest-rank quantile; null where there are no values.</returns>
    public double? Quantile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        if (_values is not null)
        {
            if (!_sorted)
            {
                _values.Sort();
                _sorted = true;
            }

            return _values[(int)rank - 1];
        }

        var bucket = 0;
        for (var seen = _counts![0]; seen < rank; seen += _counts[bucket])
        {
            bucket++;
        }

        // The middle, in the sense of relative error, of (Least * g^(b-1), Least * g^b].
        return bucket == 0 ? 0 : Math.Min(_most, Least * Math.Exp(bucket * s_logGamma) * (1 - RelativeError));
    }

    private void Spill(List<double> values)
    {
        _counts = new long[s_buckets];
        foreach (var value in values)
        {
            _counts[Bucket(value)]++;
        }

        _values = null;
    }

    private static int Bucket(double value) => value <= Least ? 0 : Math.Min(s_buckets - 1, (int)Math.Ceiling(Math.Log(value / Least) / s_logGamma));
}
