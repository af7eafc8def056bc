using System.Text.RegularExpressions;

namespace Sutazai.ModelRouter.Caching.Semantic;

internal enum TokenKind
{
    /// <summary>In lower case.</summary>
    Word,

    /// <summary>A name, an identifier, a path or an address, letter by letter.</summary>
    Name,

    Number,
    Quote,
    Code,
    Mark,
}

internal readonly record struct Token(TokenKind Kind, string Text)
{
    public bool Is(string word) => Kind is TokenKind.Word or TokenKind.Mark && Text == word;

    public bool IsIn(IReadOnlySet<string> words) => Kind == TokenKind.Word && words.Contains(Text);

    public static Token Word(string text) => new(TokenKind.Word, text);
}

/// <summary>Cuts a text into words and into what has to be taken letter by letter.</summary>
internal static partial class Tokens
{
    public static List<Token> Of(string text)
    {
        var shouts = !text.Any(char.IsLower);
        List<Token> tokens = [];
        foreach (Match match in Pieces().Matches(text))
        {
            var kind = Enum.Parse<TokenKind>(match.Groups.Cast<Group>().First(g => g is { Success: true, Name.Length: > 1 }).Name);
            if (kind == TokenKind.Word)
            {
                AddWord(tokens, match.Value.Replace('’', '\''), Follows(tokens, text, match.Index), shouts);
            }
            else if (kind == TokenKind.Number && match.Value.EndsWith('%'))
            {
                tokens.AddRange([new Token(kind, match.Value[..^1].Replace('−', '-')), new Token(kind, "%")]);
            }
            else if (match.Value == "%" && tokens is [.., { Kind: TokenKind.Number }])
            {
                tokens.Add(new Token(TokenKind.Number, "%"));
            }
            else
            {
                tokens.Add(new Token(kind, kind == TokenKind.Number ? match.Value.Replace('−', '-') : match.Value));
            }
        }

        return tokens;
    }

    /// <summary>The whole text letter by letter, white space aside.</summary>
    public static List<Token> Literally(string text) =>
        [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(t => new Token(TokenKind.Quote, t))];

    private static Place Follows(List<Token> tokens, string text, int at) => tokens switch
    {
        [] => Place.First,
        [.., { Kind: TokenKind.Number }] => char.IsWhiteSpace(text[at - 1]) ? Place.AfterNumber : Place.OnNumber,
        [.., { Kind: TokenKind.Mark, Text: "." or "!" or "?" or "\n" or ":" or "¿" or "¡" }] => Place.First,
        _ => Place.Within,
    };

    private static void AddWord(List<Token> tokens, string text, Place place, bool shouts)
    {
        var lower = text.ToLowerInvariant();
        if (place is Place.OnNumber or Place.AfterNumber && Lexicon.Units.TryGetValue(lower, out var unit) && (unit != lower || text == lower))
        {
            tokens.Add(new Token(TokenKind.Number, unit));
        }
        else if (place == Place.OnNumber || (place == Place.AfterNumber && DataSize().IsMatch(text)))
        {
            tokens.Add(new Token(TokenKind.Number, lower is "am" or "pm" ? lower : text));
        }
        else if (Lexicon.Contractions.TryGetValue(lower, out var words))
        {
            tokens.AddRange(words.Split(' ').Select(Token.Word));
        }
        else if (lower.EndsWith("n't", StringComparison.Ordinal))
        {
            tokens.AddRange([Token.Word(lower[..^3]), Token.Word("not")]);
        }
        else if (lower.EndsWith("'s", StringComparison.Ordinal) && lower.Length > 2)
        {
            AddWord(tokens, text[..^2], place, shouts);
            tokens.Add(Token.Word("'s"));
        }
        else
        {
            var same = Lexicon.Same.GetValueOrDefault(lower, lower);
            tokens.Add(
                Lexicon.Short.TryGetValue(lower, out var name) ? Token.Word(name)
                : IsName(text, lower, place, shouts) ? new Token(TokenKind.Name, text)
                : same.All(char.IsAsciiDigit) ? new Token(TokenKind.Number, same)
                : Token.Word(same));
        }
    }

    private static bool IsName(string text, string lower, Place place, bool shouts) =>
        NameLike().IsMatch(text) ? !Lexicon.Brands.Contains(lower)
        : char.IsUpper(text[0]) && !shouts && !Lexicon.Tools.Contains(lower)
            && (place != Place.First || text.Skip(1).Any(char.IsUpper) || Lexicon.FirstNames.Contains(lower));

    private enum Place
    {
        First,
        Within,
        AfterNumber,
        OnNumber,
    }

    [GeneratedRegex(
        """
        (?<Code> ```.*?(?:```|\z) | `[^`\n]+` )
        | (?<Quote> "[^"\n]*" | “[^”\n]*” | «[^»\n]*» | „[^“”\n]*[“”] | (?<![\p{L}\p{N}])'[^'\n]+'(?![\p{L}\p{N}]) )
        | (?<Name> [A-Za-z][A-Za-z0-9+.-]*://\S*[^\s.,;:!?)]
            | [^\s@"'(),;]+@[^\s@"'(),;]+\.[A-Za-z]{2,}
            | (?<![^\s(])--?[A-Za-z][\w-]*(?:=\S+)?
            | [^\s,;()"'`]*[/\\][^\s,;()"'`]*[^\s,;()"'`.:!?] )
        | (?<Number> (?<![\p{L}\p{N}_])[-−+]?[$€£¥]?\p{Nd}+(?:[.,:\-–]\p{Nd}+)*%? )
        | (?<Word> [\p{L}\p{M}\p{N}_@\#][\p{L}\p{M}\p{N}_]*(?:(?:::|[.'’:@&-])[\p{L}\p{M}\p{N}_]+)*(?:\+\+|\#)? )
        | (?<Mark> \n | [^\s] )
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Pieces();

    [GeneratedRegex(@"[\p{N}_.:@&#+]|\p{Ll}\p{Lu}")]
    private static partial Regex NameLike();

    // GB is not Gb.
    [GeneratedRegex("^[kKMGTPm]i?[bB](ps)?$")]
    private static partial Regex DataSize();
}
