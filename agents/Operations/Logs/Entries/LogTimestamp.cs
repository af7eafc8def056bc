namespace Sutazai.Agents.Operations.Logs;

/// <summary>A time as a log wrote it: what it did not write is not made up.</summary>
/// <param name="Ticks">Of the written local time; a missing year is 2000, which has every day of the calendar.</param>
/// <param name="OffsetMinutes">The written offset from UTC, or <see cref="NoOffset"/>.</param>
internal readonly record struct LogTimestamp(long Ticks, short OffsetMinutes = LogTimestamp.NoOffset, bool HasYear = true, bool HasDate = true)
{
    public const short NoOffset = short.MinValue;

    public const int AssumedYear = 2000;

    /// <summary>UTC where the offset is known, else the written time taken for UTC.</summary>
    public long UtcTicks => OffsetMinutes == NoOffset ? Ticks : Ticks - (OffsetMinutes * TimeSpan.TicksPerMinute);

    public long Minute => UtcTicks / TimeSpan.TicksPerMinute;

    public DateTimeOffset ToDateTimeOffset() => new(Math.Clamp(UtcTicks, 0, DateTime.MaxValue.Ticks), TimeSpan.Zero);

    public static LogTimestamp? OfEpoch(double seconds) => seconds switch
    {
        // Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size: each range is 1973 to 5138 in its unit.
        >= 1e8 and < 1e11 => FromSeconds(seconds),
        >= 1e11 and < 1e14 => FromSeconds(seconds / 1e3),
        >= 1e14 and < 1e17 => FromSeconds(seconds / 1e6),
        >= 1e17 and < 1e20 => FromSeconds(seconds / 1e9),
        _ => null,
    };

    private static LogTimestamp FromSeconds(double seconds) =>
        new(DateTime.UnixEpoch.Ticks + (long)Math.Round(seconds * 1e6) * 10, 0);
}
