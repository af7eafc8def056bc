using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;

namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>The running framework's assemblies, as a compiler refers to them; loaded once and shared by every compilation.</summary>
internal static class FrameworkReferences
{
    private static readonly string[] s_frameworks = ["Microsoft.NETCore.App", "Microsoft.AspNetCore.App"];

    private static readonly Lazy<IReadOnlyList<MetadataReference>> s_all = new(Load);

    public static IReadOnlyList<MetadataReference> All => s_all.Value;

    private static IReadOnlyList<MetadataReference> Load() =>
    [
        .. ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(IsFramework)
            .OrderBy(Path.GetFileName, StringComparer.Ordinal)
            .Select(Reference)
    ];

    // The process's own packages are left out, so that an analysis says the same whichever host it runs in.
    private static bool IsFramework(string path) =>
        Path.GetDirectoryName(Path.GetDirectoryName(path)) is { } folder && s_frameworks.Contains(Path.GetFileName(folder), StringComparer.Ordinal);

    // Only the metadata is kept: the framework's code is five times as large.
    private static MetadataReference Reference(string path)
    {
        var metadata = AssemblyMetadata.CreateFromStream(File.OpenRead(path), PEStreamOptions.PrefetchMetadata);
        return metadata.GetReference(filePath: path, display: Path.GetFileName(path));
    }
}
