using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Sentiment;

/// <summary>Finds the places of named aspects and gives each feeling word of a sentence to the nearest.</summary>
internal sealed class Aspects(IReadOnlyList<string> names, Vocabulary vocabulary, SentimentLexicon lexicon)
{
    // In words: leaving a clause costs this much more than the words passed, a contrast still more.
    private const int ClausePrice = 6;
    private const int ContrastPrice = 12;

    private readonly int[][] _terms = [.. names.Select(n => TermsOf(n, vocabulary))];

    /// <returns>Aspect and index of the token at its end, for every mention between two tokens.</returns>
    public List<(int Aspect, int Token)> Mentions(ReadOnlySpan<char> text, IReadOnlyList<Token> tokens, int from, int to)
    {
        var terms = new int[to - from];
        for (var i = from; i < to; i++)
        {
            terms[i - from] = Key(tokens[i].Of(text), vocabulary);
        }

        List<(int, int)> mentions = [];
        for (var aspect = 0; aspect < _terms.Length; aspect++)
        {
            var wanted = _terms[aspect];
            for (var i = 0; i + wanted.Length <= terms.Length; i++)
            {
                if (terms.AsSpan(i, wanted.Length).SequenceEqual(wanted))
                {
                    mentions.Add((aspect, from + i + wanted.Length - 1));
                }
            }
        }

        return mentions;
    }

    /// <summary>The feeling words of each aspect mentioned.</summary>
    public Dictionary<int, List<FeelingWord>> Share(
        ReadOnlySpan<char> text, IReadOnlyList<Token> tokens, int from, int to, List<(int Aspect, int Token)> mentions, IReadOnlyList<FeelingWord> words)
    {
        var price = new int[to - from];
        for (var i = from + 1; i < to; i++)
        {
            var contrast = lexicon.Contrasts.Contains(tokens[i].Of(text).ToString().ToLowerInvariant());
            var clause = text[tokens[i - 1].End..tokens[i].Start].ContainsAny(",;:");
            price[i - from] = price[i - from - 1] + 1 + (contrast ? ContrastPrice : clause ? ClausePrice : 0);
        }

        var shares = mentions.Select(m => m.Aspect).Distinct().ToDictionary(a => a, _ => new List<FeelingWord>());
        var at = from;
        foreach (var word in words)
        {
            while (tokens[at].Start < word.Span.Start)
            {
                at++;
            }

            var place = at - from;
            var nearest = mentions.MinBy(m => (Math.Abs(price[place] - price[m.Token - from]), m.Token, m.Aspect));
            shares[nearest.Aspect].Add(word);
        }

        return shares;
    }

    private static int[] TermsOf(string name, Vocabulary vocabulary)
    {
        var terms = Tokenizer.Tokens(name, CancellationToken.None).Select(t => Key(t.Of(name), vocabulary)).ToArray();
        return terms is not [] && terms.Any(t => t != Vocabulary.NoTerm)
            ? terms
            : throw new InvalidInputException($"The aspect '{name}' has no word that a text could be searched for; expected a noun such as \"battery\".");
    }

    private static int Key(ReadOnlySpan<char> word, Vocabulary vocabulary) => vocabulary.Term(word);
}
