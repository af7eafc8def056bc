using System.Text;

namespace Sutazai.Agents.Documents.TextAnalysis.Languages;

public enum Script
{
    None,
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    Devanagari,
    Bengali,
    Gurmukhi,
    Gujarati,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Thai,
    Lao,
    Myanmar,
    Georgian,
    Armenian,
    Ethiopic,
    Khmer,
    Hangul,
    Kana,
    Han,
}

/// <summary>The script of a letter, by the blocks of the Unicode standard.</summary>
internal static class Scripts
{
    // Block's first and last code point, sorted.
    private static readonly (int First, int Last, Script Script)[] s_blocks =
    [
        (0x0041, 0x024F, Script.Latin), (0x0250, 0x02AF, Script.Latin), (0x0370, 0x03FF, Script.Greek), (0x0400, 0x052F, Script.Cyrillic),
        (0x0531, 0x058F, Script.Armenian), (0x0590, 0x05FF, Script.Hebrew), (0x0600, 0x06FF, Script.Arabic), (0x0750, 0x077F, Script.Arabic),
        (0x08A0, 0x08FF, Script.Arabic), (0x0900, 0x097F, Script.Devanagari), (0x0980, 0x09FF, Script.Bengali), (0x0A00, 0x0A7F, Script.Gurmukhi),
        (0x0A80, 0x0AFF, Script.Gujarati), (0x0B80, 0x0BFF, Script.Tamil), (0x0C00, 0x0C7F, Script.Telugu), (0x0C80, 0x0CFF, Script.Kannada),
        (0x0D00, 0x0D7F, Script.Malayalam), (0x0D80, 0x0DFF, Script.Sinhala), (0x0E00, 0x0E7F, Script.Thai), (0x0E80, 0x0EFF, Script.Lao),
        (0x1000, 0x109F, Script.Myanmar), (0x10A0, 0x10FF, Script.Georgian), (0x1100, 0x11FF, Script.Hangul), (0x1200, 0x137F, Script.Ethiopic),
        (0x1780, 0x17FF, Script.Khmer), (0x1C90, 0x1CBF, Script.Georgian), (0x1E00, 0x1EFF, Script.Latin), (0x1F00, 0x1FFF, Script.Greek),
        (0x3041, 0x30FF, Script.Kana), (0x3130, 0x318F, Script.Hangul), (0x3400, 0x4DBF, Script.Han), (0x4E00, 0x9FFF, Script.Han),
        (0xA720, 0xA7FF, Script.Latin), (0xAC00, 0xD7AF, Script.Hangul), (0xF900, 0xFAFF, Script.Han), (0xFB1D, 0xFB4F, Script.Hebrew),
        (0xFB50, 0xFDFF, Script.Arabic), (0xFE70, 0xFEFF, Script.Arabic), (0xFF21, 0xFF5A, Script.Latin), (0xFF66, 0xFF9F, Script.Kana),
        (0x20000, 0x323AF, Script.Han),
    ];

    public static Script Of(Rune rune)
    {
        if (rune.Value < 0x80)
        {
            return Rune.IsLetter(rune) ? Script.Latin : Script.None;
        }

        if (!Rune.IsLetter(rune))
        {
            return Script.None;
        }

        int low = 0, high = s_blocks.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var (first, last, script) = s_blocks[middle];
            if (rune.Value < first)
            {
                high = middle - 1;
            }
            else if (rune.Value > last)
            {
                low = middle + 1;
            }
            else
            {
                return script;
            }
        }

        return Script.None;
    }

    public static Script Of(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (Of(rune) is not Script.None and var script)
            {
                return script;
            }
        }

        return Script.None;
    }

    /// <summary>The one language that this script is nearly always used for; null where several share it.</summary>
    public static string? OnlyLanguage(Script script) => script switch
    {
        Script.Greek => "el",
        Script.Hebrew => "he",
        Script.Bengali => "bn",
        Script.Gurmukhi => "pa",
        Script.Gujarati => "gu",
        Script.Tamil => "ta",
        Script.Telugu => "te",
        Script.Kannada => "kn",
        Script.Malayalam => "ml",
        Script.Sinhala => "si",
        Script.Thai => "th",
        Script.Lao => "lo",
        Script.Myanmar => "my",
        Script.Georgian => "ka",
        Script.Armenian => "hy",
        Script.Ethiopic => "am",
        Script.Khmer => "km",
        Script.Hangul => "ko",
        Script.Kana => "ja",
        Script.Han => "zh",
        _ => null,
    };
}
