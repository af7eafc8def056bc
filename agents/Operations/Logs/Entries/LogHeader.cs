namespace Sutazai.Agents.Operations.Logs;

/// <summary>Tells time, severity and logger from the message, in plain-text lines of the usual loggers.</summary>
internal static class LogHeader
{
    public static void Read(ReadOnlySpan<char> line, ref LogEntry entry)
    {
        entry.Message = line;
        if (line.IsEmpty || line[0] is ' ' or '\t')
        {
            return;
        }

        switch (line[0])
        {
            case '<':
                Syslog(line, ref entry);
                break;
            case 'I' or 'W' or 'E' or 'F' or 'D' when IsKlog(line):
                Klog(line, ref entry);
                break;
            case '[':
                Bracketed(line, ref entry);
                break;
            case >= '0' and <= '9' when IsAccessLine(line, out var bracket):
                AccessLine(line, bracket, ref entry);
                break;
            default:
                TimeThenFields(line, ref entry);
                break;
        }
    }

    // <34>1 2003-10-11T22:14:15.003Z host su 111 ID47 [id@1 k="v"] text (RFC 5424)   <34>Oct 11 22:14:15 host su[1]: text (RFC 3164)
    private static void Syslog(ReadOnlySpan<char> line, ref LogEntry entry)
    {
        var close = line[..Math.Min(line.Length, 6)].IndexOf('>');
        if (close < 2 || !int.TryParse(line[1..close], out var priority) || priority > 191)
        {
            return;
        }

        entry.Severity = Severities.OfNumber(priority % 8);
        var rest = line[(close + 1)..];
        entry.Message = rest;
        if (rest is not ['1', ' ', ..])
        {
            TimeThenFields(rest, ref entry);
            return;
        }

        rest = rest[2..];
        if (TimestampText.TryRead(rest, out entry.Time, out var length))
        {
            entry.HasTime = true;
            rest = rest[length..].TrimStart(' ');
        }
        else if (rest.StartsWith("- "))
        {
            rest = rest[2..];
        }

        NextField(ref rest);
        entry.Logger = NextField(ref rest);
        NextField(ref rest);
        NextField(ref rest);
        while (rest is ['[', ..])
        {
            var end = EndOfStructuredData(rest);
            rest = rest[end..];
        }

        entry.Message = rest.TrimStart(" -\uFEFF");
    }

    private static int EndOfStructuredData(ReadOnlySpan<char> s)
    {
        var quoted = false;
        for (var i = 1; i < s.Length; i++)
        {
            if (s[i] == '\\')
            {
                i++;
            }
            else if (s[i] == '"')
            {
                quoted = !quoted;
            }
            else if (s[i] == ']' && !quoted)
            {
                return i + 1;
            }
        }

        return s.Length;
    }

    private static ReadOnlySpan<char> NextField(scoped ref ReadOnlySpan<char> rest)
    {
        var space = rest.IndexOf(' ');
        var field = space < 0 ? rest : rest[..space];
        rest = space < 0 ? [] : rest[(space + 1)..];
        return field;
    }

    // I0310 08:15:30.123456   1234 controller.go:116] Syncing
    private static bool IsKlog(ReadOnlySpan<char> s) =>
        s.Length > 21 && s[5] == ' ' && s[8] == ':' && s[11] == ':' && char.IsAsciiDigit(s[1]) && char.IsAsciiDigit(s[4]);

    private static void Klog(ReadOnlySpan<char> line, ref LogEntry entry)
    {
        var close = line.IndexOf("] ");
        if (close < 0 || !int.TryParse(line.Slice(1, 2), out var month) || !int.TryParse(line.Slice(3, 2), out var day)
            || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(LogTimestamp.AssumedYear, month)
            || !TimestampText.TryRead(line[6..], out var clock, out var length))
        {
            return;
        }

        var date = new DateTime(LogTimestamp.AssumedYear, month, day).Ticks;
        entry.Time = new LogTimestamp(date + (clock.Ticks % TimeSpan.TicksPerDay), HasYear: false);
        entry.HasTime = true;
        entry.Severity = line[0] switch { 'I' => Severity.Info, 'W' => Severity.Warning, 'E' => Severity.Error, 'F' => Severity.Critical, _ => Severity.Debug };
        var between = line[(6 + length)..close].Trim();
        entry.Logger = between[(between.LastIndexOf(' ') + 1)..];
        entry.Message = line[(close + 2)..];
    }

    // [2024-03-10 08:15:30.123 +00:00 INF] text   [08:15:30 INF] text   [Wed Oct 11 14:32:52.123456 2000] [core:error] [pid 1] text   [ERROR] text
    private static void Bracketed(ReadOnlySpan<char> line, ref LogEntry entry)
    {
        var inner = line[1..];
        if (TimestampText.TryRead(inner, out var time, out var length))
        {
            var rest = inner[length..];
            var close = rest.IndexOf(']');
            if (close is < 0 or > 24)
            {
                return;
            }

            (entry.Time, entry.HasTime) = (time, true);
            entry.Severity = Severities.Of(rest[..close].Trim(" |,"));
            Fields(rest[(close + 1)..], ref entry);
        }
        else if (inner.IndexOf(']') is > 0 and < 14 and var end && Severities.Of(inner[..end].Trim()) is not Severity.Unknown and var severity)
        {
            entry.Severity = severity;
            Fields(inner[(end + 1)..], ref entry);
        }
    }

    // 127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326
    private static bool IsAccessLine(ReadOnlySpan<char> line, out int bracket)
    {
        bracket = -1;
        var space = line[..Math.Min(line.Length, 46)].IndexOf(' ');
        if (space < 7 || line[..space].IndexOfAny('.', ':') is < 1 or > 4)
        {
            return false;
        }

        bracket = line[..Math.Min(line.Length, 200)].IndexOf(" [");
        return bracket > 0 && bracket + 3 < line.Length && char.IsAsciiDigit(line[bracket + 2]);
    }

    private static void AccessLine(ReadOnlySpan<char> line, int bracket, ref LogEntry entry)
    {
        if (TimestampText.TryRead(line[(bracket + 2)..], out var time, out var length))
        {
            (entry.Time, entry.HasTime) = (time, true);
            entry.Message = line[(bracket + 2 + length)..].TrimStart("] ");
        }
        else
        {
            TimeThenFields(line, ref entry);
        }
    }

    private static void TimeThenFields(ReadOnlySpan<char> line, ref LogEntry entry)
    {
        if (!TimestampText.TryRead(line, out var time, out var length))
        {
            LevelFirst(line, ref entry);
            return;
        }

        (entry.Time, entry.HasTime) = (time, true);
        var rest = line[length..];

        // CRI, as Kubernetes keeps container output: 2024-03-10T08:15:30.123456789Z stdout F text
        if (rest.StartsWith(" stdout ") || rest.StartsWith(" stderr "))
        {
            rest = rest[8..];
            var inner = rest.Length > 1 && rest[1] == ' ' ? rest[2..] : rest;
            Read(inner, ref entry);
            (entry.Time, entry.HasTime, entry.Wrapped) = (time, true, true);
            return;
        }

        // RFC 3164: Oct 11 22:14:15 host su[123]: text
        if (!time.HasYear && time.HasDate && SyslogTag(rest, out var tag, out var message))
        {
            entry.Logger = tag;
            entry.Message = message;
            return;
        }

        Fields(rest, ref entry);
    }

    private static bool SyslogTag(ReadOnlySpan<char> rest, out ReadOnlySpan<char> tag, out ReadOnlySpan<char> message)
    {
        tag = message = default;
        rest = rest.TrimStart(' ');
        var host = rest.IndexOf(' ');
        var colon = rest.IndexOf(": ");
        if (colon < 0 && rest is [.., ':'])
        {
            colon = rest.Length - 1;
        }

        if (host < 1 || colon < host || colon > 128 || rest[(host + 1)..colon].Contains(' '))
        {
            return false;
        }

        tag = rest[(host + 1)..colon];
        var bracket = tag.IndexOf('[');
        tag = bracket > 0 ? tag[..bracket] : tag;
        message = rest[(colon + 1)..].TrimStart(' ');
        return true;
    }

    // ERROR text   info: Microsoft.Hosting.Lifetime[14]   WARN  [main] com.acme.Shop - text   ERROR:root:text
    private static void LevelFirst(ReadOnlySpan<char> line, ref LogEntry entry)
    {
        var end = WordEnd(line);
        if (end is < 3 or > 11 || !(char.IsAsciiLetterUpper(line[1]) || end < line.Length && line[end] == ':'))
        {
            return;
        }

        var severity = Severities.Of(line[..end]);
        if (severity == Severity.Unknown)
        {
            return;
        }

        entry.Severity = severity;
        Fields(line[end..], ref entry);
    }

    // What may stand between the time and the message: level, thread, process, logger.
    private static void Fields(ReadOnlySpan<char> rest, ref LogEntry entry)
    {
        rest = rest.TrimStart(" -|:\t");
        for (var field = 0; field < 4; field++)
        {
            if (rest is ['[' or '(', ..])
            {
                var close = rest[..Math.Min(rest.Length, 64)].IndexOfAny(']', ')');
                if (close < 0)
                {
                    break;
                }

                var inside = rest[1..close];
                var severity = Severities.Of(inside[(inside.IndexOf(':') + 1)..].Trim());
                if (severity != Severity.Unknown && entry.Severity == Severity.Unknown)
                {
                    entry.Severity = severity;
                }
                else if (entry.Severity == Severity.Unknown && !LevelFollows(rest[(close + 1)..]))
                {
                    break;
                }

                rest = rest[(close + 1)..].TrimStart(" -|:\t");
                continue;
            }

            var end = WordEnd(rest);
            if (entry.Severity == Severity.Unknown && end > 0 && Severities.Of(rest[..end]) is not Severity.Unknown and var level)
            {
                entry.Severity = level;
                rest = rest[end..].TrimStart(" -|:\t");
            }
            else if (Skippable(rest, entry.Severity != Severity.Unknown, out var skip))
            {
                rest = rest[skip..].TrimStart(" -|:\t");
            }
            else
            {
                break;
            }
        }

        Logger(rest, ref entry);
    }

    private static bool LevelFollows(ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart(" -|:\t[");
        return Severities.Of(rest[..WordEnd(rest)]) != Severity.Unknown;
    }

    // A process id before "---" (Spring), before a level (Hadoop), "1234#0:" (nginx), or Python's "name - LEVEL".
    private static bool Skippable(ReadOnlySpan<char> rest, bool hasLevel, out int skip)
    {
        skip = 0;
        while (skip < rest.Length && char.IsAsciiDigit(rest[skip]))
        {
            skip++;
        }

        if (skip > 0)
        {
            var after = rest[skip..];
            return after.StartsWith(" ---") || after.StartsWith("#") && (skip += Math.Max(1, after.IndexOf(' '))) > 0 || !hasLevel && LevelFollows(after);
        }

        var space = rest.IndexOf(' ');
        skip = space;
        return !hasLevel && space is > 0 and < 80 && rest[space..].StartsWith(" - ") && LevelFollows(rest[space..]);
    }

    private static void Logger(ReadOnlySpan<char> rest, ref LogEntry entry)
    {
        entry.Message = rest;
        var end = 0;
        var dotted = false;
        while (end < rest.Length && end < 200 && (char.IsAsciiLetterOrDigit(rest[end]) || rest[end] is '.' or '$' or '_' or '`' or '/' or '+'))
        {
            dotted |= rest[end++] is '.' or '$';
        }

        if (end == 0 || end == rest.Length || !char.IsAsciiLetter(rest[0]))
        {
            return;
        }

        var name = rest[..end];
        var after = rest[end..];

        // .NET's console: Microsoft.Hosting.Lifetime[14], the message on the next line or behind
        if (after[0] == '[' && after.IndexOf(']') is > 1 and < 12 and var close && int.TryParse(after[1..close], out _))
        {
            entry.Logger = name;
            entry.Message = after[(close + 1)..].TrimStart(": ");
        }
        else if (after.StartsWith(" - ") || dotted && (after.StartsWith(": ") || after.TrimStart(' ').StartsWith(": ")))
        {
            entry.Logger = name;
            entry.Message = after.TrimStart(" -:");
        }
        else if (after[0] == ':' && after.Length > 1 && after[1] is not (' ' or '/' or '\\') && entry.Severity != Severity.Unknown && !entry.HasTime)
        {
            entry.Logger = name;
            entry.Message = after[1..];
        }
    }

    private static int WordEnd(ReadOnlySpan<char> s)
    {
        var end = 0;
        while (end < s.Length && end < 14 && char.IsAsciiLetter(s[end]))
        {
            end++;
        }

        return end < s.Length && char.IsAsciiLetterOrDigit(s[end]) ? 0 : end;
    }
}
