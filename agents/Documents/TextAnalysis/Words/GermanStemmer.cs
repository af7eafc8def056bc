namespace Sutazai.Agents.Documents.TextAnalysis.Words;

/// <summary>
/// The Snowball stemmer for German as first published at https://snowballstem.org/algorithms/german/stemmer.html, before the
/// revision of 2024.
/// </summary>
internal static class GermanStemmer
{
    /// <param name="word">Lower case.</param>
    public static string Stem(string word)
    {
        word = MarkConsonants(word.Replace("ß", "ss", StringComparison.Ordinal));
        var start = RegionAfter(word, 0);
        var (r1, r2) = (Math.Max(start, 3), RegionAfter(word, start));
        word = Step3(Step2(Step1(word, r1), r1), r1, r2);
        return word.ToLowerInvariant().Replace('ä', 'a').Replace('ö', 'o').Replace('ü', 'u');
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y' or 'ä' or 'ö' or 'ü';

    private static string MarkConsonants(string word)
    {
        var letters = word.ToCharArray();
        for (var i = 1; i + 1 < letters.Length; i++)
        {
            if (letters[i] is 'u' or 'y' && IsVowel(letters[i - 1]) && IsVowel(letters[i + 1]))
            {
                letters[i] = char.ToUpperInvariant(letters[i]);
            }
        }

        return new(letters);
    }

    private static int RegionAfter(string word, int from)
    {
        for (var i = from + 1; i < word.Length; i++)
        {
            if (!IsVowel(word[i]) && IsVowel(word[i - 1]))
            {
                return i + 1;
            }
        }

        return word.Length;
    }

    private static bool Ends(string word, string suffix) => word.EndsWith(suffix, StringComparison.Ordinal);

    private static string Step1(string word, int r1)
    {
        foreach (var suffix in (string[])["ern", "em", "er", "en", "es", "e"])
        {
            if (Ends(word, suffix))
            {
                if (word.Length - suffix.Length < r1)
                {
                    return word;
                }

                word = word[..^suffix.Length];
                return suffix[0] == 'e' && suffix is "en" or "es" or "e" && Ends(word, "niss") ? word[..^1] : word;
            }
        }

        return word is [.., 'b' or 'd' or 'f' or 'g' or 'h' or 'k' or 'l' or 'm' or 'n' or 'r' or 't', 's'] && word.Length - 1 >= r1 ? word[..^1] : word;
    }

    private static string Step2(string word, int r1)
    {
        foreach (var suffix in (string[])["est", "en", "er"])
        {
            if (Ends(word, suffix))
            {
                return word.Length - suffix.Length >= r1 ? word[..^suffix.Length] : word;
            }
        }

        return word.Length >= 6 && word is [.., 'b' or 'd' or 'f' or 'g' or 'h' or 'k' or 'l' or 'm' or 'n' or 't', 's', 't'] && word.Length - 2 >= r1
            ? word[..^2]
            : word;
    }

    private static string Step3(string word, int r1, int r2)
    {
        foreach (var suffix in (string[])["isch", "lich", "heit", "keit", "end", "ung", "ig", "ik"])
        {
            if (!Ends(word, suffix))
            {
                continue;
            }

            var stem = word[..^suffix.Length];
            if (stem.Length < r2 || (suffix is "isch" or "ig" or "ik" && stem is [.., 'e']))
            {
                return word;
            }

            return suffix switch
            {
                "end" or "ung" => Without(stem, "ig", r2, exceptAfterE: true),
                "lich" or "heit" => Without(Without(stem, "er", r1), "en", r1),
                "keit" => Without(Without(stem, "lich", r2), "ig", r2),
                _ => stem,
            };
        }

        return word;
    }

    private static string Without(string word, string suffix, int region, bool exceptAfterE = false)
    {
        if (!Ends(word, suffix) || word.Length - suffix.Length < region)
        {
            return word;
        }

        var stem = word[..^suffix.Length];
        return exceptAfterE && stem is [.., 'e'] ? word : stem;
    }
}
