using System.Text.RegularExpressions;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Entities;

/// <summary>Amounts of money, percentages and quantities with units.</summary>
internal static partial class Measures
{
    private static readonly Dictionary<string, string> s_currencies = Table(StringComparer.OrdinalIgnoreCase, """
        USD $ us$ usd dollar dollars
        EUR € eur euro euros
        GBP £ gbp pound pounds
        JPY ¥ jpy yen
        INR ₹ inr rupee rupees
        CHF chf franken fr. sfr.
        RUB ₽ rub
        KRW ₩ krw
        PLN zł pln złoty
        BRL r$ brl
        CAD ca$ cad
        AUD a$ aud
        CNY cny rmb yuan
        SEK sek
        NOK nok
        DKK dkk
        CZK czk kč
        HUF huf ft
        TRY ₺ try
        """);

    private static readonly Dictionary<string, decimal> s_multipliers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["k"] = 1e3m,
        ["thousand"] = 1e3m,
        ["tsd"] = 1e3m,
        ["tausend"] = 1e3m,
        ["m"] = 1e6m,
        ["mn"] = 1e6m,
        ["mio"] = 1e6m,
        ["million"] = 1e6m,
        ["millions"] = 1e6m,
        ["millionen"] = 1e6m,
        ["b"] = 1e9m,
        ["bn"] = 1e9m,
        ["mrd"] = 1e9m,
        ["billion"] = 1e9m,
        ["milliarde"] = 1e9m,
        ["milliarden"] = 1e9m,
        ["trillion"] = 1e12m,
    };

    private static readonly Dictionary<string, string> s_units = Table(StringComparer.Ordinal, """
        kg kilogram kilograms kilogramm kilo kilos
        g gram grams gramm
        mg
        t ton tons tonne tonnes tonnen
        lb lbs pounds
        oz ounce ounces
        km kilometer kilometers kilometre kilometres kilometern
        m meter meters metre metres metern
        cm
        mm
        mi mile miles meilen
        ft feet foot
        l L liter liters litre litres litern
        ml mL
        °C
        °F
        B byte bytes
        kB KB
        MB
        GB
        TB
        PB
        KiB
        MiB
        GiB
        TiB
        Hz
        kHz
        MHz
        GHz
        W watt watts
        kW
        MW
        GW
        Wh
        kWh
        MWh
        V volt volts
        mA
        mAh
        h hour hours hr hrs stunde stunden Stunde Stunden
        min minute minutes mins Minute Minuten
        s sec secs second seconds Sekunde Sekunden
        ms millisecond milliseconds
        d day days Tag Tage Tagen
        wk week weeks Woche Wochen
        mo month months Monat Monate Monaten
        a year years Jahr Jahre Jahren
        m² m2 sqm
        km² km2
        m³ m3
        ha hectare hectares Hektar
        km/h kph kmh
        mph
        m/s
        px pixel pixels Pixel
        """);

    public static IEnumerable<Entity> Find(string text, Reckoning reckoning)
    {
        foreach (Match match in MoneyBefore().Matches(text))
        {
            if (Amount(match, reckoning) is { } amount)
            {
                yield return amount;
            }
        }

        foreach (Match match in MoneyAfter().Matches(text))
        {
            if (Amount(match, reckoning) is { } amount)
            {
                yield return amount;
            }
        }

        foreach (Match match in Percent().Matches(text))
        {
            var sign = match.Groups["u"].Value == "‰" ? "‰" : "%";
            if (Numbers.Read(match.Groups["n"].ValueSpan, reckoning.DecimalComma) is var (number, ambiguous))
            {
                yield return Made(match, EntityType.Percentage, number, sign, Numbers.Write(number) + sign, ambiguous ? 0.7 : 0.98);
            }
        }

        foreach (Match match in Quantity().Matches(text))
        {
            if (s_units.TryGetValue(match.Groups["u"].Value, out var unit) && Numbers.Read(match.Groups["n"].ValueSpan, reckoning.DecimalComma) is var (number, ambiguous)
                && !(match.Groups["u"].Length == 1 && match.Groups["u"].Value is "a" or "s" or "d" or "B" && match.Groups["gap"].Length == 0))
            {
                yield return Made(match, EntityType.Quantity, number, unit, $"{Numbers.Write(number)} {unit}", ambiguous ? 0.7 : match.Groups["u"].Length == 1 ? 0.75 : 0.9);
            }
        }
    }

    // $1,234.50, EUR 1.234,50, € 3 million, US$2bn
    [GeneratedRegex(@"(?<![\w])(?<c>US\$|CA\$|A\$|R\$|[$€£¥₹₽₩₺]|USD|EUR|GBP|JPY|INR|CHF|RUB|KRW|PLN|BRL|CAD|AUD|CNY|SEK|NOK|DKK|CZK|HUF|TRY|Fr\.|SFr\.)[ \u00A0\u202F]?(?<n>" + Numbers.Pattern + @")(?:[ \u00A0\u202F]?(?<x>thousand|millions?|billion|trillion|Millionen|Milliarden?|Mio|Mrd|Tsd|bn|mn|k|m|b|M|K|B)\b\.?)?(?![\w])", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex MoneyBefore();

    // 1.234,50 €, 20 dollars, 3 Mio. Euro, -5 EUR
    [GeneratedRegex(@"(?<![\w.,])(?<n>" + Numbers.Pattern + @")(?:[ \u00A0\u202F]?(?<x>thousand|million|billion|trillion|Tausend|Million|Millionen|Milliarden?|Mio|Mrd|Tsd|bn|mn|k)\.?)?[ \u00A0\u202F]?(?<c>[€$£¥₹₽₩₺]|USD|EUR|GBP|JPY|INR|CHF|RUB|KRW|PLN|BRL|CAD|AUD|CNY|RMB|SEK|NOK|DKK|CZK|HUF|TRY|zł|Kč|[Ee]uros?|[Dd]ollars?|[Pp]ounds?|[Yy]en|[Ff]ranken|[Rr]upees?|[Yy]uan)(?![\w])", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex MoneyAfter();

    [GeneratedRegex(@"(?<![\w.,])(?<n>" + Numbers.Pattern + @")[ \u00A0\u202F]?(?<u>%|‰|percent\b|per\scent\b|pct\b|Prozent\b)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Percent();

    [GeneratedRegex(@"(?<![\w.,])(?<n>" + Numbers.Pattern + @")(?<gap>[ \u00A0\u202F\-]?)(?<u>km/h|m/s|°[CF]|[kcm]?m[²³]|(?:k?m|sq?m)[23]?|\p{L}{1,12})(?![\w/])", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Quantity();

    private static Entity? Amount(Match match, Reckoning reckoning)
    {
        if (!s_currencies.TryGetValue(match.Groups["c"].Value, out var currency) || Numbers.Read(match.Groups["n"].ValueSpan, reckoning.DecimalComma) is not var (number, ambiguous))
        {
            return null;
        }

        if (match.Groups["x"].Success)
        {
            number *= s_multipliers[match.Groups["x"].Value];
        }

        return Made(match, EntityType.Amount, number, currency, $"{Numbers.Write(number)} {currency}", ambiguous ? 0.75 : 0.95);
    }

    private static Entity Made(Match match, EntityType type, decimal number, string unit, string value, double confidence) =>
        new(match.Value, type, new TextSpan(match.Index, match.Index + match.Length), value, confidence, number, unit);

    private static Dictionary<string, string> Table(StringComparer comparer, string lines) =>
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .SelectMany(names => names, (names, name) => (name, names[0]))
            .DistinctBy(p => p.name, comparer)
            .ToDictionary(p => p.name, p => p.Item2, comparer);
}
