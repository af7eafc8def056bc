using System.Text.RegularExpressions;

namespace Sutazai.ModelRouter.Caching.Semantic;

/// <summary>
/// A text in the form that all its harmless variants share. Two texts ask the same only if their forms are equal token by token: it is not
/// likeness that is measured, but whether each difference is one of the few that are known to change nothing.
/// </summary>
internal sealed partial class Wording
{
    public const int MaxLength = 4000;

    private readonly Token[] _tokens;
    private readonly string? _language;
    private readonly int _scripts;

    private Wording(Token[] tokens, string? language, int scripts) => (_tokens, _language, _scripts) = (tokens, language, scripts);

    /// <summary>Memory it takes.</summary>
    public long Bytes => 80 + _tokens.Sum(t => 48 + (2L * t.Text.Length));

    public static Wording Of(string text)
    {
        text = text.Trim().ReplaceLineEndings("\n");
        var scripts = Scripts(text);
        var (head, payload) = Split(text);
        var tokens = Tokens.Of(head);
        var language = Language(tokens);
        if (tokens.Any(t => t.IsIn(Lexicon.AboutWords)))
        {
            return new Wording([.. Tokens.Literally(text)], language, scripts);
        }

        tokens.RemoveAll(t => t is { Kind: TokenKind.Mark, Text: "¿" or "¡" });
        if (language == "en")
        {
            // Elsewhere the comma is a decimal one.
            tokens = [.. tokens.Select(t => t.Kind == TokenKind.Number && Thousands().IsMatch(t.Text) ? t with { Text = t.Text.Replace(",", "", StringComparison.Ordinal) } : t)];
        }

        var mark = TakeQuestionMark(tokens);
        var asks = Manners.Remove(tokens);
        mark |= TakeQuestionMark(tokens);
        asks |= Frames.Straighten(tokens);
        if (mark && !asks)
        {
            tokens.Add(new Token(TokenKind.Mark, "?"));
        }

        tokens.AddRange(payload);
        return new Wording([.. tokens], language, scripts);
    }

    /// <returns>Null where both ask the same.</returns>
    public Gate? Differs(Wording other)
    {
        if (_scripts != other._scripts || (_language != other._language && _language is not null && other._language is not null))
        {
            return Gate.Language;
        }

        if (_tokens.AsSpan().SequenceEqual(other._tokens))
        {
            return null;
        }

        var apart = Apart(this, other).Concat(Apart(other, this)).ToList();
        return apart.Count == 0 ? Gate.Order : apart.Min(GateOf);
    }

    /// <summary>Part of the tokens of both that both have.</summary>
    public double Shared(Wording other)
    {
        var apart = Apart(this, other).Count + Apart(other, this).Count;
        var all = _tokens.Length + other._tokens.Length;
        return all == 0 ? 0 : 1 - ((double)apart / all);
    }

    private static List<Token> Apart(Wording one, Wording other)
    {
        var left = one._tokens.ToList();
        foreach (var token in other._tokens)
        {
            left.Remove(token);
        }

        return left;
    }

    private static Gate GateOf(Token token) => token.Kind switch
    {
        TokenKind.Code => Gate.Code,
        TokenKind.Number => Gate.Numbers,
        TokenKind.Name or TokenKind.Quote => Gate.Entities,
        _ when token.Text.All(char.IsDigit) => Gate.Numbers,
        _ when token.IsIn(Lexicon.Polarity) => Gate.Polarity,
        _ => Gate.Words,
    };

    /// <summary>What follows a colon or stands on lines of its own is material: it counts letter by letter.</summary>
    private static (string Head, IEnumerable<Token> Payload) Split(string text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if ((text[i] == '\n' || (text[i] == ':' && (i + 1 == text.Length || char.IsWhiteSpace(text[i + 1])))) && !IsGreeting(text[..i]))
            {
                return (text[..i], [new Token(TokenKind.Mark, ":"), .. Lines(text[(i + 1)..])]);
            }
        }

        return (text, []);
    }

    private static bool IsGreeting(string head) => head.Length < 40 && Manners.IsGreeting(Tokens.Of(head));

    private static IEnumerable<Token> Lines(string payload) =>
        payload.Contains("```", StringComparison.Ordinal) ? [new Token(TokenKind.Code, payload.Trim())] : [new Token(TokenKind.Quote, payload.Trim())];

    private static bool TakeQuestionMark(List<Token> tokens)
    {
        var asks = false;
        while (tokens.Count > 0 && tokens[^1] is { Kind: TokenKind.Mark, Text: "?" or "." or "!" } last)
        {
            asks |= last.Text == "?";
            tokens.RemoveAt(tokens.Count - 1);
        }

        return asks;
    }

    private static string? Language(List<Token> tokens)
    {
        var ranked = Lexicon.StopWords.Select(l => (Name: l.Key, Count: tokens.Count(t => t.IsIn(l.Value)))).OrderByDescending(l => l.Count).ToList();
        return ranked[0].Count > ranked[1].Count ? ranked[0].Name : null;
    }

    /// <summary>A bit for each of the blocks of letters in use.</summary>
    private static int Scripts(string text)
    {
        var scripts = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (System.Text.Rune.IsLetter(rune))
            {
                scripts |= rune.Value switch
                {
                    < 0x370 => 1,
                    < 0x400 => 2,
                    < 0x530 => 4,
                    < 0x590 => 8,
                    < 0x600 => 16,
                    < 0x900 => 32,
                    < 0xE00 => 64,
                    < 0x3000 => 128,
                    < 0x3400 => 256,
                    < 0xAC00 => 512,
                    < 0xD7B0 => 1024,
                    _ => 2048,
                };
            }
        }

        return scripts;
    }

    [GeneratedRegex("^[1-9][0-9]{0,2}(,[0-9]{3})+$")]
    private static partial Regex Thousands();
}
