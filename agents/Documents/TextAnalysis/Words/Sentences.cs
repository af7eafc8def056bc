namespace Sutazai.Agents.Documents.TextAnalysis.Words;

/// <summary>
/// Sentence boundaries by rules: terminators of many scripts, abbreviations, initials, decimals, ordinals, quotes, ellipsis, list
/// items, blank lines.
/// </summary>
internal static class Sentences
{
    /// <summary>A longer stretch without an end is cut at a space.</summary>
    public const int Longest = 4_000;

    /// <summary>A line shorter than this was ended on purpose, not wrapped.</summary>
    private const int ShortLine = 50;

    public static List<TextSpan> Split(ReadOnlySpan<char> text, CancellationToken cancellationToken)
    {
        List<TextSpan> sentences = [];
        int start = 0, lineStart = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if ((at & 0xFFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var end = text[at] switch
            {
                '\n' => EndOfLine(text, lineStart, at) ? at + 1 : -1,
                '\u2029' or '\f' => at + 1,
                '.' or '!' or '?' or '…' => EndAt(text, start, at),
                '。' or '！' or '？' or '｡' or '؟' or '۔' or '।' or '॥' or '።' => AfterClosers(text, at + 1),
                _ => at - start >= Longest ? Cut(text, start, at) : -1,
            };

            if (text[at] == '\n')
            {
                lineStart = at + 1;
            }

            if (end > start)
            {
                Add(sentences, text, start, end);
                start = end;
                at = Math.Max(at, end - 1);
            }
        }

        Add(sentences, text, start, text.Length);
        return sentences;
    }

    private static void Add(List<TextSpan> sentences, ReadOnlySpan<char> text, int start, int end)
    {
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && IsBlank(text[end - 1]))
        {
            end--;
        }

        if (end > start)
        {
            sentences.Add(new(start, end));
        }
    }

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c is '\0' or '\uFEFF';

    private static int Cut(ReadOnlySpan<char> text, int start, int at)
    {
        var space = text[start..at].LastIndexOf(' ');
        var end = space > Longest / 2 ? start + space + 1 : at;
        return char.IsLowSurrogate(text[end]) && end > start + 1 ? end - 1 : end;
    }

    private static bool EndOfLine(ReadOnlySpan<char> text, int lineStart, int at)
    {
        var line = text[lineStart..at].Trim();
        var rest = text[(at + 1)..];
        var next = rest[..Math.Min(rest.Length, 200)].TrimStart(" \t\r");
        if (line.IsEmpty || next.IsEmpty || next[0] is '\n' || line[0] is '#' or '|' || next[0] is '#' or '|' or '>' || StartsItem(next))
        {
            return true;
        }

        return line.Length < ShortLine && line[^1] is not (',' or '-' or ';') && (char.IsUpper(next[0]) || next[0] is '"' or '“' or '„');
    }

    /// <summary>"- item", "* item", "• item", "3. item", "3) item", "a) item".</summary>
    private static bool StartsItem(ReadOnlySpan<char> line)
    {
        if (line is ['-' or '*' or '•' or '–' or '+', ' ' or '\t', ..])
        {
            return true;
        }

        var digits = 0;
        while (digits < 3 && digits < line.Length && char.IsAsciiDigit(line[digits]))
        {
            digits++;
        }

        return (digits > 0 && digits + 1 < line.Length && line[digits] is '.' or ')' && line[digits + 1] is ' ')
            || line is [>= 'a' and <= 'z', ')', ' ', ..];
    }

    private static int EndAt(ReadOnlySpan<char> text, int start, int at)
    {
        var run = at;
        while (run < text.Length && text[run] is '.' or '!' or '?' or '…')
        {
            run++;
        }

        var end = AfterClosers(text, run);
        if (end < text.Length && !IsBlank(text[end]))
        {
            return -1;
        }

        var next = end;
        while (next < text.Length && next - end < 100 && IsBlank(text[next]))
        {
            next++;
        }

        if (next >= text.Length)
        {
            return end;
        }

        var follower = next;
        while (follower < text.Length && follower - next < 3 && text[follower] is '"' or '\'' or '“' or '„' or '‘' or '«' or '»' or '(' or '[' or '¿' or '¡')
        {
            follower++;
        }

        if (follower < text.Length && char.IsLower(text[follower]))
        {
            return -1;
        }

        return run - at == 1 && text[at] == '.' && !EndsSentence(text, start, at, follower) ? -1 : end;
    }

    private static int AfterClosers(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && text[at] is '"' or '\'' or '”' or '’' or '“' or '»' or ')' or ']' or '」' or '』' or '）' or '！' or '？' or '。')
        {
            at++;
        }

        return at;
    }

    private static bool EndsSentence(ReadOnlySpan<char> text, int start, int at, int follower)
    {
        var word = WordBefore(text, start, at);
        var next = WordAt(text, follower);
        if (word.IsEmpty)
        {
            return true;
        }

        var leading = Abbreviations.Leading.GetAlternateLookup<ReadOnlySpan<char>>();
        var trailing = Abbreviations.Trailing.GetAlternateLookup<ReadOnlySpan<char>>();
        var starters = Abbreviations.Starters.GetAlternateLookup<ReadOnlySpan<char>>();
        var beforeNumber = Abbreviations.BeforeNumber.GetAlternateLookup<ReadOnlySpan<char>>();
        if (trailing.Contains(word))
        {
            return true;
        }

        if (leading.Contains(word) && !(word.Length <= 3 && char.IsLower(word[0]) && IsPlainWord(word)))
        {
            return false;
        }

        if (beforeNumber.Contains(word) && char.IsAsciiDigit(text[follower]))
        {
            return false;
        }

        if (word.Length <= 2 && IsNumber(word))
        {
            return !(Abbreviations.GermanAfterOrdinal.GetAlternateLookup<ReadOnlySpan<char>>().Contains(next) || StartsLine(text, start, at - word.Length));
        }

        // "J. Smith", "z. B. Frau", "U.S. Army"; "Plan B. Then" stays a guess: a single letter is taken for an initial.
        var initial = word.Length == 1 && char.IsLetter(word[0]) && word[0] != 'I';
        var initialism = word.Length > 1 && word.Contains('.') && IsInitialism(word);
        return (!initial && !initialism) || starters.Contains(next);
    }

    // "so", "do", "di", "al" are words before they are abbreviations.
    private static bool IsPlainWord(ReadOnlySpan<char> word) => word is "so" or "do" or "di" or "mi" or "mo" or "sat" or "sun" or "al" or "mar" or "art" or "st";

    private static ReadOnlySpan<char> WordBefore(ReadOnlySpan<char> text, int start, int at)
    {
        var from = at;
        while (from > start && at - from < 40 && (char.IsLetterOrDigit(text[from - 1]) || text[from - 1] == '.'))
        {
            from--;
        }

        return text[from..at];
    }

    private static ReadOnlySpan<char> WordAt(ReadOnlySpan<char> text, int at)
    {
        var end = at;
        while (end < text.Length && end - at < 40 && char.IsLetter(text[end]))
        {
            end++;
        }

        return text[at..end];
    }

    private static bool IsNumber(ReadOnlySpan<char> word) => !word.ContainsAnyExceptInRange('0', '9');

    private static bool StartsLine(ReadOnlySpan<char> text, int start, int at) => text[start..at].IsWhiteSpace();

    private static bool IsInitialism(ReadOnlySpan<char> word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            if (i % 2 == 0 ? !char.IsLetter(word[i]) : word[i] != '.')
            {
                return false;
            }
        }

        return true;
    }
}
