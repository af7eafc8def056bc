namespace Sutazai.Agents.Operations.Logs;

/// <summary>Numbers the windows of a stream: active minutes, and thousands of entries.</summary>
internal sealed class WindowClock
{
    // Writers of one log are a little out of step; an entry this late counts in the present minute.
    private const int Late = 5;

    public long Minute { get; private set; } = long.MinValue;

    /// <summary>Minutes in which anything was logged; silence of the whole log is not counted against its templates.</summary>
    public long Minutes { get; private set; }

    public long Entries { get; private set; }

    public long Timed { get; private set; }

    public long Thousand => (Entries - 1) / 1000;

    public bool MostlyTimed => Timed * 2 >= Entries && Timed > 0;

    public void Take(in LogEntry entry)
    {
        Entries++;
        if (!entry.HasTime)
        {
            return;
        }

        Timed++;
        var minute = entry.Time.Minute;
        if (Minute == long.MinValue || minute > Minute || minute < Minute - Late)
        {
            Minute = minute;
            Minutes++;
        }
    }
}
