using System.Collections.Frozen;
using System.Globalization;

namespace Sutazai.Agents.Documents.TextAnalysis.Sentiment;

/// <summary>Words with a weight from -4 to 4, found in any of their regular forms; and what strengthens, weakens and negates.</summary>
internal sealed class SentimentLexicon
{
    // Published constants of VADER (Hutto and Gilbert 2014): the mean change raters saw from a degree adverb.
    private const double Stronger = 0.293;
    private const double Weaker = -0.293;

    private static readonly Lazy<SentimentLexicon> s_english = new(() => new("en", EnglishStems, Modifiers.English));
    private static readonly Lazy<SentimentLexicon> s_german = new(() => new("de", GermanStems, Modifiers.German));
    private static readonly Lazy<FrozenDictionary<string, double>> s_symbols = new(() => Read("symbols"));

    private readonly FrozenDictionary<string, double> _weights;
    private readonly Func<string, IEnumerable<string>> _stems;
    private readonly FrozenDictionary<string, double> _degrees;

    private SentimentLexicon(string language, Func<string, IEnumerable<string>> stems, Modifiers modifiers)
    {
        Language = language;
        _stems = stems;
        _weights = Read(language);
        _degrees = modifiers.Stronger.Select(w => (w, Stronger)).Concat(modifiers.Weaker.Select(w => (w, Weaker)))
            .ToFrozenDictionary(p => p.w, p => p.Item2, StringComparer.Ordinal);
        Negations = modifiers.Negations.ToFrozenSet(StringComparer.Ordinal);
        Contrasts = modifiers.Contrasts.ToFrozenSet(StringComparer.Ordinal);
    }

    public string Language { get; }

    public FrozenSet<string> Negations { get; }

    public FrozenSet<string> Contrasts { get; }

    public int Count => _weights.Count;

    /// <returns>The lexicon of a language, or null where there is none.</returns>
    public static SentimentLexicon? Find(string language) => language switch
    {
        "en" => s_english.Value,
        "de" => s_german.Value,
        _ => null,
    };

    public static double? Symbol(ReadOnlySpan<char> symbol)
    {
        // The first code point decides; skin tones and variation selectors follow it.
        var symbols = s_symbols.Value.GetAlternateLookup<ReadOnlySpan<char>>();
        var first = char.IsHighSurrogate(symbol[0]) && symbol.Length > 1 ? symbol[..2] : symbol[..1];
        return symbols.TryGetValue(symbol, out var weight) || symbols.TryGetValue(first, out weight) ? weight : null;
    }

    /// <param name="word">Lower case.</param>
    public double? Weight(string word)
    {
        if (_weights.TryGetValue(word, out var weight))
        {
            return weight;
        }

        foreach (var stem in _stems(word))
        {
            if (_weights.TryGetValue(stem, out weight))
            {
                return weight;
            }
        }

        return null;
    }

    public double? Degree(string word) => _degrees.TryGetValue(word, out var degree) ? degree : null;

    private static FrozenDictionary<string, double> Read(string name)
    {
        Dictionary<string, double> weights = new(StringComparer.Ordinal);
        foreach (var line in EmbeddedText.Read($"Sentiment/Lexicons/{name}.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (var word in fields.Skip(1))
            {
                weights.TryAdd(word, double.Parse(fields[0], CultureInfo.InvariantCulture));
            }
        }

        return weights.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>"loves", "hating", "stopped", "tried", "nicer", "happiest", "sadly" lead to their base words.</summary>
    private static IEnumerable<string> EnglishStems(string word)
    {
        foreach (var suffix in (string[])["'s", "s", "es", "ed", "d", "ing", "er", "r", "est", "st", "ly"])
        {
            if (word.Length - suffix.Length < 3 || !word.EndsWith(suffix, StringComparison.Ordinal))
            {
                continue;
            }

            var stem = word[..^suffix.Length];
            yield return stem;
            if (suffix is "ing" or "er" or "est" or "ed")
            {
                yield return stem + "e";
                if (stem[^1] == stem[^2])
                {
                    yield return stem[..^1];
                }
            }

            if (stem[^1] == 'i')
            {
                yield return stem[..^1] + "y";
            }
        }
    }

    /// <summary>"schlechtem", "schönsten", "freundlicher", "ärgerte" lead to their base words.</summary>
    private static IEnumerable<string> GermanStems(string word)
    {
        foreach (var suffix in (string[])["sten", "ster", "stes", "ste", "eren", "erer", "eres", "ere", "ten", "te", "en", "er", "es", "em", "e", "n", "s", "t"])
        {
            if (word.Length - suffix.Length >= 3 && word.EndsWith(suffix, StringComparison.Ordinal))
            {
                var stem = word[..^suffix.Length];
                yield return stem;
                yield return stem + "en";
                yield return stem + "e";
            }
        }
    }
}
