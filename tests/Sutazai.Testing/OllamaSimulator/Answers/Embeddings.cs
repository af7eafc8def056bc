namespace Sutazai.Testing.OllamaSimulator.Answers;

/// <summary>Vectors of unit length from hashed words and letter trigrams: texts that share words lie close, and the same text always gives the same vector.</summary>
internal static class Embeddings
{
    private const int GramLength = 3;

    // Enough that the vector of a short text is not mostly zeros, and may be shortened.
    private const int PlacesOfFeature = 32;

    // A word says more of a text's meaning than one of its trigrams.
    private const float WordWeight = 2;

    public static float[] Of(string text, int dimensions)
    {
        var vector = new float[dimensions];
        var word = new List<char>();
        foreach (var character in text.ToLowerInvariant().Append(' '))
        {
            if (char.IsLetterOrDigit(character))
            {
                word.Add(character);
            }
            else if (word.Count > 0)
            {
                AddWord(vector, $"^{new string([.. word])}$");
                word.Clear();
            }
        }

        return Normalise(vector);
    }

    /// <summary>The first numbers of a vector, brought to unit length again.</summary>
    public static float[] Shorten(float[] vector, int? dimensions) =>
        dimensions is > 0 && dimensions < vector.Length ? Normalise(vector[..dimensions.Value]) : vector;

    private static void AddWord(float[] vector, string word)
    {
        Add(vector, word, WordWeight);
        for (var at = 0; at + GramLength <= word.Length; at++)
        {
            Add(vector, word.AsSpan(at, GramLength), 1);
        }
    }

    private static void Add(float[] vector, ReadOnlySpan<char> feature, float weight)
    {
        var hash = Fnv1A(feature);
        for (var place = 0; place < PlacesOfFeature; place++)
        {
            hash = Mix(hash + 0x9e3779b97f4a7c15UL);
            vector[(hash >> 1) % (ulong)vector.Length] += (hash & 1) == 0 ? weight : -weight;
        }
    }

    private static float[] Normalise(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        if (length == 0)
        {
            vector[0] = 1;
            return vector;
        }

        return [.. vector.Select(value => value / length)];
    }

    // http://www.isthe.com/chongo/tech/comp/fnv/
    private static ulong Fnv1A(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return hash;
    }

    // The finaliser of SplitMix64, https://prng.di.unimi.it/splitmix64.c.
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9UL;
        hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebUL;
        return hash ^ (hash >> 31);
    }
}
