using System.Globalization;
using System.Numerics;

namespace Sutazai.Agents.Operations.Logs;

internal static class Limits
{
    public static void Require<T>(T value, T least, T most, string parameter)
        where T : INumber<T>
    {
        if (!(value >= least && value <= most))
        {
            throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"'{parameter}' is {value}; expected {least} to {most}."));
        }
    }

    /// <summary>To six significant digits, so that sums in another order write the same number.</summary>
    public static double Round(double value)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return 0;
        }

        var digits = 5 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and <= 15 ? Math.Round(value, digits) : digits < 0 ? Math.Round(value) : value;
    }
}
