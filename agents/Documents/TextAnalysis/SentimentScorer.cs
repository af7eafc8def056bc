using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Documents.TextAnalysis.Languages;
using Sutazai.Agents.Documents.TextAnalysis.Sentiment;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis;

public sealed class SentimentScorer : IAgent
{
    private const int MaxCharacters = 2_000_000;

    public static AgentDefinition Definition { get; } = new("sentiment-scorer")
    {
        Purpose = "Scores how positive or negative an English or German text is, word by word and aspect by aspect.",
        Model = ModelTier.Small,
        Instructions = """
            You judge the mood of texts. Call score for the whole text; call aspects when the user names things to be judged (price, service, battery).
            Report the score and the words that decided it, with what negates or strengthens them. Above 0.05 is positive, below -0.05 negative, else neutral.
            The rules cannot see irony: when strong praise stands beside a described failure, say that it may be ironic and quote the words.
            Do not change a score; say why you doubt it instead.
            """,
        Examples =
        [
            new("Is this review positive? The screen is gorgeous, but the battery is terrible.") { Calls = ["score"], Says = ["gorgeous", "terrible"] },
            new("How do the guests in the attached file judge the room and the staff?") { Files = ["@hotel-reviews.txt"], Calls = ["aspects"], Says = ["room", "staff"] },
        ],
    };

    [KernelFunction("score"), Description("Scores a text from -1 (negative) to 1 (positive) and lists the words that decide it. English and German.")]
    [ToolExample(
        """{ "text": "The food is good.", "language": "en" }""",
        """
        { "score": 0.5106, "label": "positive", "language": "en", "sentences": { "positive": 1, "neutral": 0, "negative": 0 }, "total": 1,
          "words": [{ "word": "good", "span": { "start": 12, "end": 16 }, "weight": 2.3, "base": 2.3, "negation": null, "intensifier": null }] }
        """)]
    [ToolExample(
        """{ "text": "Das Hotel war nicht sehr sauber.", "language": "de" }""",
        """{ "score": -0.43, "label": "negative", "words": [{ "word": "sauber", "weight": -1.8448, "base": 2.2, "negation": "nicht", "intensifier": "sehr" }] }""", Partial = true)]
    [ToolExample("""{ "text": "\u0000 \u202e 12 👩‍👩‍👧 …" }""", """{ "score": 0, "label": "neutral", "total": 0, "words": [] }""", Partial = true, Nasty = true)]
    [ToolExample("""{ "text": "Das ist schön.", "language": "fr" }""", "only \"en\" and \"de\" have a lexicon", Nasty = true, Fails = true)]
    public static async Task<Sentiment> ScoreAsync(
        [Description("The text, at most two million characters.")] Artifact text,
        [Description("en, de, or auto.")] string language = "auto",
        [Description("How many words to list, 0 to 2000.")] int limit = 100,
        CancellationToken cancellationToken = default)
    {
        if (limit is < 0 or > 2000)
        {
            throw new InvalidInputException($"'limit' is {limit}; expected 0 to 2000.");
        }

        var (reading, lexicon) = await ReadAsync(text, language, cancellationToken);
        var rules = new SentimentRules(lexicon, reading.Text);
        List<FeelingWord> words = [];
        List<double> scores = [];
        for (var i = 0; i < reading.Sentences.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (from, to) = reading.TokensOf(i);
            var own = rules.Words(reading.Tokens, from, to);
            scores.Add(rules.Score(own, reading.SentenceText(i)));
            words.AddRange(own);
        }

        // Sentences without feeling say nothing about the mood of the others.
        var score = scores.Where(s => s != 0).DefaultIfEmpty(0).Average();
        return new(
            Math.Round(score, 4), LabelOf(score), lexicon.Language,
            new(scores.Count(s => LabelOf(s) is Label.Positive), scores.Count(s => LabelOf(s) is Label.Neutral), scores.Count(s => LabelOf(s) is Label.Negative)),
            words.Count, [.. words.Take(limit).Select(w => w with { Weight = Math.Round(w.Weight, 4) })]);
    }

    [KernelFunction("aspects"), Description("Scores each named aspect of a text (such as price or service) by the feeling words nearest to it, with the sentences.")]
    [ToolExample(
        """{ "text": "The food was great but the service was terrible.", "aspects": ["food", "service", "price"], "language": "en" }""",
        """
        { "language": "en", "aspects": [
          { "aspect": "food", "score": 0.3291, "label": "positive", "mentions": 1 }, { "aspect": "service", "score": -0.6808, "label": "negative", "mentions": 1 },
          { "aspect": "price", "score": null, "label": null, "mentions": 0, "sentences": [] }] }
        """, Partial = true)]
    [ToolExample("""{ "text": "Fine.", "aspects": ["\u0000", "the"] }""", "has no word that a text could be searched for", Nasty = true, Fails = true)]
    public static async Task<AspectList> AspectsAsync(
        [Description("The text, at most two million characters.")] Artifact text,
        [Description("The things to judge, one to fifty nouns or short names.")] IReadOnlyList<string> aspects,
        [Description("en, de, or auto.")] string language = "auto",
        [Description("How many sentences to list for each aspect, 0 to 100.")] int limit = 5,
        CancellationToken cancellationToken = default)
    {
        if (aspects.Count is 0 or > 50)
        {
            throw new InvalidInputException($"{aspects.Count} aspects were given; expected 1 to 50.");
        }

        if (limit is < 0 or > 100)
        {
            throw new InvalidInputException($"'limit' is {limit}; expected 0 to 100.");
        }

        var (reading, lexicon) = await ReadAsync(text, language, cancellationToken);
        var judged = Judge(reading, lexicon, aspects, cancellationToken);
        return new(lexicon.Language, [.. aspects.Select((name, i) => Summarize(name, judged[i], limit))]);
    }

    private static List<AspectSentence>[] Judge(Reading reading, SentimentLexicon lexicon, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var aspects = new Aspects(names, new Vocabulary(lexicon.Language), lexicon);
        var rules = new SentimentRules(lexicon, reading.Text);
        var judged = names.Select(_ => new List<AspectSentence>()).ToArray();
        for (var i = 0; i < reading.Sentences.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (from, to) = reading.TokensOf(i);
            var mentions = aspects.Mentions(reading.Text, reading.Tokens, from, to);
            if (mentions is [])
            {
                continue;
            }

            var shares = aspects.Share(reading.Text, reading.Tokens, from, to, mentions, rules.Words(reading.Tokens, from, to));
            foreach (var (aspect, words) in shares)
            {
                judged[aspect].Add(new(reading.SentenceText(i), reading.Sentences[i], Math.Round(rules.Score(words, reading.SentenceText(i)), 4)));
            }
        }

        return judged;
    }

    private static AspectScore Summarize(string name, List<AspectSentence> sentences, int limit)
    {
        double? score = sentences is [] ? null : Math.Round(sentences.Select(s => s.Score).Where(s => s != 0).DefaultIfEmpty(0).Average(), 4);
        return new(name, score, score is { } known ? LabelOf(known) : null, sentences.Count, [.. sentences.Take(limit)]);
    }

    private static async Task<(Reading Reading, SentimentLexicon Lexicon)> ReadAsync(Artifact text, string language, CancellationToken cancellationToken)
    {
        var content = await text.ReadTextAsync(cancellationToken, MaxCharacters);
        var chosen = language == "auto" ? Choose(content, cancellationToken) : language;
        var lexicon = SentimentLexicon.Find(chosen)
            ?? throw new InvalidInputException($"The language is '{chosen}'; only \"en\" and \"de\" have a lexicon. Set 'language' if the text is English or German all the same.");
        return (Reading.Of(content, chosen, cancellationToken), lexicon);
    }

    /// <summary>German where German is likelier than English, English otherwise; another language only where it is certain.</summary>
    private static string Choose(string text, CancellationToken cancellationToken)
    {
        var guess = LanguageGuess.Of(text, cancellationToken);
        if (guess is { Score: >= 0.9, Letters: >= 12, Language: not ("en" or "de") })
        {
            return guess.Language;
        }

        return guess.Ranked.FirstOrDefault(r => r.Language is "en" or "de", ("en", 0)).Item1;
    }

    private static Label LabelOf(double score) => score switch
    {
        >= 0.05 => Label.Positive,
        <= -0.05 => Label.Negative,
        _ => Label.Neutral,
    };

    public enum Label
    {
        Negative,
        Neutral,
        Positive,
    }

    /// <param name="Score">Mean of the sentences that show a feeling.</param>
    /// <param name="Total">How many feeling words there are, listed or not.</param>
    public sealed record Sentiment(double Score, Label Label, string Language, SentenceCount Sentences, int Total, IReadOnlyList<FeelingWord> Words);

    public sealed record SentenceCount(int Positive, int Neutral, int Negative);

    public sealed record AspectList(string Language, IReadOnlyList<AspectScore> Aspects);

    /// <param name="Score">Null where the text does not mention the aspect.</param>
    /// <param name="Mentions">Sentences that name the aspect.</param>
    public sealed record AspectScore(string Aspect, double? Score, Label? Label, int Mentions, IReadOnlyList<AspectSentence> Sentences);

    public sealed record AspectSentence(string Text, TextSpan Span, double Score);
}
