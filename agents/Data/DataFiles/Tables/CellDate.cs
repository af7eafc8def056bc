namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>
/// Reads dates: <c>2024-01-31</c>, <c>2024/1/31</c>, <c>31.1.2024</c>, <c>31/01/2024</c>, <c>01/31/2024</c>, each alone or followed by
/// <c>T</c> or a space and <c>13:45</c>, <c>13:45:01.123</c>, and <c>Z</c> or <c>+02:00</c>.
/// </summary>
internal static class CellDate
{
    public static void TryRead(ReadOnlySpan<byte> text, ref Cell cell)
    {
        var at = 0;
        if (!Number(text, ref at, 4, out var a, out var digitsA) || at >= text.Length || text[at] is not ((byte)'-' or (byte)'/' or (byte)'.'))
        {
            return;
        }

        var separator = text[at++];
        if (!Number(text, ref at, 2, out var b, out _) || at >= text.Length || text[at++] != separator
            || !Number(text, ref at, 4, out var c, out var digitsC))
        {
            return;
        }

        long days, monthFirst;
        if (digitsA == 4 && digitsC <= 2 && separator != '.')
        {
            days = monthFirst = Days(a, b, c);
        }
        else if (digitsA <= 2 && digitsC == 4)
        {
            days = Days(c, b, a);
            monthFirst = separator == '.' ? days : Days(c, a, b);
            cell.EitherOrder = days != monthFirst && days >= 0 && monthFirst >= 0;
        }
        else
        {
            return;
        }

        if (days < 0 && monthFirst < 0)
        {
            return;
        }

        long time = 0;
        var kind = ValueKind.Date;
        if (at < text.Length)
        {
            if (text[at] is not ((byte)'T' or (byte)'t' or (byte)' ') || !Time(text[(at + 1)..], out time, out cell.HasZone))
            {
                cell.EitherOrder = false;
                return;
            }

            kind = ValueKind.Datetime;
        }

        cell.Kind = kind;
        cell.Value = Ticks(days, time);
        cell.MonthFirst = Ticks(monthFirst, time);
    }

    private static long Ticks(long days, long time) =>
        days < 0 ? -1 : Math.Clamp((days * TimeSpan.TicksPerDay) + time, 0, DateTime.MaxValue.Ticks);

    private static long Days(int year, int month, int day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && (day <= 28 || day <= DateTime.DaysInMonth(year, month))
            ? new DateOnly(year, month, day).DayNumber
            : -1;

    // 13:45, 13:45:01, 13:45:01.1234567, each with Z, +02, +0200 or +02:00
    private static bool Time(ReadOnlySpan<byte> text, out long ticks, out bool hasZone)
    {
        (ticks, hasZone) = (0, false);
        var at = 0;
        if (!Number(text, ref at, 2, out var hour, out _) || hour > 24 || !Follows(text, ref at, ':') || !Number(text, ref at, 2, out var minute, out _) || minute > 59)
        {
            return false;
        }

        var second = 0;
        if (Follows(text, ref at, ':') && (!Number(text, ref at, 2, out second, out _) || second > 60))
        {
            return false;
        }

        ticks = (((hour * 60) + minute) * 60L + second) * TimeSpan.TicksPerSecond;
        if (at < text.Length && text[at] is (byte)'.' or (byte)',')
        {
            at++;
            var unit = TimeSpan.TicksPerSecond;
            for (; at < text.Length && (uint)(text[at] - '0') <= 9; at++)
            {
                unit /= 10;
                ticks += (text[at] - '0') * unit;
            }
        }

        return at == text.Length || Zone(text[at..].TrimStart((byte)' '), ref ticks, out hasZone);
    }

    private static bool Zone(ReadOnlySpan<byte> text, ref long ticks, out bool hasZone)
    {
        hasZone = true;
        if (text is [(byte)'Z' or (byte)'z'])
        {
            return true;
        }

        var at = 1;
        if (text.Length < 3 || text[0] is not ((byte)'+' or (byte)'-') || !Number(text, ref at, 2, out var hours, out _) || hours > 14)
        {
            return false;
        }

        Follows(text, ref at, ':');
        var minutes = 0;
        if (at < text.Length && (!Number(text, ref at, 2, out minutes, out _) || minutes > 59 || at < text.Length))
        {
            return false;
        }

        var offset = ((hours * 60) + minutes) * TimeSpan.TicksPerMinute;
        ticks += text[0] == '+' ? -offset : offset;
        return true;
    }

    private static bool Follows(ReadOnlySpan<byte> text, ref int at, char expected)
    {
        var follows = at < text.Length && text[at] == expected;
        at += follows ? 1 : 0;
        return follows;
    }

    private static bool Number(ReadOnlySpan<byte> text, ref int at, int maxDigits, out int value, out int digits)
    {
        (value, digits) = (0, 0);
        while (at < text.Length && digits < maxDigits && (uint)(text[at] - '0') <= 9)
        {
            value = (value * 10) + (text[at++] - '0');
            digits++;
        }

        return digits > 0;
    }
}
