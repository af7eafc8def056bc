using System.Globalization;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Reads a timestamp at the start of a text, in any of the forms that common logs write.</summary>
internal static class TimestampText
{
    private const string Months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private const string Days = "MonTueWedThuFriSatSun";

    public static bool TryRead(ReadOnlySpan<char> s, out LogTimestamp time, out int length)
    {
        time = default;
        length = 0;
        if (s.Length < 8)
        {
            return false;
        }

        return char.IsAsciiDigit(s[0]) ? FromDigits(s, ref time, ref length) : char.IsAsciiLetterUpper(s[0]) && FromLetters(s, ref time, ref length);
    }

    private static bool FromDigits(ReadOnlySpan<char> s, ref LogTimestamp time, ref int length)
    {
        var run = 1;
        while (run < s.Length && run < 20 && char.IsAsciiDigit(s[run]))
        {
            run++;
        }

        var next = run < s.Length ? s[run] : '\0';
        return (run, next) switch
        {
            (4, '-' or '/' or '.') => YearFirst(s, ref time, ref length),
            (2, ':') => TimeOnly(s, ref time, ref length),
            (1 or 2, '/') => SlashDate(s, run, ref time, ref length),
            (6, ' ') => Hadoop(s, ref time, ref length),
            (8, 'T' or '-' or ' ') => Compact(s, ref time, ref length),
            (10 or 13 or 16 or 19, _) => Epoch(s, run, ref time, ref length),
            (1 or 2, ' ') => DayMonthYear(s, run, 0, ref time, ref length),
            _ => false,
        };
    }

    // 2024-03-10T08:15:30.123Z   2024-03-10 08:15:30,123 +0100   2024/03/10 08:15:30
    private static bool YearFirst(ReadOnlySpan<char> s, ref LogTimestamp time, ref int length) =>
        s.Length >= 16 && s[7] == s[4] && s[10] is 'T' or ' ' or '_' or 't' or '-'
        && Date(Number(s, 0, 4), Number(s, 5, 2), Number(s, 8, 2), out var date)
        && Clock(s, 11, out var clock, out length)
        && Finish(s, date + clock, hasYear: true, hasDate: true, ref time, ref length);

    private static bool TimeOnly(ReadOnlySpan<char> s, ref LogTimestamp time, ref int length) =>
        s[5] == ':' && Date(LogTimestamp.AssumedYear, 1, 1, out var date) && Clock(s, 0, out var clock, out length)
        && Finish(s, date + clock, hasYear: false, hasDate: false, ref time, ref length);

    // 10/Oct/2000:13:55:36 -0700   17/06/09 20:10:40 (year first, as Spark)   10/31/2024 08:15:30
    private static bool SlashDate(ReadOnlySpan<char> s, int run, ref LogTimestamp time, ref int length)
    {
        if (s.Length < run + 15)
        {
            return false;
        }

        if (char.IsAsciiLetter(s[run + 1]))
        {
            return s[run + 4] == '/' && s[run + 9] is ':' or ' '
                && Date(Number(s, run + 5, 4), Month(s[(run + 1)..]), Number(s, 0, run), out var common)
                && Clock(s, run + 10, out var commonClock, out length)
                && Finish(s, common + commonClock, hasYear: true, hasDate: true, ref time, ref length);
        }

        var middle = char.IsAsciiDigit(s[run + 2]) ? 2 : 1;
        var third = run + middle + 2;
        if (s[run + middle + 1] != '/')
        {
            return false;
        }

        var (first, second) = (Number(s, 0, run), Number(s, run + 1, middle));
        var isLong = third + 4 < s.Length && char.IsAsciiDigit(s[third + 2]);
        var (year, month, day) = isLong
            ? (Number(s, third, 4), first > 12 ? second : first, first > 12 ? first : second)
            : (2000 + first, second, Number(s, third, 2));
        var at = third + (isLong ? 4 : 2);
        return at < s.Length && s[at] is ' ' or ',' && Date(year, month, day, out var date)
            && Clock(s, at + (s[at] == ',' ? 2 : 1), out var clock, out length)
            && Finish(s, date + clock, hasYear: true, hasDate: true, ref time, ref length);
    }

    // 081109 203615 148 INFO ...
    private static bool Hadoop(ReadOnlySpan<char> s, ref LogTimestamp time, ref int length)
    {
        length = 13;
        return s.Length > 13 && s[13] == ' ' && Date(2000 + Number(s, 0, 2), Number(s, 2, 2), Number(s, 4, 2), out var date)
            && Clock(Number(s, 7, 2), Number(s, 9, 2), Number(s, 11, 2), out var clock)
            && Finish(s, date + clock, hasYear: true, hasDate: true, ref time, ref length);
    }

    // 20240310T081530Z   20240310 08:15:30
    private static bool Compact(ReadOnlySpan<char> s, ref LogTimestamp time, ref int length)
    {
        if (s.Length < 15 || !Date(Number(s, 0, 4), Number(s, 4, 2), Number(s, 6, 2), out var date))
        {
            return false;
        }

        length = 15;
        return (Clock(s, 9, out var clock, out var end) || (end = 15) == 15 && Clock(Number(s, 9, 2), Number(s, 11, 2), Number(s, 13, 2), out clock))
            && (length = end) > 0
            && Finish(s, date + clock, hasYear: true, hasDate: true, ref time, ref length);
    }

    private static bool Epoch(ReadOnlySpan<char> s, int run, ref LogTimestamp time, ref int length)
    {
        var end = run;
        if (end + 1 < s.Length && s[end] == '.' && char.IsAsciiDigit(s[end + 1]))
        {
            end++;
            while (end < s.Length && char.IsAsciiDigit(s[end]))
            {
                end++;
            }
        }

        if (end < s.Length && s[end] is not (' ' or '\t' or ']' or ',' or '|')
            || !double.TryParse(s[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            || LogTimestamp.OfEpoch(seconds) is not { } read)
        {
            return false;
        }

        (time, length) = (read, end);
        return true;
    }

    private static bool FromLetters(ReadOnlySpan<char> s, ref LogTimestamp time, ref int length)
    {
        var at = 0;
        if (NameIndex(Days, s) >= 0 && s[3] is ' ' or ',')
        {
            at = s[3] == ',' ? 5 : 4;
            if (s.Length < at + 12)
            {
                return false;
            }

            if (char.IsAsciiDigit(s[at]))
            {
                return DayMonthYear(s, at + (char.IsAsciiDigit(s[at + 1]) ? 2 : 1), at, ref time, ref length);
            }
        }

        return Month(s[at..]) > 0 && MonthFirst(s, at, ref time, ref length);
    }

    // Wed, 11 Oct 2000 14:32:52 GMT
    private static bool DayMonthYear(ReadOnlySpan<char> s, int run, int at, ref LogTimestamp time, ref int length) =>
        s.Length >= run + 14 && s[run + 4] == ' ' && s[run + 9] == ' '
        && Date(Number(s, run + 5, 4), Month(s[(run + 1)..]), Number(s, at, run - at), out var date)
        && Clock(s, run + 10, out var clock, out length)
        && Finish(s, date + clock, hasYear: true, hasDate: true, ref time, ref length);

    // Oct 11 22:14:15   Oct  1 2024 22:14:15   Wed Oct 11 14:32:52.123456 2000
    private static bool MonthFirst(ReadOnlySpan<char> s, int at, ref LogTimestamp time, ref int length)
    {
        var month = Month(s[at..]);
        if (s.Length < at + 14 || s[at + 3] != ' ')
        {
            return false;
        }

        var day = at + (s[at + 4] == ' ' ? 5 : 4);
        var dayLength = char.IsAsciiDigit(s[day + 1]) ? 2 : 1;
        var clockAt = day + dayLength + 1;
        var (year, hasYear) = (LogTimestamp.AssumedYear, false);
        if (clockAt + 5 < s.Length && Number(s, clockAt, 4) is > 1900 and var before && s[clockAt + 4] == ' ')
        {
            (year, hasYear, clockAt) = (before, true, clockAt + 5);
        }

        if (!Clock(s, clockAt, out var clock, out length))
        {
            return false;
        }

        if (!hasYear && length + 5 <= s.Length && s[length] == ' ' && Number(s, length + 1, 4) is > 1900 and var after
            && (length + 5 == s.Length || !char.IsAsciiLetterOrDigit(s[length + 5])))
        {
            (year, hasYear, length) = (after, true, length + 5);
        }

        return Date(year, month, Number(s, day, dayLength), out var date) && Finish(s, date + clock, hasYear, hasDate: true, ref time, ref length);
    }

    // Reads the offset from UTC that may follow: Z, UTC, GMT, +01:00, +0100, +01.
    private static bool Finish(ReadOnlySpan<char> s, long ticks, bool hasYear, bool hasDate, ref LogTimestamp time, ref int length)
    {
        var offset = LogTimestamp.NoOffset;
        var at = length < s.Length && s[length] == ' ' ? length + 1 : length;
        var rest = s[at..];
        if (rest is ['Z' or 'z', ..] && at == length && (rest.Length == 1 || !char.IsAsciiLetterOrDigit(rest[1])))
        {
            (offset, length) = (0, length + 1);
        }
        else if (rest.StartsWith("UTC") || rest.StartsWith("GMT"))
        {
            (offset, length) = (0, at + 3);
        }
        else if (rest is ['+' or '-', >= '0' and <= '1', >= '0' and <= '9', ..])
        {
            var minutesAt = rest.Length > 3 && rest[3] == ':' ? 4 : 3;
            var minutes = rest.Length >= minutesAt + 2 ? Number(rest, minutesAt, 2) : -1;
            if (minutes is >= 0 and < 60 || at == length)
            {
                var total = (Number(rest, 1, 2) * 60) + Math.Max(0, minutes);
                (offset, length) = ((short)(rest[0] == '-' ? -total : total), at + (minutes >= 0 ? minutesAt + 2 : 3));
            }
        }

        time = new LogTimestamp(ticks, offset, hasYear, hasDate);
        return true;
    }

    private static bool Clock(ReadOnlySpan<char> s, int at, out long ticks, out int end)
    {
        ticks = 0;
        end = at;
        if (at + 5 > s.Length || s[at + 2] != ':')
        {
            return false;
        }

        var hasSeconds = at + 8 <= s.Length && s[at + 5] == ':';
        if (!Clock(Number(s, at, 2), Number(s, at + 3, 2), hasSeconds ? Number(s, at + 6, 2) : 0, out ticks))
        {
            return false;
        }

        end = at + (hasSeconds ? 8 : 5);
        if (hasSeconds && end + 1 < s.Length && s[end] is '.' or ',' && char.IsAsciiDigit(s[end + 1]))
        {
            end++;
            var unit = TimeSpan.TicksPerSecond / 10;
            while (end < s.Length && char.IsAsciiDigit(s[end]))
            {
                ticks += (s[end++] - '0') * unit;
                unit /= 10;
            }
        }

        if (end + 3 <= s.Length && s[end] == ' ' && s[end + 1] is 'A' or 'P' && s[end + 2] == 'M')
        {
            var hour = ticks / TimeSpan.TicksPerHour;
            ticks += (s[end + 1] == 'P' ? (hour < 12 ? 12 : 0) : (hour == 12 ? -12 : 0)) * TimeSpan.TicksPerHour;
            end += 3;
        }

        return true;
    }

    private static bool Clock(int hour, int minute, int second, out long ticks)
    {
        // A leap second is written as 60; the calendar here has none, so it falls on the next minute.
        ticks = ((hour * 3600L) + (minute * 60) + second) * TimeSpan.TicksPerSecond;
        return hour is >= 0 and < 24 && minute is >= 0 and < 60 && second is >= 0 and <= 60;
    }

    private static bool Date(int year, int month, int day, out long ticks)
    {
        ticks = 0;
        if (year is < 1 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        ticks = new DateTime(year, month, day).Ticks;
        return true;
    }

    private static int Month(ReadOnlySpan<char> s) => NameIndex(Months, s) + 1;

    private static int NameIndex(string names, ReadOnlySpan<char> s)
    {
        for (var i = 0; s.Length >= 3 && i < names.Length; i += 3)
        {
            if (s[0] == names[i] && s[1] == names[i + 1] && s[2] == names[i + 2])
            {
                return i / 3;
            }
        }

        return -1;
    }

    // -1 where there is anything but digits.
    private static int Number(ReadOnlySpan<char> s, int at, int length)
    {
        if (at + length > s.Length)
        {
            return -1;
        }

        var number = 0;
        for (var i = at; i < at + length; i++)
        {
            var digit = s[i] - '0';
            if ((uint)digit > 9)
            {
                return -1;
            }

            number = (number * 10) + digit;
        }

        return number;
    }
}
