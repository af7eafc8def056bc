using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;
using static Sutazai.Agents.Operations.Logs.IncidentTimelineBuilder;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Reads one source's entries and places them on the time line of UTC.</summary>
internal sealed partial class SourceReader(TimelineSource source)
{
    private const int MaxEvents = 50_000;
    private const int MaxMessage = 400;

    private readonly string _name = source.Name;
    private readonly DateTimeZone _zone = Zone(source.Zone, source.Name);
    private readonly List<Raw> _events = [];
    private Severity _floor;
    private long _withoutTime;
    private long _entries;
    private long _ambiguous;
    private long _skipped;
    private bool _usedZone;
    private int? _assumedYear;
    private LocalDate? _assumedDate;

    public IReadOnlyList<Raw> Events => _events;

    /// <summary>Entries left out because they were less grave than asked for, or than could be kept.</summary>
    public long Filtered { get; private set; }

    public DateTimeOffset? From { get; private set; }

    public DateTimeOffset? To { get; private set; }

    public async Task ReadAsync(Severity minLevel, CancellationToken cancellationToken)
    {
        _floor = source.Kind == SourceKind.Log ? minLevel : Severity.Unknown;
        await LogEntries.ReadAsync(source.Text, Take, cancellationToken);
    }

    /// <summary>Where a source names no year, or only a time of day, the latest date that other sources name stands in, so that nothing lies in the future of it.</summary>
    public static void SettleDates(IReadOnlyList<SourceReader> readers, int? year)
    {
        var known = readers.SelectMany(r => r._events).Where(e => e.Time is { HasYear: true, HasDate: true }).Select(e => e.Time.UtcTicks).DefaultIfEmpty(-1).Max();
        var latest = known < 0 ? (LocalDate?)null : LocalDate.FromDateTime(new DateTime(known));
        foreach (var reader in readers.Where(r => r._events.Exists(e => !e.Time.HasYear)))
        {
            var last = reader._events.FindLast(e => !e.Time.HasYear);
            if (year is null && latest is null)
            {
                throw new InvalidInputException($"Source '{reader._name}' has times without a year and no other source tells it; give 'year'.");
            }

            if (!last.Time.HasDate && latest is null)
            {
                throw new InvalidInputException($"Source '{reader._name}' has times of day without a date and no other source tells it.");
            }

            reader._assumedDate = latest;
            reader._assumedYear = year ?? Year(last.Time, latest!.Value);
        }
    }

    public IEnumerable<TimelineEvent> Resolve()
    {
        var events = new TimelineEvent[_events.Count];

        // Backwards, because the last line of a log is the nearest to the date that is known.
        var (year, later) = (_assumedYear ?? 0, long.MaxValue);
        var days = 0;
        for (var i = _events.Count - 1; i >= 0; i--)
        {
            var time = _events[i].Time;
            if (!time.HasDate)
            {
                days += later != long.MaxValue && time.Ticks > later + TimeSpan.TicksPerHour ? 1 : 0;
                later = time.Ticks;
                var date = _assumedDate!.Value.PlusDays(-days).ToDateTimeUnspecified();
                _events[i] = _events[i] with { Time = time with { Ticks = date.Ticks + (time.Ticks % TimeSpan.TicksPerDay) } };
            }
            else if (!time.HasYear)
            {
                // From December to January.
                year -= later != long.MaxValue && time.Ticks > later + (180 * TimeSpan.TicksPerDay) ? 1 : 0;
                later = time.Ticks;
                var local = new DateTime(time.Ticks);
                var day = Math.Min(local.Day, DateTime.DaysInMonth(year, local.Month));
                _events[i] = _events[i] with { Time = time with { Ticks = new DateTime(year, local.Month, day).Ticks + local.TimeOfDay.Ticks } };
            }
        }

        var ahead = TimeSpan.FromSeconds(source.ClockAheadSeconds);
        var before = Instant.MinValue;
        for (var i = 0; i < events.Length; i++)
        {
            var raw = _events[i];
            var instant = At(raw.Time, before);
            before = instant;
            var time = instant.ToDateTimeOffset() - ahead;
            events[i] = new(time, source.Name, source.Kind, raw.Level, raw.Message, raw.Line, 1, null, raw.Service, raw.Trace);
        }

        From = events.Length == 0 ? null : events.Min(e => e.Time);
        To = events.Length == 0 ? null : events.Max(e => e.Time);
        return events;
    }

    public SourceReport Describe() => new(
        source.Name, _entries, _withoutTime, From, To, _usedZone ? _zone.Id : null, _assumedYear, _ambiguous, _skipped);

    private void Take(in LogEntry entry, long line)
    {
        if (!entry.HasTime)
        {
            _withoutTime++;
            return;
        }

        _entries++;
        if (entry.Severity < _floor)
        {
            Filtered++;
            return;
        }

        var message = entry.Message.Length > MaxMessage ? string.Concat(entry.Message[..MaxMessage], "...") : entry.Message.ToString();
        var trace = entry.TraceId.IsEmpty ? TraceIn(message) : entry.TraceId.ToString();
        _events.Add(new(entry.Time, line, entry.Severity, message, entry.Logger.IsEmpty ? null : entry.Logger.ToString(), trace));
        if (_events.Count > MaxEvents)
        {
            RaiseFloor();
        }
    }

    private void RaiseFloor()
    {
        while (_events.Count > MaxEvents && _floor < Severity.Critical)
        {
            _floor++;
            Filtered += _events.RemoveAll(e => e.Level < _floor);
        }

        if (_events.Count > MaxEvents)
        {
            Filtered++;
            _events.RemoveAt(_events.Count - 1);
        }
    }

    // A local time that came twice is the second of the two where the line before is later than the first.
    private Instant At(LogTimestamp time, Instant before)
    {
        if (time.OffsetMinutes != LogTimestamp.NoOffset)
        {
            return Instant.FromDateTimeUtc(new DateTime(Math.Clamp(time.UtcTicks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc));
        }

        _usedZone = source.Zone is not null || _usedZone;
        var mapping = _zone.MapLocal(LocalDateTime.FromDateTime(new DateTime(time.Ticks)));
        switch (mapping.Count)
        {
            case 0:
                _skipped++;
                return Resolvers.ReturnForwardShifted(mapping.LocalDateTime, _zone, mapping.EarlyInterval, mapping.LateInterval).ToInstant();
            case 2:
                _ambiguous++;
                var first = mapping.First().ToInstant();
                return first < before ? mapping.Last().ToInstant() : first;
            default:
                return mapping.Single().ToInstant();
        }
    }

    private static int Year(LogTimestamp last, LocalDate latest)
    {
        var local = new DateTime(last.Ticks);
        return (local.Month, local.Day).CompareTo((latest.Month, latest.Day + 1)) > 0 && local.Month - latest.Month > 6 ? latest.Year - 1 : latest.Year;
    }

    private static DateTimeZone Zone(string? zone, string name)
    {
        if (string.IsNullOrWhiteSpace(zone) || zone is "Z" or "UTC")
        {
            return DateTimeZone.Utc;
        }

        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone)
            ?? (OffsetPattern.GeneralInvariant.Parse(zone) is { Success: true, Value: var offset } ? DateTimeZone.ForOffset(offset) : null)
            ?? throw new InvalidInputException($"'{zone}' is no time zone, in source '{name}'; expected a name such as 'Europe/Berlin' or an offset such as '+02:00'.");
    }

    private static string? TraceIn(string message) => TraceId().Match(message) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\b(?:trace|request|correlation|req|x-request)[-_ ]?id[""']?\s?[=: ]\s?[""']?([\w-]{4,64})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex TraceId();

    internal readonly record struct Raw(LogTimestamp Time, long Line, Severity Level, string Message, string? Service, string? Trace);
}
