using Sutazai.Agents.Documents.TextAnalysis.Languages;

namespace Sutazai.Agents.Documents.TextAnalysis.Words;

/// <summary>A text with its language, its sentences and the tokens of each.</summary>
internal sealed class Reading
{
    private readonly int[] _firstToken;

    private Reading(string text, string language, CancellationToken cancellationToken)
    {
        Text = text;
        Language = language;
        Tokens = Tokenizer.Tokens(text, cancellationToken);
        Sentences = Words.Sentences.Split(text, cancellationToken);
        _firstToken = new int[Sentences.Count + 1];
        for (int i = 0, token = 0; i <= Sentences.Count; i++)
        {
            var start = i < Sentences.Count ? Sentences[i].Start : int.MaxValue;
            while (token < Tokens.Count && Tokens[token].Start < start)
            {
                token++;
            }

            _firstToken[i] = token;
        }
    }

    public string Text { get; }

    public string Language { get; }

    public List<Token> Tokens { get; }

    public List<TextSpan> Sentences { get; }

    /// <param name="language">An ISO 639-1 code, or "auto" for the likeliest.</param>
    public static Reading Of(string text, string language, CancellationToken cancellationToken) =>
        new(text, Choose(text, language, cancellationToken), cancellationToken);

    /// <summary>The tokens of a sentence as first and end index.</summary>
    public (int From, int To) TokensOf(int sentence) => (_firstToken[sentence], _firstToken[sentence + 1]);

    public string SentenceText(int sentence) => Text[Sentences[sentence].Start..Sentences[sentence].End];

    private static string Choose(string text, string language, CancellationToken cancellationToken)
    {
        if (language == "auto")
        {
            return LanguageGuess.Of(text, cancellationToken).Ranked is [var first, ..] ? first.Language : LanguageGuess.Undecided;
        }

        return language is LanguageGuess.Undecided or [>= 'a' and <= 'z', >= 'a' and <= 'z']
            ? language
            : throw new InvalidInputException($"'language' is '{language}'; expected \"auto\" or a two-letter ISO 639-1 code such as \"en\" or \"de\".");
    }
}
