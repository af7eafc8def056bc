using System.Buffers;

namespace Sutazai.Agents.Documents.TextAnalysis.Words;

/// <summary>Porter2, as published at https://snowballstem.org/algorithms/english/stemmer.html (M. F. Porter, 2001).</summary>
internal static class EnglishStemmer
{
    private static readonly Dictionary<string, string> s_exceptions = new(StringComparer.Ordinal)
    {
        ["skis"] = "ski",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["idly"] = "idl",
        ["gently"] = "gentl",
        ["ugly"] = "ugli",
        ["early"] = "earli",
        ["only"] = "onli",
        ["singly"] = "singl",
        ["sky"] = "sky",
        ["news"] = "news",
        ["howe"] = "howe",
        ["atlas"] = "atlas",
        ["cosmos"] = "cosmos",
        ["bias"] = "bias",
        ["andes"] = "andes",
    };

    private static readonly SearchValues<char> s_vowels = SearchValues.Create("aeiouy");

    private static readonly string[] s_fixedAfterStep1a = ["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"];

    private static readonly (string Suffix, string Replacement)[] s_step2 =
    [
        ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"), ("tional", "tion"), ("biliti", "ble"),
        ("lessli", "less"), ("entli", "ent"), ("ation", "ate"), ("alism", "al"), ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"),
        ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ];

    private static readonly (string Suffix, string Replacement)[] s_step3 =
    [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""), ("ical", "ic"), ("ness", ""), ("ful", ""),
    ];

    private static readonly string[] s_step4 =
    [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al", "er", "ic",
    ];

    /// <param name="word">Lower case.</param>
    public static string Stem(string word)
    {
        word = word.Replace('\u2019', '\'').TrimStart('\'');
        if (word.Length <= 2)
        {
            return word;
        }

        if (s_exceptions.TryGetValue(word, out var exception))
        {
            return exception;
        }

        word = MarkConsonantY(word);
        var (r1, r2) = Regions(word);
        word = Step1a(Step0(word));
        if (s_fixedAfterStep1a.Contains(word, StringComparer.Ordinal))
        {
            return word;
        }

        word = Step1c(Step1b(word, r1));
        word = Step2(word, r1);
        word = Step3(word, r1, r2);
        word = Step4(word, r2);
        return Step5(word, r1, r2).Replace('Y', 'y');
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';

    private static string MarkConsonantY(string word)
    {
        if (!word.Contains('y', StringComparison.Ordinal))
        {
            return word;
        }

        var letters = word.ToCharArray();
        for (var i = 0; i < letters.Length; i++)
        {
            if (letters[i] == 'y' && (i == 0 || IsVowel(letters[i - 1])))
            {
                letters[i] = 'Y';
            }
        }

        return new(letters);
    }

    private static (int R1, int R2) Regions(string word)
    {
        var r1 = word switch
        {
            _ when word.StartsWith("gener", StringComparison.Ordinal) || word.StartsWith("arsen", StringComparison.Ordinal) => 5,
            _ when word.StartsWith("commun", StringComparison.Ordinal) => 6,
            _ => RegionAfter(word, 0),
        };
        return (r1, RegionAfter(word, r1));
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

    private static bool HasVowel(ReadOnlySpan<char> part) => part.ContainsAny(s_vowels);

    private static string Step0(string word) =>
        Ends(word, "'s'") ? word[..^3] : Ends(word, "'s") ? word[..^2] : Ends(word, "'") ? word[..^1] : word;

    private static string Step1a(string word) => word switch
    {
        _ when Ends(word, "sses") => word[..^2],
        _ when Ends(word, "ied") || Ends(word, "ies") => word.Length > 4 ? word[..^2] : word[..^1],
        _ when Ends(word, "us") || Ends(word, "ss") => word,
        _ when Ends(word, "s") && word.Length > 2 && HasVowel(word.AsSpan(0, word.Length - 2)) => word[..^1],
        _ => word,
    };

    private static string Step1b(string word, int r1)
    {
        foreach (var suffix in (string[])["eedly", "eed"])
        {
            if (Ends(word, suffix))
            {
                return word.Length - suffix.Length >= r1 ? word[..^suffix.Length] + "ee" : word;
            }
        }

        foreach (var suffix in (string[])["ingly", "edly", "ing", "ed"])
        {
            if (Ends(word, suffix))
            {
                return HasVowel(word.AsSpan(0, word.Length - suffix.Length)) ? Repair(word[..^suffix.Length], r1) : word;
            }
        }

        return word;
    }

    private static string Repair(string stem, int r1) => stem switch
    {
        _ when Ends(stem, "at") || Ends(stem, "bl") || Ends(stem, "iz") => stem + "e",
        [.., 'b' or 'd' or 'f' or 'g' or 'm' or 'n' or 'p' or 'r' or 't', _] when stem[^1] == stem[^2] => stem[..^1],
        _ when r1 >= stem.Length && EndsInShortSyllable(stem) => stem + "e",
        _ => stem,
    };

    private static bool EndsInShortSyllable(string word) => word switch
    {
        [var vowel, var last] => IsVowel(vowel) && !IsVowel(last),
        [.., var before, var vowel, var last] => !IsVowel(before) && IsVowel(vowel) && !IsVowel(last) && last is not ('w' or 'x' or 'Y'),
        _ => false,
    };

    private static string Step1c(string word) =>
        word.Length > 2 && word[^1] is 'y' or 'Y' && !IsVowel(word[^2]) ? word[..^1] + "i" : word;

    private static string Step2(string word, int r1)
    {
        foreach (var (suffix, replacement) in s_step2)
        {
            if (!Ends(word, suffix))
            {
                continue;
            }

            var stem = word[..^suffix.Length];
            var applies = stem.Length >= r1 && suffix switch
            {
                "ogi" => stem is [.., 'l'],
                "li" => stem is [.., 'c' or 'd' or 'e' or 'g' or 'h' or 'k' or 'm' or 'n' or 'r' or 't'],
                _ => true,
            };
            return applies ? stem + replacement : word;
        }

        return word;
    }

    private static string Step3(string word, int r1, int r2)
    {
        foreach (var (suffix, replacement) in s_step3)
        {
            if (Ends(word, suffix))
            {
                var stem = word[..^suffix.Length];
                return stem.Length >= (suffix == "ative" ? r2 : r1) ? stem + replacement : word;
            }
        }

        return word;
    }

    private static string Step4(string word, int r2)
    {
        foreach (var suffix in s_step4)
        {
            if (Ends(word, suffix))
            {
                var stem = word[..^suffix.Length];
                return stem.Length >= r2 && (suffix != "ion" || stem is [.., 's' or 't']) ? stem : word;
            }
        }

        return word;
    }

    private static string Step5(string word, int r1, int r2) => word switch
    {
        [.., 'e'] when word.Length - 1 >= r2 || (word.Length - 1 >= r1 && !EndsInShortSyllable(word[..^1])) => word[..^1],
        [.., 'l', 'l'] when word.Length - 1 >= r2 => word[..^1],
        _ => word,
    };
}
