namespace Sutazai.ModelRouter.Caching.Semantic;

/// <summary>Words to be found in a row: <c>can|could you please? tell me</c>.</summary>
internal sealed class Phrase
{
    private readonly (string[] Words, bool Optional)[] _steps;

    private Phrase(string pattern) =>
        _steps = [.. pattern.Split(' ').Select(s => (s.TrimEnd('?').Split('|'), s.EndsWith('?')))];

    /// <summary>One a line.</summary>
    public static Phrase[] List(string patterns) => [.. patterns.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(p => new Phrase(p.Trim()))];

    /// <returns>How many tokens it takes from that place; 0 where it is not there.</returns>
    public int At(List<Token> tokens, int start)
    {
        var at = start;
        foreach (var (words, optional) in _steps)
        {
            if (at < tokens.Count && Is(tokens[at], words))
            {
                at++;
            }
            else if (!optional)
            {
                return 0;
            }
        }

        return at - start;
    }

    /// <returns>How many tokens the first of the phrases that is there takes.</returns>
    public static int First(Phrase[] phrases, List<Token> tokens, int start)
    {
        foreach (var phrase in phrases)
        {
            if (phrase.At(tokens, start) is > 0 and var length)
            {
                return length;
            }
        }

        return 0;
    }

    // "Vielen Dank" and "Good Morning".
    private static bool Is(Token token, string[] words) =>
        token.Kind is TokenKind.Word or TokenKind.Mark or TokenKind.Name && words.Contains(token.Text, StringComparer.OrdinalIgnoreCase);
}
