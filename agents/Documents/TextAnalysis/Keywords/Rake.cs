using System.Runtime.InteropServices;
using System.Text;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Keywords;

/// <summary>
/// Rapid Automatic Keyword Extraction (Rose, Engel, Cramer and Cowley, "Automatic keyword extraction from individual documents", 2010):
/// candidates are runs of words between stop words and punctuation; a word weighs degree / frequency; a phrase weighs the sum of its
/// words; two candidates that meet at least twice around the same stop words make one more.
/// </summary>
internal sealed class Rake
{
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly List<(int Frequency, double Degree)> _weights = [];
    private readonly Dictionary<string, (int Count, int[] Words)> _phrases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Count, string First, string Second)> _joined = new(StringComparer.Ordinal);

    public Rake(Reading reading, int maxWords, CancellationToken cancellationToken)
    {
        var vocabulary = new Vocabulary(reading.Language);
        for (var sentence = 0; sentence < reading.Sentences.Count; sentence++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Read(reading, vocabulary, sentence, maxWords);
        }
    }

    /// <summary>Runs of more words than a phrase may have; they are tables or lists rather than phrases.</summary>
    public int TooLong { get; private set; }

    public List<(string Phrase, double Score, int Count, int Words)> Ranked()
    {
        var scores = _phrases.ToDictionary(p => p.Key, p => p.Value.Words.Sum(w => _weights[w].Degree / _weights[w].Frequency), StringComparer.Ordinal);
        var whole = _phrases.Select(p => (p.Key, scores[p.Key], p.Value.Count, p.Value.Words.Length));
        var joined = _joined.Where(j => j.Value.Count >= 2 && !scores.ContainsKey(j.Key))
            .Select(j => (j.Key, scores[j.Value.First] + scores[j.Value.Second], j.Value.Count, _phrases[j.Value.First].Words.Length + _phrases[j.Value.Second].Words.Length));
        return [.. whole.Concat(joined).OrderByDescending(p => p.Item2).ThenByDescending(p => p.Count).ThenBy(p => p.Key, StringComparer.Ordinal)];
    }

    private void Read(Reading reading, Vocabulary vocabulary, int sentence, int maxWords)
    {
        var text = reading.Text.AsSpan();
        var (from, to) = reading.TokensOf(sentence);
        (string Phrase, int Start, int End)? previous = null;
        for (var at = from; at < to;)
        {
            if (!IsContent(text, vocabulary, reading.Tokens[at]))
            {
                at++;
                continue;
            }

            var end = at + 1;
            while (end < to && IsContent(text, vocabulary, reading.Tokens[end]) && Adjoins(text, reading.Tokens[end - 1], reading.Tokens[end]))
            {
                end++;
            }

            var phrase = Add(reading, at, end, maxWords);
            if (phrase is not null)
            {
                Join(reading, previous, phrase, at, end);
            }

            previous = phrase is null ? null : (phrase, at, end);
            at = end;
        }
    }

    private static bool IsContent(ReadOnlySpan<char> text, Vocabulary vocabulary, Token token) => token.Kind switch
    {
        TokenKind.Word => token.Length > 1 && !vocabulary.IsStopWord(token.Of(text)),
        TokenKind.Number => true,
        TokenKind.Ideograph => !Vocabulary.IsEmptyIdeograph(token.Of(text)[0]),
        _ => false,
    };

    private static bool Adjoins(ReadOnlySpan<char> text, Token left, Token right) => text[left.End..right.Start].IsWhiteSpace();

    private string? Add(Reading reading, int from, int to, int maxWords)
    {
        if (to - from > maxWords)
        {
            TooLong++;
            return null;
        }

        if (Enumerable.Range(from, to - from).All(i => reading.Tokens[i].Kind is TokenKind.Number))
        {
            return null;
        }

        var words = new int[to - from];
        for (var i = from; i < to; i++)
        {
            var word = reading.Tokens[i].Of(reading.Text).ToString().ToLowerInvariant();
            ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(_words, word, out var known);
            if (!known)
            {
                id = _weights.Count;
                _weights.Add(default);
            }

            words[i - from] = id;
            _weights[id] = (_weights[id].Frequency + 1, _weights[id].Degree + words.Length);
        }

        var phrase = Slice(reading, from, to);
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_phrases, phrase, out _);
        entry = (entry.Count + 1, words);
        return phrase;
    }

    private void Join(Reading reading, (string Phrase, int Start, int End)? previous, string phrase, int at, int end)
    {
        // Two stop words at most stand inside: "axis of evil", "rule of the law".
        if (previous is not { } left || at - left.End is < 1 or > 2)
        {
            return;
        }

        for (var i = left.End; i <= at; i++)
        {
            if (!Adjoins(reading.Text, reading.Tokens[i - 1], reading.Tokens[i]))
            {
                return;
            }
        }

        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_joined, Slice(reading, left.Start, end), out _);
        entry = (entry.Count + 1, left.Phrase, phrase);
    }

    private static string Slice(Reading reading, int from, int to)
    {
        var text = reading.Text.AsSpan();
        var words = new StringBuilder();
        for (var i = from; i < to; i++)
        {
            if (i > from && reading.Tokens[i].Start > reading.Tokens[i - 1].End)
            {
                words.Append(' ');
            }

            words.Append(reading.Tokens[i].Of(text));
        }

        return words.ToString().ToLowerInvariant();
    }
}
