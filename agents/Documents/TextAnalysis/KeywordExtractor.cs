using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Documents.TextAnalysis.Keywords;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis;

public sealed class KeywordExtractor : IAgent
{
    private const int MaxCharacters = 4_000_000;

    private const int MaxCorpusCharacters = 4_000_000;

    public static AgentDefinition Definition { get; } = new("keyword-extractor")
    {
        Purpose = "Finds the words and phrases that a text is about, by TF-IDF against a corpus or by RAKE.",
        Instructions = """
            You label what texts are about. Call keywords for single words, with the corpus when the user gives other documents to compare against;
            call phrases for expressions of several words. Then propose one topic label of at most six words, built from the returned terms,
            and list the five strongest terms or phrases with their scores. Say whether the weights come from a corpus or from the text alone,
            because words common to a whole field look important without a corpus. Add no term that the tools did not return.
            """,
        Examples =
        [
            new("What is the attached report about?") { Files = ["@reef-report.txt"], Calls = ["keywords"], Says = ["coral"] },
            new("List the key phrases of the attached report.") { Files = ["@reef-report.txt"], Calls = ["phrases"], Says = ["water temperature"] },
        ],
    };

    [KernelFunction("keywords"), Description("Weighs the words of a text by TF-IDF: frequent in it, rare in the other documents. Without a corpus its own paragraphs or sentences are the documents.")]
    [ToolExample(
        """{ "text": "Bees make honey. Bees dance.", "language": "en" }""",
        """
        { "language": "en", "basis": "sentences", "documents": 2, "total": 3, "keywords": [
          { "term": "bees", "score": 0.5, "count": 2, "documents": 2, "forms": ["bees"] },
          { "term": "dance", "score": 0.351366, "count": 1, "documents": 1, "forms": ["dance"] },
          { "term": "honey", "score": 0.351366, "count": 1, "documents": 1, "forms": ["honey"] }] }
        """)]
    [ToolExample(
        """{ "text": "Tigers hunt deer.", "corpus": ["Deer eat grass.", "Deer run.", "Cats sleep."], "language": "en", "limit": 1 }""",
        """{ "basis": "corpus", "documents": 4, "total": 3, "keywords": [{ "term": "hunt", "score": 0.638764, "count": 1, "documents": 1 }] }""", Partial = true)]
    [ToolExample("""{ "text": "\u0000 \u202e 12 … the of and" }""", """{ "basis": "sentences", "total": 0, "keywords": [] }""", Partial = true, Nasty = true)]
    [ToolExample("""{ "text": "a", "language": "English" }""", "two-letter ISO 639-1 code", Nasty = true, Fails = true)]
    public static async Task<KeywordList> KeywordsAsync(
        [Description("The text to label, at most four million characters.")] Artifact text,
        [Description("Other documents to compare with, as a list; a zip counts as its files. Leave out to compare the text's own parts.")] IReadOnlyList<Artifact>? corpus = null,
        [Description("Two-letter language code for stop words and stemming, or auto.")] string language = "auto",
        [Description("How many keywords to list, 1 to 1000.")] int limit = 20,
        CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        var reading = Reading.Of(await text.ReadTextAsync(cancellationToken, MaxCharacters), language, cancellationToken);
        var vocabulary = new Vocabulary(reading.Language);
        var weights = new TermWeights(vocabulary);
        var terms = vocabulary.Terms(reading.Text, reading.Tokens, 0, reading.Tokens.Count);
        weights.AddText(terms);
        var basis = corpus is null or [] ? AddOwnParts(reading, terms, weights) : Basis.Corpus;
        if (basis is Basis.Corpus)
        {
            weights.AddDocument(terms.Where(t => t != Vocabulary.NoTerm));
            await AddCorpusAsync(corpus!, reading.Language, vocabulary, weights, cancellationToken);
        }

        return new(
            reading.Language, basis, weights.Documents, weights.Distinct,
            [.. weights.Heaviest().Take(limit).Select(w => new Keyword(w.Name, Math.Round(w.Score, 6), w.Count, w.Documents, Forms(vocabulary, w.Term)))]);
    }

    [KernelFunction("phrases"), Description("Ranks the expressions of a text by RAKE: runs of words between stop words and punctuation.")]
    [ToolExample(
        """{ "text": "Solar panels feed the power grid. The power grid needs solar panels and storage.", "language": "en", "limit": 2 }""",
        """{ "language": "en", "total": 4, "tooLong": 0, "phrases": [{ "phrase": "solar panels feed", "score": 8, "count": 1 }, { "phrase": "solar panels", "score": 5, "count": 1 }] }""", Partial = true)]
    [ToolExample("""{ "text": "" }""", """{ "language": "und", "total": 0, "tooLong": 0, "phrases": [] }""", Nasty = true)]
    public static async Task<PhraseList> PhrasesAsync(
        [Description("The text, at most four million characters.")] Artifact text,
        [Description("Two-letter language code for stop words, or auto.")] string language = "auto",
        [Description("How many phrases to list, 1 to 1000.")] int limit = 20,
        [Description("Longest phrase in words, 1 to 12.")] int maxWords = 5,
        CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        if (maxWords is < 1 or > 12)
        {
            throw new InvalidInputException($"'maxWords' is {maxWords}; expected 1 to 12.");
        }

        var reading = Reading.Of(await text.ReadTextAsync(cancellationToken, MaxCharacters), language, cancellationToken);
        var rake = new Rake(reading, maxWords, cancellationToken);
        var ranked = rake.Ranked();
        return new(
            reading.Language, ranked.Count, rake.TooLong,
            [.. ranked.Take(limit).Select(p => new KeyPhrase(p.Phrase, Math.Round(p.Score, 4), p.Count))]);
    }

    private static void CheckLimit(int limit)
    {
        if (limit is < 1 or > 1000)
        {
            throw new InvalidInputException($"'limit' is {limit}; expected 1 to 1000.");
        }
    }

    private static Basis AddOwnParts(Reading reading, List<int> terms, TermWeights weights)
    {
        List<List<int>> sentences = [], paragraphs = [];
        for (var i = 0; i < reading.Sentences.Count; i++)
        {
            var (from, to) = reading.TokensOf(i);
            var own = terms.GetRange(from, to - from).FindAll(t => t != Vocabulary.NoTerm);
            sentences.Add(own);
            if (i == 0 || IsParagraphBreak(reading.Text.AsSpan()[reading.Sentences[i - 1].End..reading.Sentences[i].Start]))
            {
                paragraphs.Add([]);
            }

            paragraphs[^1].AddRange(own);
        }

        var basis = paragraphs.Count >= 5 ? Basis.Paragraphs : Basis.Sentences;
        (basis is Basis.Paragraphs ? paragraphs : sentences).ForEach(weights.AddDocument);
        return basis;
    }

    private static bool IsParagraphBreak(ReadOnlySpan<char> gap) => gap.Count('\n') > 1;

    private static async Task AddCorpusAsync(
        IReadOnlyList<Artifact> corpus, string language, Vocabulary vocabulary, TermWeights weights, CancellationToken cancellationToken)
    {
        var characters = 0L;
        foreach (var artifact in corpus)
        {
            await foreach (var file in artifact.FilesAsync(cancellationToken))
            {
                var content = await file.ReadTextAsync(cancellationToken);
                if ((characters += content.Length) > MaxCorpusCharacters)
                {
                    throw new InvalidInputException($"The corpus is longer than {MaxCorpusCharacters:N0} characters in all; give fewer or shorter documents.");
                }

                var reading = Reading.Of(content, language, cancellationToken);
                weights.AddDocument(vocabulary.Terms(content, reading.Tokens, 0, reading.Tokens.Count).Where(t => t != Vocabulary.NoTerm));
            }
        }
    }

    private static IReadOnlyList<string> Forms(Vocabulary vocabulary, int term) =>
        [.. vocabulary.Forms(term).OrderByDescending(f => f.Value).ThenBy(f => f.Key, StringComparer.Ordinal).Take(5).Select(f => f.Key)];

    /// <summary>What the rarity of a term was counted over.</summary>
    public enum Basis
    {
        /// <summary>The given documents and the text itself.</summary>
        Corpus,

        /// <summary>The text's own paragraphs, where it has at least five.</summary>
        Paragraphs,
        Sentences,
    }

    /// <param name="Total">How many different terms the text has, listed or not.</param>
    public sealed record KeywordList(string Language, Basis Basis, int Documents, int Total, IReadOnlyList<Keyword> Keywords);

    /// <param name="Documents">How many documents hold the term.</param>
    /// <param name="Forms">The forms that were counted as this term, commonest first.</param>
    public sealed record Keyword(string Term, double Score, int Count, int Documents, IReadOnlyList<string> Forms);

    /// <param name="TooLong">Runs of more than the longest phrase's words, left out.</param>
    public sealed record PhraseList(string Language, int Total, int TooLong, IReadOnlyList<KeyPhrase> Phrases);

    public sealed record KeyPhrase(string Phrase, double Score, int Count);
}
