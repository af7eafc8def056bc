using System.Buffers;
using System.Text.RegularExpressions;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Street addresses by strong patterns only: a house number with a kind of street, in English or German, with what follows of the town.</summary>
internal static partial class PostalAddress
{
    private const int Before = 64;
    private const int After = 96;

    private static readonly SearchValues<string> s_streets = SearchValues.Create(
        [" Street", " St,", " St.", " St ", " Avenue", " Ave", " Road", " Rd", " Boulevard", " Blvd", " Lane", " Drive", " Court", " Square", "straße ", "Straße ", "strasse ", "Strasse ", "Weg ", "Platz ", "Allee ", "str. ", "weg ", "platz ", "allee ", "gasse "],
        StringComparison.Ordinal);

    public static void Detect(in TextWindow window, List<Detection> found)
    {
        var text = window.Text;
        var searched = text[..Math.Min(text.Length, window.To + 12)];
        for (var p = window.From; p < window.To; p++)
        {
            var next = searched[p..].IndexOfAny(s_streets);
            if (next < 0 || (p += next) >= window.To)
            {
                return;
            }

            var start = Math.Max(0, p - Before);
            var around = text[start..Math.Min(text.Length, p + After)];
            foreach (var match in (text[p] == ' ' ? English() : German()).EnumerateMatches(around))
            {
                if (match.Index <= p - start && match.Index + match.Length > p - start)
                {
                    found.Add(new Detection("postal-address", window.Start + start + match.Index, around.Slice(match.Index, match.Length).ToString(), Confidence.Medium) { Check = "house number and kind of street" });
                    break;
                }
            }
        }
    }

    // 1600 Amphitheatre Parkway is out; 12B Baker Street, London NW1 6XE and 350 Fifth Avenue, New York, NY 10118 are in.
    [GeneratedRegex(@"\b[0-9]{1,5}[A-Za-z]?,? (?:[A-Z][A-Za-z'.]{1,20} ){0,3}[A-Z0-9][A-Za-z'.]{1,20} (?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Drive|Court|Square)\b\.?(?:, [A-Z][A-Za-z .]{1,30})?(?:,? [A-Z]{2} [0-9]{5}(?:-[0-9]{4})?| [A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2})?",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex English();

    // Lange Straße 12a, 70173 Stuttgart
    [GeneratedRegex(@"\b(?:[A-ZÄÖÜ][\w\-.]{1,30} (?:Straße|Strasse|Weg|Platz|Allee)|(?:[A-ZÄÖÜ][\w\-.]{1,30} )?[\w\-]{2,40}(?:straße|strasse|str\.|weg|platz|allee|gasse)) [0-9]{1,4} ?[a-z]?(?:,? [0-9]{5} [A-ZÄÖÜ][\w\-]{1,30})?",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex German();
}
