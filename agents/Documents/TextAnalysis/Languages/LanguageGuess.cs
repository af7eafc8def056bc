using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Languages;

/// <param name="Language">ISO 639-1, or <see cref="Undecided"/>.</param>
internal sealed record LanguageGuess(string Language, double Score, Script Script, IReadOnlyList<(string Language, double Score)> Ranked, int Letters)
{
    public const string Undecided = "und";

    /// <summary>Below this score no language is named.</summary>
    public const double Threshold = 0.4;

    /// <summary>Letters judged; a longer text is judged by slices spread over it.</summary>
    public const int SampleLetters = 24_000;

    // Neighbouring sequences share letters, so their likelihoods count the same evidence several times; this fraction of it makes
    // the scores of single words come out about as often right as they say.
    private const double Evidence = 0.25;

    public static LanguageGuess Of(ReadOnlySpan<char> text, CancellationToken cancellationToken)
    {
        var tokens = Sample(text, cancellationToken);
        var letters = new int[Enum.GetValues<Script>().Length];
        foreach (var token in tokens)
        {
            letters[(int)Scripts.Of(token.Of(text))] += token.Length;
        }

        letters[(int)Script.None] = 0;
        var all = letters.Sum();
        if (all == 0)
        {
            return new(Undecided, 0, Script.None, [], 0);
        }

        // Japanese mixes kana with Han; a text with no kana at all is Chinese.
        if (letters[(int)Script.Kana] * 20 > letters[(int)Script.Han])
        {
            letters[(int)Script.Kana] += letters[(int)Script.Han];
            letters[(int)Script.Han] = 0;
        }

        List<(string Language, double Score)> ranked = [];
        for (var script = Script.Latin; (int)script < letters.Length; script++)
        {
            if (letters[(int)script] > 0)
            {
                var share = (double)letters[(int)script] / all;
                ranked.AddRange(OfScript(text, tokens, script, letters[(int)script]).Select(r => (r.Language, r.Score * share)));
            }
        }

        ranked = [.. ranked.OrderByDescending(r => r.Score).ThenBy(r => r.Language, StringComparer.Ordinal)];
        var dominant = (Script)Array.IndexOf(letters, letters.Max());
        return ranked[0].Score >= Threshold
            ? new(ranked[0].Language, ranked[0].Score, dominant, ranked, all)
            : new(Undecided, ranked[0].Score, dominant, ranked, all);
    }

    /// <summary>Evidence of one word in its script's languages, tempered; the sequences known and had are added up.</summary>
    public static int Weigh(ScriptModel model, ReadOnlySpan<char> word, Span<double> scores, Span<int> known)
    {
        Span<double> raw = stackalloc double[model.Languages.Count];
        raw.Clear();
        var had = model.Score(word, raw, known);
        for (var i = 0; i < raw.Length; i++)
        {
            scores[i] += raw[i] * Evidence;
        }

        return had;
    }

    private static IEnumerable<(string Language, double Score)> OfScript(ReadOnlySpan<char> text, List<Token> tokens, Script script, int letters)
    {
        if (Scripts.OnlyLanguage(script) is { } only)
        {
            // One or two letters are a symbol (π, Ω) before they are a language.
            return [(only, letters / (letters + 1.0))];
        }

        var model = ScriptModel.Of(script);
        var scores = new double[model.Languages.Count];
        var known = new int[scores.Length];
        var had = 0;
        foreach (var token in tokens)
        {
            var word = token.Of(text);
            if (token.Kind is TokenKind.Word && Scripts.Of(word) == script)
            {
                had += Weigh(model, word, scores, known);
            }
        }

        var top = scores.Max();
        var sum = scores.Sum(s => Math.Exp(s - top));
        return [.. scores.Select((s, i) => (model.Languages[i], Math.Exp(s - top) / sum * Familiarity(known[i], had)))];
    }

    /// <summary>How much a text looks like anything the language has: gibberish has few of its letter sequences.</summary>
    private static double Familiarity(int known, int had) => Math.Min(1, (known + 0.5) / (had + 0.5) / 0.45);

    private static List<Token> Sample(ReadOnlySpan<char> text, CancellationToken cancellationToken)
    {
        if (text.Length <= SampleLetters)
        {
            return Tokenizer.Tokens(text, cancellationToken);
        }

        const int slices = 24;
        List<Token> tokens = [];
        for (var i = 0; i < slices; i++)
        {
            var start = (int)((long)(text.Length - SampleLetters / slices) * i / (slices - 1));
            tokens.AddRange(Tokenizer.Tokens(text, new TextSpan(start, start + SampleLetters / slices), cancellationToken));
        }

        return tokens;
    }
}
