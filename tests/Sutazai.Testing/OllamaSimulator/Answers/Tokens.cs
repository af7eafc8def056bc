namespace Sutazai.Testing.OllamaSimulator.Answers;

/// <summary>
/// A stand-in for a model's tokenizer: a token is up to four letters with the blank before them, up to three digits, or any other
/// character alone. English text comes to about 1.4 tokens a word. The pieces joined give the text back.
/// </summary>
internal static class Tokens
{
    private const int LettersInToken = 4;
    private const int DigitsInToken = 3;

    public static int Count(string text)
    {
        var count = 0;
        for (var at = 0; at < text.Length; at = EndOf(text, at))
        {
            count++;
        }

        return count;
    }

    public static IEnumerable<string> Split(string text)
    {
        for (int at = 0, end; at < text.Length; at = end)
        {
            end = EndOf(text, at);
            yield return text[at..end];
        }
    }

    private static int EndOf(string text, int start)
    {
        var at = start;
        if (text[at] == ' ' && at + 1 < text.Length)
        {
            at++;
        }

        if (char.IsAsciiDigit(text[at]))
        {
            return EndOfRun(text, at, DigitsInToken, char.IsAsciiDigit);
        }

        if (char.IsLetter(text[at]))
        {
            return EndOfRun(text, at, LettersInToken, char.IsLetter);
        }

        return char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? at + 2 : at + 1;
    }

    private static int EndOfRun(string text, int start, int longest, Func<char, bool> belongs)
    {
        var end = start;
        while (end < text.Length && end - start < longest && belongs(text[end]))
        {
            end++;
        }

        return end;
    }
}
