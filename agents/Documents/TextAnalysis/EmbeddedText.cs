using System.Reflection;

namespace Sutazai.Agents.Documents.TextAnalysis;

/// <summary>The word lists and texts beside the code that reads them.</summary>
internal static class EmbeddedText
{
    private const string Root = "TextAnalysis/";

    private static readonly Assembly s_assembly = typeof(EmbeddedText).Assembly;

    public static IEnumerable<string> In(string folder) =>
        from name in s_assembly.GetManifestResourceNames()
        where name.StartsWith(Root + folder + "/", StringComparison.Ordinal)
        orderby name
        select name[Root.Length..];

    public static string? Find(string path)
    {
        using var stream = s_assembly.GetManifestResourceStream(Root + path);
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static string Read(string path) => Find(path) ?? throw new InvalidOperationException($"'{path}' is not embedded.");
}
