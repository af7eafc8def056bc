using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Entities;

/// <summary>Calendar dates and times of day in numbers and in words of seven languages.</summary>
internal static partial class Dates
{
    // English, German, French, Spanish, Italian, Dutch, Portuguese; a full stop may follow the short ones.
    private static readonly string[] s_months =
    [
        "january jan januar janvier enero gennaio januari janeiro jänner", "february feb februar février fevrier febrero febbraio februari fevereiro",
        "march mar märz mär mars marzo maart março", "april apr avril abril aprile", "may mai mayo maggio mei maio", "june jun juni juin junio giugno junho",
        "july jul juli juillet julio luglio julho", "august aug août aout agosto augustus", "september sep sept septembre septiembre settembre setembro",
        "october oct oktober okt octobre octubre ottobre outubro", "november nov novembre noviembre novembro", "december dec dezember dez décembre diciembre dicembre dezembro",
    ];

    private static readonly Dictionary<string, int> s_monthOf = s_months
        .SelectMany((names, i) => names.Split(' ').Select(n => (n, i + 1)))
        .DistinctBy(p => p.n).ToDictionary(p => p.n, p => p.Item2, StringComparer.OrdinalIgnoreCase);

    private static readonly LocalTimePattern s_minutes = LocalTimePattern.CreateWithInvariantCulture("HH:mm");
    private static readonly LocalTimePattern s_seconds = LocalTimePattern.CreateWithInvariantCulture("HH:mm:ss");

    public static IEnumerable<Entity> Find(string text, Reckoning reckoning) =>
        [
            .. Of(Stamp().Matches(text), m => Stamped(m)),
            .. Of(Numeric().Matches(text), m => Read(m, reckoning)),
            .. Of(DayMonth().Matches(text), m => Worded(m, reckoning)),
            .. Of(MonthDay().Matches(text), m => Worded(m, reckoning)),
            .. Of(MonthYear().Matches(text), MonthOf),
            .. Of(Quarter().Matches(text), m => (m.Groups["y"].Value + "-Q" + m.Groups["q"].Value, 0.95)),
        ];

    public static IEnumerable<Entity> Times(string text)
    {
        foreach (Match match in Clock().Matches(text))
        {
            if (TimeOf(match) is { } value)
            {
                yield return new(match.Value, EntityType.Time, new(match.Index, match.Index + match.Length), value, 0.95);
            }
        }
    }

    public static bool IsMonth(string word) => s_monthOf.ContainsKey(word);

    // 2024-03-15T14:30:00Z, 2024-03-15 14:30
    [GeneratedRegex(@"(?<![\w.\-/])(?<d>\d{4}-\d{2}-\d{2})[T ](?<h>\d{2}):(?<m>\d{2})(?::(?<s>\d{2})(?:[.,]\d{1,9})?)?(?<z>Z|[+\-]\d{2}:?\d{2})?(?![\w:])", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Stamp();

    // 2024-03-15, 2024/3/15, 15.03.2024, 15.3.24, 3/15/2024, 15-03-2024
    [GeneratedRegex(@"(?<![\w.\-/,])(?:(?<y>\d{4})(?<s>[-/.])(?<m>\d{1,2})\k<s>(?<d>\d{1,2})|(?<a>\d{1,2})(?<s>[./\-])(?<b>\d{1,2})\k<s>(?<y>\d{4}|\d{2}))(?![\w/\-]|\.\d)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Numeric();

    // 15 March 2024, 15th of March, 15. März 2024, 1er mars 2024, 15 de marzo de 2024
    [GeneratedRegex(@"(?<![\w.,:])(?<d>\d{1,2})(?:st|nd|rd|th|er|\.|º)?\s{1,2}(?:of\s|de\s)?(?<m>\p{L}{3,10})\.?(?:,?\s(?:de\s|del\s)?(?<y>\d{4})(?!\d))?(?!\w)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 5000)]
    private static partial Regex DayMonth();

    // March 15, 2024, Mar. 15th 2024, May 3
    [GeneratedRegex(@"(?<!\w)(?<m>\p{L}{3,10})\.?\s{1,2}(?<d>\d{1,2})(?:st|nd|rd|th)?(?:,?\s(?<y>\d{4})(?!\d))?(?![\w:%]|[.,]\d)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 5000)]
    private static partial Regex MonthDay();

    // March 2024, märz 2024
    [GeneratedRegex(@"(?<![\w]|\d\s|\d\.\s|\d(?:st|nd|rd|th)\s)(?<m>\p{L}{3,10})\.?\s(?:de\s)?(?<y>(?:19|20)\d{2})(?![\w%]|[.,]\d)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 5000)]
    private static partial Regex MonthYear();

    // Q3 2024, Q3/2024
    [GeneratedRegex(@"(?<!\w)Q(?<q>[1-4])[ /](?<y>(?:19|20)\d{2})(?!\w)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Quarter();

    // 14:30, 14:30:15, 2 pm, 2:30 p.m., 14 Uhr, 14.30 Uhr, 09:00 UTC
    [GeneratedRegex(@"(?<![\w.:,])(?:(?<h>\d{1,2})[:.](?<m>\d{2})(?::(?<s>\d{2}))?(?:\s?(?<p>[ap])\.?m\b\.?|\s(?<u>Uhr))|(?<h>\d{1,2})\s?(?:(?<p>[ap])\.?m\b\.?|\s?(?<u>Uhr))|(?<h>\d{1,2}):(?<m>\d{2})(?::(?<s>\d{2}))?)(?:\s?(?<z>UTC|GMT|Z)\b)?(?![\w:])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Clock();

    private static IEnumerable<Entity> Of(MatchCollection matches, Func<Match, (string Value, double Confidence)?> read)
    {
        foreach (Match match in matches)
        {
            if (read(match) is var (value, confidence))
            {
                yield return new(match.Value, EntityType.Date, new TextSpan(match.Index, match.Index + match.Length), value, confidence);
            }
        }
    }

    private static int Int(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static (string, double)? Stamped(Match match)
    {
        var date = LocalDatePattern.Iso.Parse(match.Groups["d"].Value);
        if (!date.Success || Time(Int(match, "h"), Int(match, "m"), match.Groups["s"].Success ? Int(match, "s") : null) is not { } time)
        {
            return null;
        }

        var zone = match.Groups["z"].Value;
        return ($"{match.Groups["d"].Value}T{time}{(zone is [_, _, _, _, _] ? zone.Insert(3, ":") : zone)}", 0.99);
    }

    private static (string, double)? Read(Match match, Reckoning reckoning)
    {
        if (match.Groups["d"].Success)
        {
            return Iso(Int(match, "y"), Int(match, "m"), Int(match, "d")) is { } iso ? (iso, 0.98) : null;
        }

        var (a, b, year) = (Int(match, "a"), Int(match, "b"), Int(match, "y"));
        var shortYear = match.Groups["y"].Length == 2;
        year = shortYear ? year + (year < 70 ? 2000 : 1900) : year;
        var dots = match.Groups["s"].Value == ".";
        if (shortYear && !dots && match.Groups["s"].Value != "/")
        {
            return null;
        }

        // Full stops are written day first everywhere; slashes and hyphens as the region does.
        var monthFirst = !dots && reckoning.MonthFirst;
        var open = !dots && a <= 12 && b <= 12 && a != b;
        var value = monthFirst ? Iso(year, a, b) ?? Iso(year, b, a) : Iso(year, b, a) ?? (dots ? null : Iso(year, a, b));
        return value is null ? null : (value, (open ? 0.6 : 0.95) - (shortYear ? 0.1 : 0));
    }

    private static (string, double)? Worded(Match match, Reckoning reckoning)
    {
        if (!s_monthOf.TryGetValue(match.Groups["m"].Value, out var month))
        {
            return null;
        }

        var day = Int(match, "d");
        if (match.Groups["y"].Success)
        {
            return Iso(Int(match, "y"), month, day) is { } whole ? (whole, 0.98) : null;
        }

        // "may 5", "mar 3", "mars 2": small words are more often something else.
        if (char.IsLower(match.Groups["m"].Value[0]) && match.Groups["m"].Length <= 4)
        {
            return null;
        }

        if (reckoning.Reference is { } reference)
        {
            return Iso(reference.Year, month, day) is { } near ? (near, 0.8) : null;
        }

        // A day without a year is written --MM-DD, as in XML Schema's gMonthDay; a leap year admits 29 February.
        return Iso(2024, month, day) is { } leap ? ("-" + leap[4..], 0.8) : null;
    }

    private static (string, double)? MonthOf(Match match) =>
        s_monthOf.TryGetValue(match.Groups["m"].Value, out var month) && (match.Groups["m"].Length > 4 || char.IsUpper(match.Groups["m"].Value[0]))
            ? (string.Create(CultureInfo.InvariantCulture, $"{match.Groups["y"].Value}-{month:00}"), 0.9)
            : null;

    private static string? Iso(int year, int month, int day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= CalendarSystem.Iso.GetDaysInMonth(year, month)
            ? LocalDatePattern.Iso.Format(new LocalDate(year, month, day))
            : null;

    private static string? TimeOf(Match match)
    {
        var hour = Int(match, "h");
        if (match.Groups["p"].Success)
        {
            if (hour is < 1 or > 12)
            {
                return null;
            }

            hour = hour % 12 + (match.Groups["p"].Value is "p" or "P" ? 12 : 0);
        }

        var time = Time(hour, match.Groups["m"].Success ? Int(match, "m") : 0, match.Groups["s"].Success ? Int(match, "s") : null);
        return time is null ? null : time + (match.Groups["z"].Success ? "Z" : "");
    }

    private static string? Time(int hour, int minute, int? second) =>
        hour > 23 || minute > 59 || second > 59 ? null
        : second is { } s ? s_seconds.Format(new LocalTime(hour, minute, s))
        : s_minutes.Format(new LocalTime(hour, minute));
}
