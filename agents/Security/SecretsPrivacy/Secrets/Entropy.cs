namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Shannon's entropy of a text's own characters, in bits a character.</summary>
internal static class Entropy
{
    public static double Of(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        Span<int> counts = stackalloc int[128];
        counts.Clear();
        foreach (var c in text)
        {
            counts[c & 127]++;
        }

        double bits = 0;
        foreach (var count in counts)
        {
            if (count > 0)
            {
                var share = (double)count / text.Length;
                bits -= share * Math.Log2(share);
            }
        }

        return bits;
    }

    public static double Rounded(ReadOnlySpan<char> text) => Math.Round(Of(text), 2, MidpointRounding.AwayFromZero) + 0.0;
}
