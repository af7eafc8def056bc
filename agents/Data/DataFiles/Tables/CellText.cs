using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>Cells and numbers as reports show them.</summary>
internal static class CellText
{
    private const int ShownCharacters = 80;

    /// <summary>Decoded, and cut to a length that fits a report.</summary>
    public static string Shown(ReadOnlySpan<byte> utf8)
    {
        var cut = utf8.Length >= ValueCounts.KeptBytes;
        var text = Encoding.UTF8.GetString(cut ? utf8[..ValueCounts.KeptBytes] : utf8);
        return cut || text.Length > ShownCharacters ? Cut(text.TrimEnd('\uFFFD')) : text;
    }

    public static string Shown(string text) => text.Length <= ShownCharacters ? text : Cut(text);

    /// <summary>To twelve significant digits, so that the last bits of a sum do not show; null for what JSON cannot say.</summary>
    public static double? Rounded(double value) =>
        double.IsFinite(value) ? double.Parse(value.ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;

    /// <summary>The nearest double of a fraction of whole numbers of any size.</summary>
    public static double Ratio(BigInteger numerator, BigInteger denominator)
    {
        // 2^shift brings the whole quotient to at least 64 bits, more than a double holds.
        var shift = (int)Math.Max(0, 64 + denominator.GetBitLength() - BigInteger.Abs(numerator).GetBitLength());
        return Math.ScaleB((double)((numerator << shift) / denominator), -shift);
    }

    private static string Cut(string text)
    {
        var end = Math.Min(text.Length, ShownCharacters);
        return (end > 0 && char.IsHighSurrogate(text[end - 1]) ? text[..(end - 1)] : text[..end]) + "…";
    }
}
