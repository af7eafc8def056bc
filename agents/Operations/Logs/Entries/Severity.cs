namespace Sutazai.Agents.Operations.Logs;

/// <summary>How grave a log entry says it is.</summary>
public enum Severity
{
    Unknown,
    Trace,
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

internal static class Severities
{
    /// <summary>Severity by the word a log writes; <see cref="Severity.Unknown"/> where it is no such word.</summary>
    public static Severity Of(ReadOnlySpan<char> word)
    {
        if (word.Length is < 1 or > 13)
        {
            return Severity.Unknown;
        }

        Span<char> lower = stackalloc char[13];
        for (var i = 0; i < word.Length; i++)
        {
            lower[i] = (char)(word[i] | 0x20);
        }

        return lower[..word.Length] switch
        {
            "trace" or "trc" or "trce" or "verbose" or "vrb" or "finest" or "finer" => Severity.Trace,
            "debug" or "dbg" or "dbug" or "fine" => Severity.Debug,
            "info" or "inf" or "information" or "notice" => Severity.Info,
            "warn" or "wrn" or "warning" => Severity.Warning,
            "error" or "err" or "fail" or "severe" => Severity.Error,
            "fatal" or "ftl" or "critical" or "crit" or "crt" or "panic" or "emerg" or "emergency" or "alert" => Severity.Critical,
            _ => Severity.Unknown,
        };
    }

    /// <summary>Numbers of pino and bunyan (10 to 60) or of syslog (0 to 7, RFC 5424 section 6.2.1).</summary>
    public static Severity OfNumber(long number) => number switch
    {
        < 0 or > 60 => Severity.Unknown,
        <= 2 => Severity.Critical,
        3 => Severity.Error,
        4 => Severity.Warning,
        5 or 6 => Severity.Info,
        7 => Severity.Debug,
        < 20 => Severity.Trace,
        < 30 => Severity.Debug,
        < 40 => Severity.Info,
        < 50 => Severity.Warning,
        < 60 => Severity.Error,
        _ => Severity.Critical,
    };
}
