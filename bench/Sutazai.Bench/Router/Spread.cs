using System.Globalization;

namespace Sutazai.Bench.Router;

/// <summary>The median of some measurements and the quarter below and above it.</summary>
internal sealed record Spread(double Median, double Low, double High)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return new(Quantile(sorted, 0.5), Quantile(sorted, 0.25), Quantile(sorted, 0.75));
    }

    public static double Quantile(List<double> sorted, double share)
    {
        var at = share * (sorted.Count - 1);
        var (below, above) = (sorted[(int)Math.Floor(at)], sorted[(int)Math.Ceiling(at)]);
        return below.Equals(above) ? below : below + ((above - below) * (at - Math.Floor(at)));
    }

    /// <summary><c>12.3 (11.9–12.8)</c>.</summary>
    public string In(string format) => string.Create(
        CultureInfo.InvariantCulture, $"{Median.ToString(format, CultureInfo.InvariantCulture)} ({Low.ToString(format, CultureInfo.InvariantCulture)}–{High.ToString(format, CultureInfo.InvariantCulture)})");
}
