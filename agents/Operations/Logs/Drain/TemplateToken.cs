using System.Text;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>One token of a template: a literal, masks included, or a wildcard between what all values began and ended with.</summary>
internal sealed class TemplateToken
{
    public const string Wildcard = "<*>";

    private TemplateToken(ulong hash, string text, bool glued, bool isMask)
    {
        (Hash, Text, IsGlued, IsMask) = (hash, text, glued, isMask);
    }

    /// <summary>Of the masked text; 0 for a wildcard, which no text has.</summary>
    public ulong Hash { get; private set; }

    public string Text { get; private set; }

    /// <summary>No space stands before it.</summary>
    public bool IsGlued { get; }

    /// <summary>Nothing but one mask, so that it says nothing about which message this is.</summary>
    public bool IsMask { get; private set; }

    public bool IsWild => Hash == 0;

    public string Prefix { get; private set; } = "";

    public string Suffix { get; private set; } = "";

    public static TemplateToken Literal(in MaskedLine.Token token, ReadOnlySpan<char> text) => new(token.Hash, text.ToString(), token.Glued, token.IsMask);

    /// <summary>Reads a token of a written template; <c>&lt;*&gt;</c> anywhere in it makes it a wildcard.</summary>
    public static TemplateToken Written(string text, bool glued, bool anyAffix)
    {
        var star = text.IndexOf(Wildcard, StringComparison.Ordinal);
        return star < 0
            ? new(TextHash.Of(text), text, glued, Array.IndexOf(LogMasks.Texts, text) >= 0)
            : anyAffix ? new(0, text, glued, false) : new(0, text, glued, false) { Prefix = text[..star], Suffix = text[(text.LastIndexOf(Wildcard, StringComparison.Ordinal) + 3)..] };
    }

    public bool Matches(in MaskedLine.Token token, ReadOnlySpan<char> text) => IsWild
        ? text.Length >= Prefix.Length + Suffix.Length && text.StartsWith(Prefix) && text.EndsWith(Suffix)
        : Hash == token.Hash;

    /// <summary>Widens the token so that it covers the text.</summary>
    /// <returns>Whether it had to change.</returns>
    public bool Widen(ReadOnlySpan<char> text)
    {
        var (prefix, suffix) = IsWild ? (Common(Prefix, text), CommonEnd(Suffix, text)) : (Common(Text, text), CommonEnd(Text, text));
        var shortest = Math.Min(text.Length, IsWild ? int.MaxValue : Text.Length);
        if (prefix.Length + suffix.Length >= shortest && !IsWild)
        {
            suffix = "";
        }

        if (prefix.Length + suffix.Length > text.Length)
        {
            suffix = "";
        }

        if (IsWild && prefix.Length == Prefix.Length && suffix.Length == Suffix.Length)
        {
            return false;
        }

        (Prefix, Suffix, Hash, IsMask) = (prefix, suffix, 0, false);
        Text = $"{prefix}{Wildcard}{suffix}";
        return true;
    }

    public static string Join(IReadOnlyList<TemplateToken> tokens)
    {
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            if (text.Length > 0 && !token.IsGlued)
            {
                text.Append(' ');
            }

            text.Append(token.Text);
        }

        return text.ToString();
    }

    // Only whole words and punctuation are kept around a wildcard: "worker-<*>" from "worker-a1" and "worker-a2", never "worker-a<*>".
    private static string Common(string a, ReadOnlySpan<char> b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        var mask = a.AsSpan(0, common).IndexOf('<');
        common = mask >= 0 ? mask : common;
        while (common > 0 && char.IsLetterOrDigit(a[common - 1]))
        {
            common--;
        }

        return a[..common];
    }

    private static string CommonEnd(string a, ReadOnlySpan<char> b)
    {
        var common = 0;
        while (common < a.Length && common < b.Length && a[^(common + 1)] == b[^(common + 1)] && a[^(common + 1)] != '>')
        {
            common++;
        }

        while (common > 0 && char.IsLetterOrDigit(a[^common]))
        {
            common--;
        }

        return a[^common..];
    }
}
