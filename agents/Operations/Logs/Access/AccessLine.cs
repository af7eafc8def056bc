namespace Sutazai.Agents.Operations.Logs;

/// <summary>One request as an access log tells it.</summary>
internal ref struct AccessLine
{
    public ReadOnlySpan<char> Client;
    public ReadOnlySpan<char> Agent;
    public ReadOnlySpan<char> Method;

    /// <summary>Path and query as asked for; the whole request line where that was no HTTP.</summary>
    public ReadOnlySpan<char> Target;
    public LogTimestamp Time;
    public bool HasTime;
    public int Status;
    public long Bytes;

    /// <summary>NaN where the log does not tell it.</summary>
    public double Milliseconds;

    public readonly bool IsMalformed => Method.IsEmpty;

    public readonly ReadOnlySpan<char> Path => Target.IndexOf('?') is >= 0 and var query ? Target[..query] : Target;
}

/// <summary>What one unit of an unlabelled request time is.</summary>
public enum LatencyUnit
{
    /// <summary>Seconds where it has a decimal point (nginx), else microseconds (Apache's %D); IIS and named JSON members say it themselves.</summary>
    Auto,
    Seconds,
    Milliseconds,
    Microseconds,
}
