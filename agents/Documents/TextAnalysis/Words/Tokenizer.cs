using System.Globalization;
using System.Text;

namespace Sutazai.Agents.Documents.TextAnalysis.Words;

internal enum TokenKind
{
    Word,
    Number,

    /// <summary>One character of a script that is written without spaces (Han, Hiragana).</summary>
    Ideograph,

    /// <summary>One emoji with its modifiers and joined parts, or another pictograph.</summary>
    Symbol,
}

internal readonly record struct Token(int Start, int Length, TokenKind Kind)
{
    public int End => Start + Length;

    public ReadOnlySpan<char> Of(ReadOnlySpan<char> text) => text.Slice(Start, Length);
}

/// <summary>
/// Word boundaries after UAX #29, with two differences that term counting wants: hyphens between letters join (state-of-the-art), and
/// full stops between letters do not.
/// </summary>
internal static class Tokenizer
{
    /// <summary>Words longer than this are cut: they are encoded data, not words.</summary>
    public const int LongestWord = 100;

    public static List<Token> Tokens(ReadOnlySpan<char> text, CancellationToken cancellationToken) =>
        Tokens(text, new TextSpan(0, text.Length), cancellationToken);

    public static List<Token> Tokens(ReadOnlySpan<char> text, TextSpan within, CancellationToken cancellationToken)
    {
        List<Token> tokens = [];
        for (var at = within.Start; at < within.End;)
        {
            if ((tokens.Count & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var token = Next(text[..within.End], at);
            if (token.Length == 0)
            {
                at++;
                continue;
            }

            if (token.Kind >= 0)
            {
                tokens.Add(token);
            }

            at = token.End;
        }

        return tokens;
    }

    public static bool IsIdeograph(int rune) =>
        rune is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x3041 and <= 0x309F or >= 0x20000 and <= 0x323AF or >= 0xF900 and <= 0xFAFF or 0x3005;

    private static Token Next(ReadOnlySpan<char> text, int at)
    {
        var first = text[at];
        if (char.IsAsciiLetterOrDigit(first))
        {
            return Word(text, at);
        }

        if (first < 0x80)
        {
            return new(at, 0, TokenKind.Word);
        }

        Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
        return rune switch
        {
            _ when rune.Value == 0xFFFD => new(at, 0, TokenKind.Word),
            _ when IsIdeograph(rune.Value) => new(at, length, TokenKind.Ideograph),
            _ when Rune.IsLetterOrDigit(rune) => Word(text, at),
            _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol => Symbol(text, at, length),
            _ => new(at, length, (TokenKind)(-1)),
        };
    }

    private static Token Word(ReadOnlySpan<char> text, int start)
    {
        var digitsOnly = true;
        var at = start;
        while (at < text.Length && at - start < LongestWord)
        {
            var length = Part(text, at, out var digit);
            if (length > 0)
            {
                digitsOnly &= digit;
                at += length;
                continue;
            }

            if (!Joins(text, at))
            {
                break;
            }

            at++;
        }

        return new(start, at - start, digitsOnly ? TokenKind.Number : TokenKind.Word);
    }

    private static int Part(ReadOnlySpan<char> text, int at, out bool digit)
    {
        var c = text[at];
        digit = char.IsAsciiDigit(c);
        if (c < 0x80)
        {
            return char.IsAsciiLetterOrDigit(c) || c == '_' ? 1 : 0;
        }

        Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
        if (IsIdeograph(rune.Value) || rune.Value == 0xFFFD)
        {
            return 0;
        }

        var category = Rune.GetUnicodeCategory(rune);
        digit = category is UnicodeCategory.DecimalDigitNumber;

        // U+200C and U+200D shape letters in Persian and Indic words, U+00AD is a soft hyphen.
        return Rune.IsLetterOrDigit(rune) || rune.Value is 0x200C or 0x200D or 0xAD
            || category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber ? length : 0;
    }

    private static bool Joins(ReadOnlySpan<char> text, int at)
    {
        if (at == 0 || at + 1 >= text.Length)
        {
            return false;
        }

        var (before, after) = (text[at - 1], text[at + 1]);
        return text[at] switch
        {
            '\'' or '\u2019' or '-' or '\u2010' or '\u2011' or '\u00B7' => IsLetter(before) && IsLetter(after)
                || (text[at] is '-' && char.IsLetterOrDigit(before) && IsLetter(after)),
            '.' or ',' => char.IsAsciiDigit(before) && char.IsAsciiDigit(after),
            _ => false,
        };

        static bool IsLetter(char c) => char.IsLetter(c) && !IsIdeograph(c);
    }

    private static Token Symbol(ReadOnlySpan<char> text, int start, int length)
    {
        var at = start + length;
        while (at < text.Length && at - start < LongestWord)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var next);
            if (rune.Value is 0xFE0F or 0xFE0E or >= 0x1F3FB and <= 0x1F3FF)
            {
                at += next;
            }
            else if (rune.Value == 0x200D && at + 1 < text.Length)
            {
                Rune.DecodeFromUtf16(text[(at + 1)..], out _, out var joined);
                at += 1 + joined;
            }
            else
            {
                break;
            }
        }

        return new(start, at - start, TokenKind.Symbol);
    }
}
