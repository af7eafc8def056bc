namespace Sutazai.ModelRouter.Caching.Semantic;

/// <summary>Gives questions that are put in several ways, all the same, one form.</summary>
internal static class Frames
{
    private static readonly Token s_howTo = Token.Word("<how-to>");
    private static readonly Token s_difference = Token.Word("<difference>");
    private static readonly Token s_meaning = Token.Word("<meaning>");
    private static readonly Token s_possible = Token.Word("<possible>");

    private static readonly Phrase[] s_howI = Phrase.List(
        """
        how do|can|could i
        how to
        what is the|a way to
        in what|which way can|could i
        """);

    private static readonly Phrase[] s_howYou = Phrase.List(
        """
        how do|can|could you|we|one|people
        how does|can|could one|someone
        """);

    private static readonly Phrase[] s_why = Phrase.List(
        """
        how come
        for what|which reason
        what is the reason why|that
        why is it that
        """);

    private static readonly Phrase[] s_canBe = Phrase.List(
        """
        is there a|any way to
        is it possible for? me? to
        """);

    private static readonly Phrase[] s_differences = Phrase.List(
        """
        what is|are the? difference|differences between
        """);

    private static readonly Phrase[] s_meanings = Phrase.List(
        """
        what is the meaning of
        what is meant by
        """);

    private static readonly Phrase[] s_german = Phrase.List(
        """
        wie kann|könnte|könnten ich|man|wir
        """);

    private static readonly Phrase[] s_french = Phrase.List(
        """
        comment puis-je|peut-on
        comment faire pour
        comment est-ce que je peux
        """);

    private static readonly Phrase[] s_spanish = Phrase.List(
        """
        cómo puedo
        cómo se puede
        cómo podría
        de qué manera|forma puedo
        """);

    private static readonly HashSet<string> s_mine = ["i", "me", "my", "mine", "myself"];
    private static readonly HashSet<string> s_others = ["you", "your", "yours", "yourself", "we", "us", "our", "ours"];

    // "How do you feel" and "how do I look" are no questions for a way to do it.
    private static readonly HashSet<string> s_states = ["feel", "look", "sound", "seem", "think", "know", "sleep", "differ", "compare", "work", "come", "say", "like", "see", "be", "appear", "perform"];

    private static readonly HashSet<string> s_attaches = ["to", "that", "which", "who", "whose", "where", "when", "if", "while", "written", "made", "built", "sent", "given", "run", "shown", "stored", "found", "set", "kept"];

    /// <returns>Whether what is left is certainly a question.</returns>
    public static bool Straighten(List<Token> tokens)
    {
        var fronted = TakeFronted(tokens);
        var asks = Name(tokens);
        DropArticles(tokens);
        DropCommas(tokens);
        if (fronted is not null)
        {
            if (tokens.Count > 0 && tokens[0] == s_howTo && !tokens.Any(t => t.IsIn(s_attaches) || t.Is(",") || (t.Kind == TokenKind.Word && t.Text != "string" && t.Text is [_, _, .., 'e', 'd'] or [_, _, .., 'i', 'n', 'g'])))
            {
                tokens.AddRange(fronted);
            }
            else
            {
                tokens.InsertRange(0, [.. fronted, new Token(TokenKind.Mark, ",")]);
            }
        }

        return asks;
    }

    /// <summary>"In Python, how do I …" asks what "How do I … in Python" does, where the words at the end cannot belong to something else there.</summary>
    private static List<Token>? TakeFronted(List<Token> tokens)
    {
        var comma = tokens.Count > 4 && tokens[0].Text is "in" or "using" or "with" && tokens[1].IsIn(Lexicon.Tools) ? tokens.FindIndex(2, 2, t => t.Is(",")) : -1;
        if (comma < 0)
        {
            return null;
        }

        var fronted = tokens[..comma];
        tokens.RemoveRange(0, comma + 1);
        return fronted;
    }

    private static bool Name(List<Token> tokens)
    {
        if (Phrase.First(s_why, tokens, 0) is > 0 and var why && tokens.Count > why)
        {
            Begin(tokens, why, Token.Word("why"));
            Manners.Straighten(tokens);
            return true;
        }

        if (Phrase.First(s_differences, tokens, 0) is > 0 and var difference && tokens.Count > difference)
        {
            Begin(tokens, difference, s_difference);
            return true;
        }

        if (tokens is [{ Text: "how" }, { Text: "is" or "are" or "does" or "do" }, ..]
            && tokens.FindIndex(t => t.Text is "different" or "differ") is > 2 and var differ && differ + 2 < tokens.Count && tokens[differ + 1].Is("from"))
        {
            tokens[differ] = Token.Word("and");
            tokens.RemoveAt(differ + 1);
            Begin(tokens, 2, s_difference);
            return true;
        }

        if (tokens is [{ Text: "how" }, { Text: "do" }, _, .., { Text: "differ" }] && tokens.Any(t => t.Is("and")))
        {
            tokens.RemoveAt(tokens.Count - 1);
            Begin(tokens, 2, s_difference);
            return true;
        }

        if (Phrase.First(s_meanings, tokens, 0) is > 0 and var meaning && tokens.Count > meaning)
        {
            Begin(tokens, meaning, s_meaning);
            return true;
        }

        if (tokens is [{ Text: "what" }, { Text: "does" or "do" }, _, .., { Text: "mean" }])
        {
            tokens.RemoveAt(tokens.Count - 1);
            Begin(tokens, 2, s_meaning);
            return true;
        }

        if (Phrase.First(s_canBe, tokens, 0) is > 0 and var possible && tokens.Count > possible)
        {
            Begin(tokens, possible, s_possible);
            return true;
        }

        return NameHowTo(tokens) || NameElsewhere(tokens) || IsQuestion(tokens);
    }

    private static bool NameHowTo(List<Token> tokens)
    {
        var i = Phrase.First(s_howI, tokens, 0);
        var length = i > 0 ? i : Phrase.First(s_howYou, tokens, 0);
        if (length == 0 || length >= tokens.Count)
        {
            return false;
        }

        var rest = tokens[length..];
        if (!rest[0].IsIn(s_states) && !rest.Any(t => t.IsIn(s_others)) && (i > 0 || !rest.Any(t => t.IsIn(s_mine))))
        {
            Begin(tokens, length, s_howTo);
        }

        return true;
    }

    private static bool NameElsewhere(List<Token> tokens)
    {
        foreach (var (phrases, language) in new[] { (s_german, "de"), (s_french, "fr"), (s_spanish, "es") })
        {
            if (Phrase.First(phrases, tokens, 0) is > 0 and var length && tokens.Count > length)
            {
                Begin(tokens, length, Token.Word($"<how-to:{language}>"));
                return true;
            }
        }

        return false;
    }

    private static bool IsQuestion(List<Token> tokens)
    {
        if (tokens is [{ Text: "which" }, ..])
        {
            tokens[0] = Token.Word("what");
        }

        if (tokens.FindIndex(t => t.Is("there")) is > 2 and var there && tokens is [{ Text: "how" }, { Text: "many" }, ..] && tokens[there - 1].Is("are"))
        {
            tokens.RemoveAt(there);
        }

        return Manners.BeginsQuestion(tokens) || tokens is [{ Kind: TokenKind.Word, Text: "when" }, { Text: "is" or "are" or "was" or "were" or "does" or "do" or "did" or "will" or "should" or "can" }, ..]
            or [{ Kind: TokenKind.Word, Text: "is" or "are" or "does" or "did" or "should" or "can" or "could" or "was" or "were" }, _, ..];
    }

    private static void Begin(List<Token> tokens, int length, Token with)
    {
        tokens.RemoveRange(0, length);
        tokens.Insert(0, with);
    }

    /// <summary>"the" says little; "a" may be the whole difference.</summary>
    private static void DropArticles(List<Token> tokens)
    {
        for (var i = tokens.Count - 2; i >= 0; i--)
        {
            if (tokens[i].Is("the") && tokens[i + 1].Kind is not (TokenKind.Mark or TokenKind.Number) && !tokens[i + 1].IsIn(Lexicon.Counted))
            {
                tokens.RemoveAt(i);
            }
        }
    }

    /// <summary>"a, b, and c" is "a, b and c"; other commas may separate what belongs apart.</summary>
    private static void DropCommas(List<Token> tokens)
    {
        var first = tokens.FindIndex(t => t.Is(","));
        for (var i = tokens.Count - 2; i > first && first >= 0; i--)
        {
            if (tokens[i].Is(",") && tokens[i + 1].Text is "and" or "or")
            {
                tokens.RemoveAt(i);
            }
        }
    }
}
