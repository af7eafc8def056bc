namespace Sutazai.ModelRouter.Caching.Semantic;

/// <summary>Takes away what a request says only to be polite, and asks embedded questions straight.</summary>
internal static class Manners
{
    private static readonly Phrase[] s_greetings = Phrase.List(
        """
        hi|hello|hey there|all|everyone?
        good morning|afternoon|evening
        quick|short|simple question
        i have a quick? question
        excuse me
        ok
        hallo
        guten tag|morgen|abend
        bonjour
        salut
        hola
        buenos días
        buenas tardes
        """);

    private static readonly Phrase[] s_please = Phrase.List(
        """
        please
        kindly
        bitte
        por favor
        svp
        s'il vous|te plaît|plait
        """);

    private static readonly Phrase[] s_thanks = Phrase.List(
        """
        many? thanks a? lot? so? much? in? advance?
        thank you very? so? much? in? advance?
        thx
        cheers
        vielen? danke|dank im? voraus?
        merci beaucoup? d'avance?
        muchas? gracias
        """);

    /// <summary>Only before a question word.</summary>
    private static readonly Phrase[] s_asks = Phrase.List(
        """
        can|could|would|will you please|kindly? tell|show|teach me please?
        can|could|would|will you please|kindly? explain|describe to? me? please?
        can|could you please? help me to? understand
        tell|show|teach me please?
        explain|describe to? me? please?
        help me to? understand
        let me know
        do you happen? to? know
        does anyone|anybody know
        any idea
        may|can|could i ask
        i want|need to know|understand
        i would like|love to know|understand
        i am wondering
        i was wondering
        i wonder
        kannst|könntest du mir bitte? sagen|erklären ,?
        können|könnten sie mir bitte? sagen|erklären ,?
        weißt du ,?
        wissen sie ,?
        ich möchte wissen ,?
        ich würde gerne wissen ,?
        pouvez-vous|pourriez-vous|peux-tu|pourrais-tu me dire|expliquer
        puedes|podrías|puede|podría decirme|explicarme
        me puedes|podrías|puede|podría decir|explicar
        """);

    private static readonly Phrase[] s_requests = Phrase.List(
        """
        can|could|would|will you please|kindly
        i want|need you to
        i would like you to
        """);

    private static readonly Phrase s_canYou = Phrase.List("can|could|would you")[0];

    /// <summary>What nobody asks the ability of.</summary>
    private static readonly HashSet<string> s_telling = ["tell", "explain", "describe", "show", "list", "give", "write", "summarize", "define", "compare", "suggest", "recommend", "outline", "draft"];

    private static readonly HashSet<string> s_questions =
        ["what", "how", "why", "when", "where", "who", "which", "was", "wie", "warum", "wo", "wann", "wer", "comment", "pourquoi", "où", "quand", "qui", "quel", "quelle", "cómo", "qué", "cuál", "dónde", "cuándo", "quién"];

    private static readonly HashSet<string> s_starts = [.. s_questions, "can", "could", "would", "please", "i", "is", "are", "do", "does"];
    private static readonly HashSet<string> s_copulas = ["is", "are", "was", "were"];
    private static readonly HashSet<string> s_auxiliaries = [.. s_copulas, "can", "should", "will", "would", "could", "must"];
    private static readonly HashSet<string> s_pronouns = ["i", "you", "we", "one", "it", "they"];
    private static readonly HashSet<string> s_straightens = ["what", "how", "why", "when", "where", "who"];
    private static readonly HashSet<string> s_measures = ["long", "often", "big", "large", "fast", "far", "old", "much", "many", "expensive", "likely"];

    /// <returns>Whether what is left is certainly a request or a question, with or without its question mark.</returns>
    public static bool Remove(List<Token> tokens)
    {
        RemoveEnd(tokens);
        var asks = false;
        while (RemoveGreeting(tokens) || RemoveLeading(tokens, s_please) || RemoveLine(tokens))
        {
        }

        if (Phrase.First(s_asks, tokens, 0) is > 0 and var ask && ask < tokens.Count && tokens[ask].IsIn(s_questions))
        {
            tokens.RemoveRange(0, ask);
            Straighten(tokens);
            asks = true;
        }
        else if (Phrase.First(s_requests, tokens, 0) is > 0 and var request && request < tokens.Count)
        {
            tokens.RemoveRange(0, request);
            asks = true;
        }
        else if (s_canYou.At(tokens, 0) is 2 && tokens.Count > 2 && tokens[2].IsIn(s_telling))
        {
            tokens.RemoveRange(0, 2);
            asks = true;
        }

        if (tokens is [var telling, { Text: "me" }, _, ..] && telling.IsIn(s_telling))
        {
            tokens.RemoveAt(1);
        }
        else if (tokens is [{ Text: "explain" or "describe" }, { Text: "to" }, { Text: "me" }, _, ..])
        {
            tokens.RemoveRange(1, 2);
        }
        else if (tokens is [{ Text: "explain" or "describe" }, _, .., { Text: "to" }, { Text: "me" }])
        {
            tokens.RemoveRange(tokens.Count - 2, 2);
        }

        return asks;
    }

    public static bool BeginsQuestion(List<Token> tokens) => tokens.Count > 0 && tokens[0].IsIn(s_questions) && !tokens[0].Is("when");

    /// <summary>Whether there is nothing but a greeting.</summary>
    public static bool IsGreeting(List<Token> tokens) => tokens.Count > 0 && Phrase.First(s_greetings, tokens, 0) == tokens.FindLastIndex(t => t.Kind != TokenKind.Mark) + 1;

    private static void RemoveEnd(List<Token> tokens)
    {
        while (true)
        {
            var end = tokens.Count;
            while (end > 0 && tokens[end - 1] is { Kind: TokenKind.Mark, Text: "." or "!" or "," or "\n" })
            {
                end--;
            }

            var cut = Enumerable.Range(Math.Max(1, end - 6), Math.Min(6, Math.Max(0, end - 1)))
                .FirstOrDefault(i => Phrase.First(s_please, tokens, i) == end - i
                    || (tokens[i - 1].Kind == TokenKind.Mark && Phrase.First(s_thanks, tokens, i) == end - i));
            if (cut == 0)
            {
                // What ends a sentence is left where it is a question's.
                tokens.RemoveRange(end, tokens.Count - end);
                return;
            }

            tokens.RemoveRange(cut, tokens.Count - cut);
            if (tokens[^1].Is(","))
            {
                tokens.RemoveAt(tokens.Count - 1);
            }
        }
    }

    private static bool RemoveGreeting(List<Token> tokens)
    {
        var length = Phrase.First(s_greetings, tokens, 0);
        if (length == 0 || length == tokens.Count)
        {
            return false;
        }

        // "Hello world" is a program.
        if (tokens[length] is { Kind: TokenKind.Mark, Text: "," or "." or "!" or ":" or "-" or "–" or "\n" })
        {
            tokens.RemoveRange(0, length + 1);
            return true;
        }

        if (tokens[length].IsIn(s_starts))
        {
            tokens.RemoveRange(0, length);
            return true;
        }

        return false;
    }

    private static bool RemoveLine(List<Token> tokens)
    {
        var begins = tokens.Count > 1 && tokens[0].Is("\n");
        if (begins)
        {
            tokens.RemoveAt(0);
        }

        return begins;
    }

    private static bool RemoveLeading(List<Token> tokens, Phrase[] phrases)
    {
        var length = Phrase.First(phrases, tokens, 0);
        if (length == 0 || length == tokens.Count)
        {
            return false;
        }

        tokens.RemoveRange(0, tokens[length].Is(",") ? length + 1 : length);
        return true;
    }

    /// <summary>"what the port is" to "what is the port".</summary>
    internal static void Straighten(List<Token> tokens)
    {
        if (tokens.Count < 3)
        {
            return;
        }

        // In German the verb stands last.
        if (tokens[0].IsIn(s_questions) && !tokens[0].IsIn(s_straightens))
        {
            if (tokens[^1] is { Kind: TokenKind.Word, Text: "ist" or "sind" } && !tokens.SkipLast(1).Any(t => t.Text is "ist" or "sind" or ","))
            {
                Move(tokens, tokens.Count - 1, 1);
            }

            return;
        }

        var subject = tokens[0].Is("how") && tokens[1].IsIn(s_measures) ? 2 : 1;
        if (!tokens[0].IsIn(s_straightens) || tokens[subject].IsIn(s_auxiliaries) || tokens[1].Text is "to" or "many" or "much")
        {
            return;
        }

        var verbs = Enumerable.Range(subject, tokens.Count - subject).Where(i => tokens[i].IsIn(s_auxiliaries)).ToList();
        if (verbs is [var verb] || (verbs.Count > 1 && verbs[0] == subject + 1 && tokens[subject].IsIn(s_pronouns) && (verb = verbs[0]) > 0))
        {
            Move(tokens, verb, subject);
        }
    }

    private static void Move(List<Token> tokens, int from, int to)
    {
        var token = tokens[from];
        tokens.RemoveAt(from);
        tokens.Insert(to, token);
    }
}
