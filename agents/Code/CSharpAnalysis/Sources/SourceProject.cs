using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>One project, compiled as far as its sources allow.</summary>
/// <param name="Path">Of its csproj; null for sources that no project takes.</param>
/// <param name="Trees">Written by hand, and reported on with this project and no other.</param>
internal sealed record SourceProject(
    string Name, string? Path, ProjectFile File, CSharpCompilation Compilation, IReadOnlyList<SyntaxTree> Trees, IReadOnlyList<SourceProject> References)
{
    /// <summary>Whether this is one file that others, which were not sent, may use.</summary>
    public bool IsPart => Path is null && Trees is [_] && Compilation.Options.OutputKind == OutputKind.DynamicallyLinkedLibrary;

    public static SourceProject Compile(
        ProjectFile file, bool loose, List<SyntaxTree> trees, IReadOnlyList<SourceProject> references, Func<SyntaxTree, bool> report, SourceArchive archive)
    {
        var generated = archive.Code.Where(c => c.IsGenerated).Select(c => c.Path).ToHashSet(StringComparer.Ordinal);
        var options = new CSharpCompilationOptions(
            IsProgram(file, loose, trees) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
            nullableContextOptions: file.Nullable ? NullableContextOptions.Enable : NullableContextOptions.Disable,
            allowUnsafe: true,
            concurrentBuild: false,
            metadataImportOptions: MetadataImportOptions.Public);
        var compilation = CSharpCompilation.Create(
            file.AssemblyName,
            [.. trees, .. Prelude(file, loose, trees)],
            [.. FrameworkReferences.All, .. references.Select(r => r.Compilation.ToMetadataReference())],
            options);
        return new SourceProject(
            file.AssemblyName,
            loose ? null : file.Path,
            file,
            compilation,
            [.. trees.Where(t => !generated.Contains(t.FilePath) && report(t)).OrderBy(t => t.FilePath, StringComparer.Ordinal)],
            references);
    }

    private static bool IsProgram(ProjectFile file, bool loose, List<SyntaxTree> trees) => file.IsProgram ?? trees.Any(t =>
        ((CompilationUnitSyntax)t.GetRoot()).Members.Any(SyntaxKind.GlobalStatement)
        || (loose && t.GetRoot().DescendantNodes(n => n is not BaseMethodDeclarationSyntax)
            .Any(n => n is MethodDeclarationSyntax { Identifier.Text: "Main" } m && m.Modifiers.Any(SyntaxKind.StaticKeyword))));

    // What the SDK writes into obj: the implicit usings, and friends named in the project.
    // Without a project nobody knows whether it has implicit usings: a namespace that no source imports is likely meant to be there.
    private static IEnumerable<SyntaxTree> Prelude(ProjectFile file, bool loose, List<SyntaxTree> trees)
    {
        var text = new StringBuilder();
        var imported = loose ? trees.SelectMany(t => ((CompilationUnitSyntax)t.GetRoot()).Usings).Select(u => u.Name?.ToString()).ToHashSet() : [];
        foreach (var name in file.Usings.Where(u => !imported.Contains(u)))
        {
            text.Append("global using ").Append(name).Append(";\n");
        }

        foreach (var friend in file.Friends)
        {
            text.Append("[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"").Append(friend).Append("\")]\n");
        }

        if (text.Length > 0)
        {
            var options = trees is [var first, ..] ? (CSharpParseOptions)first.Options : CSharpParseOptions.Default;
            yield return CSharpSyntaxTree.ParseText(text.ToString(), options, "", Encoding.UTF8);
        }
    }
}
