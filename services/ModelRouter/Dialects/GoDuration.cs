using System.Globalization;
using System.Text.RegularExpressions;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Durations as Go writes them: <c>1h30m</c>, <c>-1s</c>, <c>0</c> (https://pkg.go.dev/time#ParseDuration).</summary>
internal static partial class GoDuration
{
    /// <returns>Null for what is none.</returns>
    public static double? Seconds(string text)
    {
        if (Whole().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var seconds = match.Groups["part"].Captures.Sum(p => Part(p.ValueSpan));
        return match.Groups["sign"].ValueSpan is "-" ? -seconds : seconds;
    }

    private static double Part(ReadOnlySpan<char> part)
    {
        var digits = part.LastIndexOfAnyInRange('0', '9');
        digits = Math.Max(digits, part.LastIndexOf('.')) + 1;
        return double.Parse(part[..digits], CultureInfo.InvariantCulture) * part[digits..] switch
        {
            "ns" => 1e-9,
            "us" or "µs" or "μs" => 1e-6,
            "ms" => 1e-3,
            "m" => 60,
            "h" => 3600,
            _ => 1,
        };
    }

    [GeneratedRegex(@"^(?<sign>[+-]?)(?:(?<part>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();
}
