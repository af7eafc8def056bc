using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Documents.TextAnalysis.Summaries;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis;

public sealed class ExtractiveSummarizer : IAgent
{
    private const int MaxCharacters = 4_000_000;

    private const int MostListed = 50;

    public static AgentDefinition Definition { get; } = new("extractive-summarizer")
    {
        Purpose = "Summarizes a text by its own most central sentences (TextRank) and measures how much a summary covers.",
        Instructions = """
            You summarize without inventing. Call summarize first; n is the number of sentences the user wants, or 3.
            Join the returned sentences into one readable paragraph in their order: you may add connecting words and replace a pronoun by its name,
            never a fact, a number or a judgement that no returned sentence contains. Give the position numbers in brackets after each sentence.
            To judge a summary that the user brings, call coverage and report the share and every sentence or term that the source does not have.
            """,
        Examples =
        [
            new("Summarize the attached report in two sentences.") { Files = ["@reef-report.txt"], Calls = ["summarize"], Says = ["water temperature"] },
            new("Give me the three most important sentences of the attached report.") { Files = ["@reef-report.txt"], Calls = ["summarize"], Says = ["Waste water should be treated"] },
        ],
    };

    [KernelFunction("summarize"), Description("Picks the n most central sentences of a text, in the text's order, with their positions and scores.")]
    [ToolExample(
        """{ "text": "Cats chase mice. Dogs chase cats. Rain fell quietly.", "n": 1, "language": "en" }""",
        """{ "language": "en", "total": 3, "termsLeftOut": 0, "sentences": [{ "text": "Cats chase mice.", "position": 1, "span": { "start": 0, "end": 16 }, "score": 1 }] }""")]
    [ToolExample("""{ "text": "\u0000 \r\n \r\n ", "n": 3 }""", """{ "language": "und", "total": 0, "termsLeftOut": 0, "sentences": [] }""", Nasty = true)]
    [ToolExample("""{ "text": "One.", "n": 0 }""", "'n' is 0; expected 1 to 200", Nasty = true, Fails = true)]
    public static async Task<Summary> SummarizeAsync(
        [Description("The text to summarize, at most four million characters.")] Artifact text,
        [Description("How many sentences, 1 to 200.")] int n = 3,
        [Description("Two-letter language code for stop words and stemming, or auto.")] string language = "auto",
        CancellationToken cancellationToken = default)
    {
        if (n is < 1 or > 200)
        {
            throw new InvalidInputException($"'n' is {n}; expected 1 to 200.");
        }

        var reading = Reading.Of(await text.ReadTextAsync(cancellationToken, MaxCharacters), language, cancellationToken);
        var (originals, terms, vocabulary) = Distinct(reading);
        var rank = new TextRank([.. terms.Select(t => t.Distinct().ToArray())], [.. terms.Select(t => t.Count)], vocabulary.Count, cancellationToken);
        var best = Enumerable.Range(0, originals.Count).OrderByDescending(i => Math.Round(rank.Scores[i], 6)).ThenBy(i => i).Take(n).Order();
        return new(
            reading.Language, reading.Sentences.Count, rank.TermsLeftOut,
            [.. best.Select(i => new CentralSentence(
                reading.SentenceText(originals[i]), originals[i] + 1, reading.Sentences[originals[i]], Math.Round(rank.Scores[i], 4)))]);
    }

    [KernelFunction("coverage"), Description("Measures a summary against its text: share of the text's weighted terms it has, and whether each of its sentences stands in the text.")]
    [ToolExample(
        """{ "summary": "Cats chase mice.", "text": "Cats chase mice. Dogs chase cats.", "language": "en" }""",
        """
        { "share": 0.8333, "extractive": true, "terms": { "covered": 3, "total": 4 }, "missing": ["dogs"], "unsupported": [],
          "sentences": [{ "text": "Cats chase mice.", "inText": true, "position": 1 }] }
        """)]
    [ToolExample(
        """{ "summary": "Cats fly \u0000 planes!", "text": "Cats chase mice.", "language": "en" }""",
        """{ "share": 0.3333, "extractive": false, "unsupported": ["fly", "planes"], "sentences": [{ "inText": false, "position": null }] }""", Partial = true, Nasty = true)]
    public static async Task<Coverage> CoverageAsync(
        [Description("The summary to judge.")] Artifact summary,
        [Description("The text it summarizes, at most four million characters.")] Artifact text,
        [Description("Two-letter language code for stop words and stemming, or auto.")] string language = "auto",
        CancellationToken cancellationToken = default)
    {
        var source = Reading.Of(await text.ReadTextAsync(cancellationToken, MaxCharacters), language, cancellationToken);
        var said = Reading.Of(await summary.ReadTextAsync(cancellationToken, MaxCharacters), source.Language, cancellationToken);
        var vocabulary = new Vocabulary(source.Language);
        var weights = Count(vocabulary, source);
        var covered = Count(vocabulary, said);
        var total = weights.Values.Sum();
        var share = total == 0 ? 0 : (double)weights.Where(w => covered.ContainsKey(w.Key)).Sum(w => w.Value) / total;
        var places = Places(source);
        var sentences = Enumerable.Range(0, said.Sentences.Count)
            .Select(said.SentenceText)
            .Select(s => new SummarySentence(s, places.ContainsKey(Normal(s)), places.TryGetValue(Normal(s), out var at) ? at : null))
            .ToList();
        return new(
            Math.Round(share, 4), sentences is not [] && sentences.TrueForAll(s => s.InText),
            new(weights.Keys.Count(covered.ContainsKey), weights.Count),
            [.. weights.Where(w => !covered.ContainsKey(w.Key)).Select(w => (w.Value, Name: vocabulary.Name(w.Key)))
                .OrderByDescending(w => w.Value).ThenBy(w => w.Name, StringComparer.Ordinal).Take(MostListed).Select(w => w.Name)],
            [.. covered.Keys.Where(t => !weights.ContainsKey(t)).Select(vocabulary.Name).Order(StringComparer.Ordinal).Take(MostListed)],
            sentences);
    }

    /// <summary>Sentences that are repeated word for word stand in the graph once, at their first place.</summary>
    private static (List<int> Originals, List<List<int>> Terms, Vocabulary Vocabulary) Distinct(Reading reading)
    {
        var vocabulary = new Vocabulary(reading.Language);
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<int> originals = [];
        List<List<int>> terms = [];
        for (var i = 0; i < reading.Sentences.Count; i++)
        {
            if (seen.Add(Normal(reading.SentenceText(i))))
            {
                var (from, to) = reading.TokensOf(i);
                originals.Add(i);
                terms.Add(vocabulary.Terms(reading.Text, reading.Tokens, from, to).FindAll(t => t != Vocabulary.NoTerm));
            }
        }

        return (originals, terms, vocabulary);
    }

    private static Dictionary<int, int> Count(Vocabulary vocabulary, Reading reading)
    {
        Dictionary<int, int> counts = [];
        foreach (var term in vocabulary.Terms(reading.Text, reading.Tokens, 0, reading.Tokens.Count))
        {
            if (term != Vocabulary.NoTerm)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, term, out _)++;
            }
        }

        return counts;
    }

    private static Dictionary<string, int> Places(Reading reading)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (var i = 0; i < reading.Sentences.Count; i++)
        {
            places.TryAdd(Normal(reading.SentenceText(i)), i + 1);
        }

        return places;
    }

    private static string Normal(string sentence) =>
        string.Join(' ', sentence.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();

    /// <param name="Total">How many sentences the text has.</param>
    /// <param name="TermsLeftOut">Very common terms that a long text's sentences were not compared by.</param>
    public sealed record Summary(string Language, int Total, int TermsLeftOut, IReadOnlyList<CentralSentence> Sentences);

    /// <param name="Position">The first sentence is 1.</param>
    public sealed record CentralSentence(string Text, int Position, TextSpan Span, double Score);

    /// <param name="Share">Of the text's terms, each counted as often as it occurs.</param>
    /// <param name="Extractive">Every sentence of the summary stands in the text.</param>
    /// <param name="Missing">The text's commonest terms that the summary lacks, at most fifty.</param>
    /// <param name="Unsupported">Terms of the summary that the text does not have, at most fifty.</param>
    public sealed record Coverage(
        double Share, bool Extractive, TermCount Terms, IReadOnlyList<string> Missing, IReadOnlyList<string> Unsupported, IReadOnlyList<SummarySentence> Sentences);

    public sealed record TermCount(int Covered, int Total);

    public sealed record SummarySentence(string Text, bool InText, int? Position);
}
