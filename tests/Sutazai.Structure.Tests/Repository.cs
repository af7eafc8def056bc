using System.Xml.Linq;

namespace Sutazai.Structure.Tests;

/// <summary>The repository that the tests were built from, as git sees it: tracked files and new ones that are not ignored.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Paths from the root, with slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Sources => Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && !f.Contains("/Migrations/", StringComparison.Ordinal) && !f.Contains("/Samples/", StringComparison.Ordinal));

    public static IEnumerable<string> Projects => Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    /// <summary>What a project, with the props files above it, refers to.</summary>
    public static IEnumerable<string> References(string project, string kind)
    {
        var folder = Path.GetDirectoryName(project)!;
        IEnumerable<string> files = [project];
        for (var f = folder; f.Length > 0; f = Path.GetDirectoryName(f)!)
        {
            files = files.Append($"{f.Replace('\\', '/')}/Directory.Build.props");
        }

        return files.Where(f => Files.Contains(f)).SelectMany(f => XDocument.Load(Path.Combine(Root, f)).Descendants(kind)).Select(r => (string)r.Attribute("Include")!);
    }

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "Sutazai.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            yield return file;
        }

        foreach (var inner in Directory.EnumerateDirectories(folder).Where(d => Path.GetFileName(d) is not (".git" or "artifacts" or "bin" or "obj" or ".vs" or "node_modules")))
        {
            foreach (var file in Walk(inner))
            {
                yield return file;
            }
        }
    }
}
