using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Sutazai.Testing.OllamaSimulator;

/// <summary>Durations as Go writes them: <c>300ms</c>, <c>1h30m</c>, <c>-1m</c>.</summary>
internal static partial class GoDuration
{
    /// <summary>Go's largest duration, which stands for ever.</summary>
    public static TimeSpan Forever { get; } = TimeSpan.FromTicks(long.MaxValue / 100);

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var match = Whole().Match(text);
        if (!match.Success)
        {
            return text is "0" or "+0" or "-0";
        }

        var seconds = 0.0;
        for (var part = 0; part < match.Groups["number"].Captures.Count; part++)
        {
            var number = double.Parse(match.Groups["number"].Captures[part].Value, CultureInfo.InvariantCulture);
            seconds += number * SecondsIn(match.Groups["unit"].Captures[part].Value);
        }

        duration = FromSeconds(text.StartsWith('-') ? -seconds : seconds);
        return true;
    }

    public static TimeSpan FromSeconds(double seconds) =>
        Math.Abs(seconds) >= Forever.TotalSeconds ? seconds < 0 ? -Forever : Forever : TimeSpan.FromSeconds(seconds);

    private static double SecondsIn(string unit) => unit switch
    {
        "ns" => 1e-9,
        "us" or "µs" or "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1,
        "m" => 60,
        _ => 3600,
    };

    // A non-backtracking expression would keep only the last part of "1h30m".
    [GeneratedRegex(@"^[+-]?((?<number>[0-9]+(\.[0-9]*)?|\.[0-9]+)(?<unit>ns|us|µs|μs|ms|s|m|h))+$")]
    private static partial Regex Whole();
}

/// <summary>Reads a duration from a string of Go's or a number of seconds.</summary>
internal sealed class GoDurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return GoDuration.FromSeconds(reader.GetDouble());
        }

        var text = reader.GetString() ?? "";
        return GoDuration.TryParse(text, out var duration) ? duration : throw new JsonException($"'{text}' is not a duration; expected one such as \"1.5s\" or a number of seconds");
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.TotalSeconds.ToString("0.#########", CultureInfo.InvariantCulture) + "s");
}
