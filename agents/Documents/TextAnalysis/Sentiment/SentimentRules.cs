using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Sentiment;

/// <param name="Weight">What the word adds, after everything that changes it.</param>
/// <param name="Base">Its weight in the lexicon, -4 to 4.</param>
/// <param name="Negation">The word that turns it round.</param>
/// <param name="Intensifier">The nearest word that strengthens or weakens it.</param>
public sealed record FeelingWord(string Word, TextSpan Span, double Weight, double Base, string? Negation, string? Intensifier);

/// <summary>
/// The rules and constants of VADER (C. J. Hutto and E. Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
/// Social Media Text", 2014) over own lexicons: degree adverbs, negation up to three words before (in German also after), capitals,
/// exclamation and question marks, the clause after "but".
/// </summary>
internal sealed class SentimentRules(SentimentLexicon lexicon, string text)
{
    private const double Capitals = 0.733;
    private const double Negated = -0.74;
    private const double Exclamation = 0.292;
    private const double Normalizer = 15;
    private const int Reach = 3;

    /// <summary>The feeling words of a sentence's tokens, in order.</summary>
    public List<FeelingWord> Words(IReadOnlyList<Token> tokens, int from, int to)
    {
        var words = new string[to - from];
        int capital = 0, lower = 0;
        for (var i = from; i < to; i++)
        {
            var word = tokens[i].Of(text);
            words[i - from] = word.ToString().ToLowerInvariant().Replace('\u2019', '\'');
            capital += IsCapital(word) ? 1 : 0;
            lower += word.ContainsAnyInRange('a', 'z') ? 1 : 0;
        }

        List<FeelingWord> found = [];
        for (var i = 0; i < words.Length; i++)
        {
            if (Judge(words, tokens, from, i, capital > 0 && lower > 0) is { } word)
            {
                found.Add(word);
            }
        }

        return AroundContrast(words, tokens, from, found);
    }

    /// <summary>-1 to 1: the sum s of weights, raised by the sentence's marks, as s / sqrt(s^2 + 15).</summary>
    public double Score(IReadOnlyList<FeelingWord> words, ReadOnlySpan<char> sentence)
    {
        var sum = words.Sum(w => w.Weight);
        if (sum == 0)
        {
            return 0;
        }

        sum += Math.Sign(sum) * Emphasis(sentence);
        return sum / Math.Sqrt(sum * sum + Normalizer);
    }

    private static double Emphasis(ReadOnlySpan<char> sentence)
    {
        var exclamations = Math.Min(4, sentence.Count('!') + sentence.Count('！'));
        var questions = sentence.Count('?') + sentence.Count('？');
        return exclamations * Exclamation + (questions > 3 ? 0.96 : questions > 1 ? questions * 0.18 : 0);
    }

    private static bool IsCapital(ReadOnlySpan<char> word) => word.Length > 1 && word.ContainsAnyInRange('A', 'Z') && !word.ContainsAnyInRange('a', 'z');

    private FeelingWord? Judge(string[] words, IReadOnlyList<Token> tokens, int from, int at, bool capitalsMean)
    {
        var token = tokens[from + at];
        var weight = token.Kind switch
        {
            TokenKind.Symbol => SentimentLexicon.Symbol(token.Of(text)),
            TokenKind.Word when lexicon.Negations.Contains(words[at]) || IsDegreeOfNext(words, at) => null,
            TokenKind.Word => lexicon.Weight(words[at]),
            _ => null,
        };
        if (weight is not { } own)
        {
            return null;
        }

        if (token.Kind is TokenKind.Symbol)
        {
            return new(token.Of(text).ToString(), new(token.Start, token.End), own, own, null, null);
        }

        var (value, sign) = (own, Math.Sign(own));
        value += capitalsMean && IsCapital(token.Of(text)) ? sign * Capitals : 0;
        var (degree, intensifier) = Degree(words, tokens, from, at, capitalsMean);
        value += sign * degree;
        var negation = Negation(words, tokens, from, at);
        value = negation is null ? value : value * Negated;
        return new(token.Of(text).ToString(), new(token.Start, token.End), value, own, negation, intensifier);
    }

    // "pretty good", "super slow": a degree before another feeling word is not a feeling.
    private bool IsDegreeOfNext(string[] words, int at) =>
        lexicon.Degree(words[at]) is not null && at + 1 < words.Length && lexicon.Weight(words[at + 1]) is not null;

    private (double Degree, string? Word) Degree(string[] words, IReadOnlyList<Token> tokens, int from, int at, bool capitalsMean)
    {
        (double Sum, string? Nearest) found = (0, null);
        for (var back = 1; back <= Reach && back <= at && SameClause(tokens, from, at - back, at); back++)
        {
            // A word nearer by keeps its own adverb: "very late and boring" does not make boring stronger.
            if (lexicon.Weight(words[at - back]) is not null && lexicon.Degree(words[at - back]) is null)
            {
                break;
            }

            if (lexicon.Degree(words[at - back]) is { } degree)
            {
                degree += capitalsMean && IsCapital(tokens[from + at - back].Of(text)) ? Math.Sign(degree) * Capitals : 0;
                found = (found.Sum + degree * (1.05 - 0.05 * back), found.Nearest ?? words[at - back]);
            }
        }

        return found;
    }

    private string? Negation(string[] words, IReadOnlyList<Token> tokens, int from, int at)
    {
        for (var back = 1; back <= Reach && back <= at && SameClause(tokens, from, at - back, at); back++)
        {
            var word = words[at - back];
            if (lexicon.Contrasts.Contains(word))
            {
                break;
            }

            // "never so good", "nothing but praise", "not only good" and "no doubt" affirm.
            var next = words[at - back + 1];
            if (lexicon.Negations.Contains(word) && next is not ("so" or "but" or "only" or "nur" or "doubt") && !(back == 1 && words[at] is "doubt" or "problem" && word == "no"))
            {
                return word;
            }
        }

        // "Das gefällt mir nicht": German negates behind the verb.
        for (var ahead = 1; lexicon.Language == "de" && ahead <= Reach && at + ahead < words.Length && SameClause(tokens, from, at, at + ahead); ahead++)
        {
            if (words[at + ahead] is "nicht" or "nie" && (at + ahead + 1 >= words.Length || lexicon.Weight(words[at + ahead + 1]) is null))
            {
                return words[at + ahead];
            }
        }

        return null;
    }

    private bool SameClause(IReadOnlyList<Token> tokens, int from, int left, int right) =>
        !text.AsSpan()[tokens[from + left].End..tokens[from + right].Start].ContainsAny(",;:()");

    private List<FeelingWord> AroundContrast(string[] words, IReadOnlyList<Token> tokens, int from, List<FeelingWord> found)
    {
        var at = Array.FindIndex(words, w => w is "but" or "aber" or "however" or "jedoch" or "allerdings");
        if (at <= 0)
        {
            return found;
        }

        var place = tokens[from + at].Start;
        return [.. found.Select(w => w with { Weight = w.Weight * (w.Span.Start < place ? 0.5 : 1.5) })];
    }
}
