using System.Buffers;
using System.Globalization;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Durations as Go writes them: <c>1h30m</c>, <c>-1s</c>, <c>0</c> (https://pkg.go.dev/time#ParseDuration).</summary>
internal static class GoDuration
{
    /// <summary>Go itself writes no more than 25 letters.</summary>
    private const int MaxLength = 100;

    private static readonly SearchValues<char> s_number = SearchValues.Create(".0123456789");

    /// <returns>Null for what is none.</returns>
    public static double? Seconds(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        var rest = text is ['+' or '-', ..] ? text[1..] : text;
        if (rest is "" or "0")
        {
            return rest is "" ? null : 0;
        }

        var seconds = 0.0;
        while (!rest.IsEmpty)
        {
            var digits = Until(rest.IndexOfAnyExcept(s_number), rest);
            var length = Until(rest[digits..].IndexOfAny(s_number), rest[digits..]) + digits;
            if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || Unit(rest[digits..length]) is not { } unit)
            {
                return null;
            }

            seconds += number * unit;
            rest = rest[length..];
        }

        return text is ['-', ..] ? -seconds : seconds;
    }

    private static int Until(int index, ReadOnlySpan<char> text) => index < 0 ? text.Length : index;

    private static double? Unit(ReadOnlySpan<char> name) => name switch
    {
        "ns" => 1e-9,
        "us" or "µs" or "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => null,
    };
}
