using System.Collections.Concurrent;
using System.Collections.Frozen;
using Sutazai.Agents.Documents.TextAnalysis.Languages;

namespace Sutazai.Agents.Documents.TextAnalysis.Words;

/// <summary>Words that carry grammar rather than meaning: own lists for English and German, the profile's commonest words elsewhere.</summary>
internal static class StopWords
{
    private static readonly ConcurrentDictionary<string, FrozenSet<string>> s_lists = new(StringComparer.Ordinal);

    public static FrozenSet<string> Of(string language) => s_lists.GetOrAdd(language, static language =>
    {
        var list = EmbeddedText.Find($"Words/StopLists/{language}.txt") ?? LanguageProfile.Find(language)?.CommonWords ?? "";
        return list.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
    });
}
