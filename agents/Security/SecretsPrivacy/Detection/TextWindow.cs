namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>
/// A stretch of a streamed text. A detector answers for the hits in [From, To) and may look at everything in the window: at least
/// <see cref="LookBehind"/> characters before From and <see cref="LookAhead"/> after To, unless the text begins or ends there.
/// </summary>
internal readonly struct TextWindow(char[] buffer, long start, int from, int to, int end)
{
    public const int LookBehind = 512;

    public const int LookAhead = 1 << 14;

    /// <summary>All characters of the window.</summary>
    public ReadOnlySpan<char> Text => buffer.AsSpan(0, end);

    /// <summary>Offset of the window's first character in the whole text.</summary>
    public long Start { get; } = start;

    public int From { get; } = from;

    public int To { get; } = to;

    /// <summary>The part of the line around a position that the window holds, at most <see cref="LookBehind"/> to the left.</summary>
    public ReadOnlySpan<char> LineAround(int position, int length, int reach = LookBehind)
    {
        var text = Text;
        var left = Math.Max(0, position - reach);
        var right = Math.Min(text.Length, position + length + reach);
        var before = text[left..position].LastIndexOf('\n');
        var after = text[(position + length)..right].IndexOf('\n');
        return text[(before < 0 ? left : left + before + 1)..(after < 0 ? right : position + length + after)];
    }
}
