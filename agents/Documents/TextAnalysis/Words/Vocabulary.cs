using System.Buffers;
using System.Collections.Frozen;

namespace Sutazai.Agents.Documents.TextAnalysis.Words;

/// <summary>
/// Numbers the terms of one or more texts in a language: lower case, without stop words, stemmed in English and German; neighbouring
/// ideographs make pairs.
/// </summary>
internal sealed class Vocabulary(string language)
{
    /// <summary>Grammar, a number, or a lone letter.</summary>
    public const int NoTerm = -1;

    // Particles and pronouns that make an ideograph pair meaningless.
    private static readonly SearchValues<char> s_emptyIdeographs = SearchValues.Create("的了是在和不也就都这那我你他她它们有与及或为以之于而且但很吗呢吧把被给对从到個這們為與");

    private readonly FrozenSet<string> _stopWords = StopWords.Of(language);
    private readonly Dictionary<string, int> _bySurface = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byStem = new(StringComparer.Ordinal);
    private readonly List<SortedDictionary<string, int>> _forms = [];

    public string Language { get; } = language;

    public int Count => _forms.Count;

    /// <summary>How often each lower-case form of the term was seen.</summary>
    public IReadOnlyDictionary<string, int> Forms(int term) => _forms[term];

    /// <summary>The form seen most often, the first of the alphabet among equals.</summary>
    public string Name(int term) => _forms[term].MaxBy(f => f.Value).Key;

    /// <summary>The terms of a stretch of text in order; <see cref="NoTerm"/> keeps the place of what is none.</summary>
    public List<int> Terms(ReadOnlySpan<char> text, IReadOnlyList<Token> tokens, int from, int to)
    {
        List<int> terms = new(to - from);
        for (var i = from; i < to; i++)
        {
            var token = tokens[i];
            terms.Add(token.Kind switch
            {
                TokenKind.Word => Term(token.Of(text)),
                TokenKind.Ideograph => Pair(text, tokens, i, to),
                _ => NoTerm,
            });
        }

        return terms;
    }

    public int Term(ReadOnlySpan<char> word)
    {
        Span<char> lower = stackalloc char[Tokenizer.LongestWord + 2];
        lower = lower[..Math.Min(word.Length, lower.Length)];
        word[..lower.Length].ToLowerInvariant(lower);
        lower.Replace('\u2019', '\'');
        var surfaces = _bySurface.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!surfaces.TryGetValue(lower, out var term))
        {
            var surface = lower.ToString();
            term = IsEmpty(surface) ? NoTerm : OfStem(Stem(surface));
            _bySurface.Add(surface, term);
        }

        if (term != NoTerm)
        {
            Saw(term, lower);
        }

        return term;
    }

    public bool IsStopWord(ReadOnlySpan<char> word)
    {
        Span<char> lower = stackalloc char[Tokenizer.LongestWord + 2];
        lower = lower[..Math.Min(word.Length, lower.Length)];
        word[..lower.Length].ToLowerInvariant(lower);
        lower.Replace('\u2019', '\'');
        return _stopWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(lower);
    }

    public static bool IsEmptyIdeograph(char c) => s_emptyIdeographs.Contains(c);

    private bool IsEmpty(string surface) => surface.Length < 2 || _stopWords.Contains(surface) || !surface.Any(char.IsLetter);

    private string Stem(string surface) => Language switch
    {
        "en" => EnglishStemmer.Stem(surface),
        "de" => GermanStemmer.Stem(surface),
        _ => surface,
    };

    private int Pair(ReadOnlySpan<char> text, IReadOnlyList<Token> tokens, int at, int to)
    {
        if (at + 1 >= to || tokens[at + 1] is not { Kind: TokenKind.Ideograph } second || second.Start != tokens[at].End)
        {
            return NoTerm;
        }

        var pair = text[tokens[at].Start..second.End];
        if (pair.ContainsAny(s_emptyIdeographs) || !pair.ContainsAnyExceptInRange('\u3041', '\u309F'))
        {
            return NoTerm;
        }

        var surfaces = _bySurface.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!surfaces.TryGetValue(pair, out var term))
        {
            var surface = pair.ToString();
            term = OfStem(surface);
            _bySurface.Add(surface, term);
        }

        Saw(term, pair);
        return term;
    }

    private int OfStem(string stem)
    {
        if (!_byStem.TryGetValue(stem, out var term))
        {
            term = _byStem[stem] = _forms.Count;
            _forms.Add(new(StringComparer.Ordinal));
        }

        return term;
    }

    private void Saw(int term, ReadOnlySpan<char> surface)
    {
        var forms = _forms[term];
        foreach (var (form, count) in forms)
        {
            if (surface.SequenceEqual(form))
            {
                forms[form] = count + 1;
                return;
            }
        }

        forms[surface.ToString()] = 1;
    }
}
