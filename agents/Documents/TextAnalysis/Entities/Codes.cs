using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Entities;

/// <summary>What has a grammar of its own: addresses of the net, IBAN, versions, product codes, hashtags, mentions.</summary>
internal static partial class Codes
{
    // Lengths as in the SWIFT IBAN registry.
    private static readonly Dictionary<string, int> s_ibanLengths =
        ("AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 "
        + "GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 "
        + "PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 VG24 XK20").Split(' ').ToDictionary(e => e[..2], e => (e[2] - '0') * 10 + e[3] - '0');

    public static IEnumerable<Entity> Find(string text) =>
    [
        .. Urls(text), .. Emails(text), .. Ibans(text), .. Ips(text),
        .. Of(Version().Matches(text), EntityType.Version, m => (m.Groups["v"].Value, m.Groups["p"].Success ? 0.95 : 0.7)),
        .. Of(Product().Matches(text), EntityType.Product, ProductOf),
        .. Of(Hashtag().Matches(text), EntityType.Hashtag, m => (m.Value[1..].ToLowerInvariant(), 0.95)),
        .. Of(Mention().Matches(text), EntityType.Mention, m => (m.Value[1..], 0.9)),
    ];

    [GeneratedRegex(@"(?<![\w@])(?:https?://|ftp://|www\.)[^\s<>""'`\u201C\u201D\u202A-\u202E\0]{2,2000}", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Url();

    [GeneratedRegex(@"(?<![\w.+\-])[\w][\w.+\-]{0,63}@(?<h>(?:[\p{L}\p{N}](?:[\p{L}\p{N}\-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24})(?![\w])", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Email();

    [GeneratedRegex(@"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){2,8}(?!\w)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Iban();

    [GeneratedRegex(@"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?:/\d{1,3})?(?![\w:]|\.\d)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Ip();

    // v1.2, version 2.0, 1.4.0-beta.1+build5
    [GeneratedRegex(@"(?<![\w.\-/])(?:(?<p>v|[Vv]ersion\s|[Rr]elease\s)(?<v>\d{1,5}(?:\.\d{1,5}){1,3}(?:-[0-9A-Za-z][0-9A-Za-z.\-]{0,30}[0-9A-Za-z])?)|(?<v>\d{1,4}\.\d{1,4}\.\d{1,5}(?:-[a-z][0-9A-Za-z.\-]{0,30}[0-9A-Za-z])?(?:\+[0-9A-Za-z]{1,20})?))(?![\w\-/]|\.\d)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Version();

    // SKU-99-AB, ABC-1234, X200, WH-1000XM5, Art.-Nr. 4711-B
    [GeneratedRegex(@"(?<![\w.\-/#@$])(?<p>(?:SKU|Art\.?-?Nr\.?|[Mm]odel|[Pp]art(?:\sno\.?)?|[Ii]tem|P/N|Modell)[:# ]{1,2})?(?<c>[A-Z0-9]{1,8}(?:[\-/][A-Z0-9]{1,10}){0,4})(?![\w\-/]|\.\d)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Product();

    [GeneratedRegex(@"(?<![\w#&/])#[\p{L}_][\p{L}\p{N}_]{1,99}", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Hashtag();

    [GeneratedRegex(@"(?<![\w@.])@[A-Za-z_][A-Za-z0-9_.\-]{0,38}[A-Za-z0-9_](?![\w@])", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Mention();

    private static IEnumerable<Entity> Of(MatchCollection matches, EntityType type, Func<Match, (string Value, double Confidence)?> read)
    {
        foreach (Match match in matches)
        {
            if (read(match) is var (value, confidence))
            {
                yield return new(match.Value, type, new TextSpan(match.Index, match.Index + match.Length), value, confidence);
            }
        }
    }

    private static IEnumerable<Entity> Urls(string text)
    {
        foreach (Match match in Url().Matches(text))
        {
            var url = WithoutTrailing(match.Value);
            var full = url.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? "https://" + url : url;
            if (Uri.TryCreate(full, UriKind.Absolute, out var uri) && uri.Host is not "")
            {
                yield return new(url, EntityType.Url, new TextSpan(match.Index, match.Index + url.Length), uri.AbsoluteUri, 0.98);
            }
        }
    }

    /// <summary>Punctuation behind an address belongs to the sentence, a bracket too unless it was opened within.</summary>
    private static string WithoutTrailing(string url)
    {
        var end = url.Length;
        while (end > 0 && (url[end - 1] is '.' or ',' or ';' or ':' or '!' or '?' or '*' or '_' or ']' or '}'
            || (url[end - 1] == ')' && url.AsSpan(0, end).Count('(') < url.AsSpan(0, end).Count(')'))))
        {
            end--;
        }

        return url[..end];
    }

    private static IEnumerable<Entity> Emails(string text)
    {
        foreach (Match match in Email().Matches(text))
        {
            var at = match.Value.IndexOf('@', StringComparison.Ordinal);
            if (match.Value[at - 1] != '.' && !match.Value.Contains("..", StringComparison.Ordinal))
            {
                var value = match.Value[..at] + match.Value[at..].ToLowerInvariant();
                yield return new(match.Value, EntityType.Email, new TextSpan(match.Index, match.Index + match.Length), value, 0.98);
            }
        }
    }

    private static IEnumerable<Entity> Ibans(string text)
    {
        foreach (Match match in Iban().Matches(text))
        {
            var compact = match.Value.Replace(" ", "", StringComparison.Ordinal);
            if (!s_ibanLengths.TryGetValue(compact[..2], out var length) || compact.Length < length)
            {
                continue;
            }

            var iban = compact[..length];
            var end = End(match.Value, length);
            if (Remainder(iban) == 1 && (end == match.Length || match.Value[end] == ' '))
            {
                yield return new(match.Value[..end], EntityType.Iban, new TextSpan(match.Index, match.Index + end), iban, 1);
            }
        }

        static int End(string spaced, int letters)
        {
            var at = 0;
            for (var seen = 0; seen < letters; at++)
            {
                seen += spaced[at] == ' ' ? 0 : 1;
            }

            return at;
        }
    }

    /// <summary>ISO 13616: the first four characters go to the end, A is 10; the remainder by 97 is 1.</summary>
    private static int Remainder(string iban)
    {
        var remainder = 0;
        foreach (var c in iban[4..] + iban[..4])
        {
            remainder = char.IsAsciiDigit(c) ? (remainder * 10 + c - '0') % 97 : (remainder * 100 + c - 'A' + 10) % 97;
        }

        return remainder;
    }

    private static IEnumerable<Entity> Ips(string text)
    {
        foreach (Match match in Ip().Matches(text))
        {
            var slash = match.Value.IndexOf('/', StringComparison.Ordinal);
            var host = slash < 0 ? match.Value : match.Value[..slash];
            var colons = host.AsSpan().Count(':');
            if ((colons > 0 && colons < 7 && !host.Contains("::", StringComparison.Ordinal)) || host.Length < 4 || !IPAddress.TryParse(host, out var address))
            {
                continue;
            }

            var prefix = slash < 0 ? "" : match.Value[slash..];
            var widest = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
            if (prefix is "" || int.Parse(prefix.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) <= widest)
            {
                yield return new(match.Value, EntityType.Ip, new TextSpan(match.Index, match.Index + match.Length), address + prefix, 0.97);
            }
        }
    }

    private static (string, double)? ProductOf(Match match)
    {
        var code = match.Groups["c"].Value;
        var (letters, digits) = (code.Any(char.IsAsciiLetterUpper), code.Count(char.IsAsciiDigit));
        return (letters && digits >= 2 && code.Length >= 4) || (match.Groups["p"].Success && digits > 0 && code.Length >= 3)
            ? (code, match.Groups["p"].Success ? 0.9 : code.Contains('-', StringComparison.Ordinal) ? 0.65 : 0.5)
            : null;
    }
}
