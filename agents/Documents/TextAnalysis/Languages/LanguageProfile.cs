namespace Sutazai.Agents.Documents.TextAnalysis.Languages;

/// <summary>
/// What is known of one language: a line with its commonest words, then text in it (the first articles of the Universal Declaration of
/// Human Rights and plain sentences).
/// </summary>
internal sealed record LanguageProfile(string Language, string CommonWords, string Sample)
{
    private static readonly Lazy<IReadOnlyDictionary<string, LanguageProfile>> s_all = new(ReadAll);

    public static IEnumerable<LanguageProfile> All => s_all.Value.Values.OrderBy(p => p.Language, StringComparer.Ordinal);

    public static LanguageProfile? Find(string language) => s_all.Value.GetValueOrDefault(language);

    private static Dictionary<string, LanguageProfile> ReadAll()
    {
        const string folder = "Languages/Profiles";
        Dictionary<string, LanguageProfile> profiles = new(StringComparer.Ordinal);
        foreach (var path in EmbeddedText.In(folder))
        {
            var language = Path.GetFileNameWithoutExtension(path);
            profiles[language] = EmbeddedText.Read(path).Split('\n', 2) is [var words, var sample]
                ? new(language, words, sample)
                : throw new InvalidOperationException($"'{path}' has no text after its line of words.");
        }

        return profiles;
    }
}
