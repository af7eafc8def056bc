using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Documents.TextAnalysis.Languages;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis;

public sealed class LanguageDetector : IAgent
{
    private const int MaxSegmentedCharacters = 1_000_000;

    public static AgentDefinition Definition { get; } = new("language-detector")
    {
        Purpose = "Tells the language of a text by its letter sequences, and where a mixed text changes language.",
        Model = ModelTier.Small,
        Instructions = """
            You identify languages. Call detect for one text; call segments when the text may hold more than one language or the user asks where it changes.
            Name the language in words beside its code. When the score is under 0.8, or lang is "und", say that it is doubtful, name the alternatives
            with their scores and explain the likely reason: too few letters, closely related languages, names, or code.
            Never guess a language that the tools did not list.
            """,
        Examples =
        [
            new("Which language is this? Die Rechnung liegt seit gestern auf dem Tisch.") { Calls = ["detect"], Says = ["de"] },
            new("Where does the language of the attached note change?") { Files = ["@mixed-note.txt"], Calls = ["segments"], Says = ["en", "fr", "ru"] },
        ],
    };

    [KernelFunction("detect"), Description("Names the language of a text (ISO 639-1) with a score from 0 to 1, and the next likely ones.")]
    [ToolExample("""{ "text": "Die Rechnung liegt seit gestern auf dem Tisch, aber niemand hat sie bezahlt." }""", """{ "lang": "de", "reliable": true, "script": "latin", "letters": 62 }""", Partial = true)]
    [ToolExample("""{ "text": "Καλημέρα σε όλους" }""", """{ "lang": "el", "score": 0.938, "reliable": true, "script": "greek", "letters": 15, "alternatives": [] }""")]
    [ToolExample("""{ "text": "12:30 — 50% \u0000 😀" }""", """{ "lang": "und", "score": 0, "reliable": false, "script": "none", "letters": 0, "alternatives": [] }""", Nasty = true)]
    public static async Task<Detection> DetectAsync(
        [Description("The text.")] Artifact text,
        [Description("How many alternatives to list, 0 to 20.")] int alternatives = 3,
        CancellationToken cancellationToken = default)
    {
        if (alternatives is < 0 or > 20)
        {
            throw new InvalidInputException($"'alternatives' is {alternatives}; expected 0 to 20.");
        }

        var guess = LanguageGuess.Of(await text.ReadTextAsync(cancellationToken), cancellationToken);
        var others = guess.Ranked.Where(r => r.Language != guess.Language && r.Score >= 0.001).Take(alternatives);
        return new(
            guess.Language, Round(guess.Score), guess.Language != LanguageGuess.Undecided && guess.Score >= 0.8, guess.Script, guess.Letters,
            [.. others.Select(r => new Candidate(r.Language, Round(r.Score)))]);
    }

    [KernelFunction("segments"), Description("Splits a text of several languages into stretches of one language each, with their places.")]
    [ToolExample(
        """{ "text": "The meeting starts at nine. Это очень важно." }""",
        """{ "total": 2, "segments": [{ "span": { "start": 0, "end": 26 }, "lang": "en" }, { "span": { "start": 28, "end": 43 }, "lang": "ru" }] }""", Partial = true)]
    [ToolExample("""{ "text": "\u202e \u0000 12345" }""", """{ "total": 0, "segments": [], "shares": [] }""", Nasty = true)]
    public static async Task<Segmentation> SegmentsAsync(
        [Description("The text, at most a million characters.")] Artifact text,
        [Description("How many stretches to list, 1 to 10000.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > 10_000)
        {
            throw new InvalidInputException($"'limit' is {limit}; expected 1 to 10000.");
        }

        var content = await text.ReadTextAsync(cancellationToken, MaxSegmentedCharacters);
        var cut = LanguageSegments.Cut(content, cancellationToken);
        var letters = (double)cut.Sum(s => s.Span.End - s.Span.Start);
        return new(
            cut.Count,
            [.. cut.Take(limit).Select(s => Judge(content, s.Span, s.Language, cancellationToken))],
            [.. cut.GroupBy(s => s.Language).Select(g => new LanguageShare(g.Key, Round(g.Sum(s => s.Span.End - s.Span.Start) / letters)))
                .OrderByDescending(s => s.Share).ThenBy(s => s.Lang, StringComparer.Ordinal)]);
    }

    private static Segment Judge(string text, TextSpan span, string language, CancellationToken cancellationToken)
    {
        var guess = LanguageGuess.Of(text.AsSpan()[span.Start..span.End], cancellationToken);
        return new(span, language, Round(guess.Ranked.FirstOrDefault(r => r.Language == language).Score));
    }

    private static double Round(double value) => Math.Round(value, 3);

    /// <param name="Reliable">The score is 0.8 or more.</param>
    /// <param name="Letters">How many letters were judged; a long text is judged by slices spread over it.</param>
    public sealed record Detection(string Lang, double Score, bool Reliable, Script Script, int Letters, IReadOnlyList<Candidate> Alternatives);

    public sealed record Candidate(string Lang, double Score);

    /// <param name="Total">How many stretches there are, listed or not.</param>
    /// <param name="Shares">Of the text's characters, by language.</param>
    public sealed record Segmentation(int Total, IReadOnlyList<Segment> Segments, IReadOnlyList<LanguageShare> Shares);

    public sealed record Segment(TextSpan Span, string Lang, double Score);

    public sealed record LanguageShare(string Lang, double Share);
}
