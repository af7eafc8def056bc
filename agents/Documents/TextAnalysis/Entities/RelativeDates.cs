using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Calendars;
using NodaTime.Text;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Entities;

/// <summary>Days told from a reference day, in English and German: "tomorrow", "in 3 weeks", "last Friday", "vor zwei Tagen".</summary>
internal static partial class RelativeDates
{
    private static readonly Dictionary<string, int> s_days = new(StringComparer.OrdinalIgnoreCase)
    {
        ["today"] = 0,
        ["tomorrow"] = 1,
        ["yesterday"] = -1,
        ["the day after tomorrow"] = 2,
        ["the day before yesterday"] = -2,
        ["heute"] = 0,
        ["morgen"] = 1,
        ["gestern"] = -1,
        ["übermorgen"] = 2,
        ["vorgestern"] = -2,
    };

    private static readonly string[] s_weekdays =
        ["monday montag", "tuesday dienstag", "wednesday mittwoch", "thursday donnerstag", "friday freitag", "saturday samstag sonnabend", "sunday sonntag"];

    private static readonly string[] s_counts =
        ["a an one ein eine einem einer", "two zwei", "three drei", "four vier", "five fünf", "six sechs", "seven sieben", "eight acht", "nine neun", "ten zehn"];

    public static IEnumerable<Entity> Find(string text, LocalDate reference)
    {
        foreach (Match match in Expression().Matches(text))
        {
            if (Read(match, reference) is { } value)
            {
                yield return new(match.Value, EntityType.Date, new TextSpan(match.Index, match.Index + match.Length), value, 0.85);
            }
        }
    }

    [GeneratedRegex(
        @"(?<!\w)(?:(?<day>the day after tomorrow|the day before yesterday|today|tomorrow|yesterday|heute|übermorgen|vorgestern|gestern|(?<!(?:guten|am|jeden|[Dd]er|[Dd]en|[Ee]in)\s)morgen)"
        + @"|(?<way>next|last|this|nächsten?|letzten?|kommenden?|diesen?)\s(?<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)"
        + @"|(?<way>next|last|this|nächstes?|nächsten|letztes?|letzten|diesen?|dieses)\s(?<period>week|month|year|woche|monat|jahr)"
        + @"|(?<ahead>in)\s(?<n>\d{1,3}|\p{L}{1,6})\s(?<unit>days?|weeks?|months?|years?|tage?n?|wochen?|monate?n?|jahre?n?)"
        + @"|(?<behind>vor)\s(?<n>\d{1,3}|\p{L}{1,6})\s(?<unit>tage?n?|wochen?|monate?n?|jahre?n?)"
        + @"|(?<n>\d{1,3}|\p{L}{1,5})\s(?<unit>days?|weeks?|months?|years?)\s(?<behind>ago))(?!\w)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Expression();

    private static string? Read(Match match, LocalDate reference)
    {
        // German capitals make a noun: "der Morgen".
        if (match.Groups["day"].Success)
        {
            return match.Value == "Morgen" && match.Index > 0 ? null : Iso(reference.PlusDays(s_days[match.Value]));
        }

        if (match.Groups["weekday"].Success)
        {
            var weekday = (IsoDayOfWeek)(Array.FindIndex(s_weekdays, w => w.Split(' ').Contains(match.Groups["weekday"].Value.ToLowerInvariant())) + 1);
            return Iso(Way(match) switch
            {
                > 0 => reference.Next(weekday),
                < 0 => reference.Previous(weekday),
                _ => reference.DayOfWeek == weekday ? reference : reference.Next(weekday),
            });
        }

        if (match.Groups["period"].Success)
        {
            return Period(match.Groups["period"].Value.ToLowerInvariant(), Way(match), reference);
        }

        var word = match.Groups["n"].Value.ToLowerInvariant();
        var count = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Array.FindIndex(s_counts, c => c.Split(' ').Contains(word)) + 1;
        if (count == 0 && word != "0")
        {
            return null;
        }

        count = match.Groups["behind"].Success ? -count : count;
        return Iso(char.ToLowerInvariant(match.Groups["unit"].Value[0]) switch
        {
            'd' or 't' => reference.PlusDays(count),
            'w' => reference.PlusWeeks(count),
            'm' => reference.PlusMonths(count),
            _ => reference.PlusYears(count),
        });
    }

    private static int Way(Match match) => char.ToLowerInvariant(match.Groups["way"].Value[0]) switch
    {
        'n' or 'k' => 1,
        'l' => -1,
        _ => 0,
    };

    private static string Period(string period, int way, LocalDate reference) => period switch
    {
        "week" or "woche" => Week(reference.PlusWeeks(way)),
        "month" or "monat" => reference.PlusMonths(way).ToString("uuuu-MM", CultureInfo.InvariantCulture),
        _ => reference.PlusYears(way).ToString("uuuu", CultureInfo.InvariantCulture),
    };

    private static string Week(LocalDate day) => string.Create(
        CultureInfo.InvariantCulture, $"{WeekYearRules.Iso.GetWeekYear(day):0000}-W{WeekYearRules.Iso.GetWeekOfWeekYear(day):00}");

    private static string Iso(LocalDate day) => LocalDatePattern.Iso.Format(day);
}
