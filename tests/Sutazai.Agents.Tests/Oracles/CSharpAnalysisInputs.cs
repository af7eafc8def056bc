using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Archives and compilations that the oracles of the C# agents share.</summary>
internal static class CSharpAnalysisInputs
{
    public const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly string[] s_read = ["*.cs", "*.csproj", "*.props"];
    private static readonly string[] s_leftOut = ["artifacts/", "bench/", "tests/"];

    private static readonly Lazy<MetadataReference[]> s_framework = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is { } name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"))
            .Select(p => MetadataReference.CreateFromFile(p))
    ]);

    public static async Task<JsonNode> RunAsync(string agent, string tool, object arguments) =>
        (await Catalog.RunAsync(agent, tool, JsonSerializer.Serialize(arguments), TestContext.Current.CancellationToken))!;

    /// <summary>An archive as a tool takes it inline.</summary>
    public static object Zip(params (string Path, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, text) in files)
            {
                using var entry = zip.CreateEntry(path).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return new { name = "repository.zip", base64 = Convert.ToBase64String(bytes.ToArray()) };
    }

    public static CSharpCompilation Compile(string source, params MetadataReference[] references) => CSharpCompilation.Create(
        "compiled",
        [Parse(source), Parse(ImplicitUsings)],
        [.. s_framework.Value, .. references],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));

    public static IEnumerable<string> Errors(this CSharpCompilation compilation) =>
        compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString());

    /// <summary>The product's own sources; its tests and benchmarks are two thirds as much again, and show an analysis nothing new.</summary>
    public static object Product()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Sutazai.sln")))
        {
            root = root.Parent!;
        }

        return Zip(
        [
            .. s_read.SelectMany(p => Directory.EnumerateFiles(root.FullName, p, SearchOption.AllDirectories))
                .Select(f => (Path.GetRelativePath(root.FullName, f).Replace('\\', '/'), f))
                .Where(f => !s_leftOut.Any(l => f.Item1.StartsWith(l, StringComparison.Ordinal)))
                .OrderBy(f => f.Item1, StringComparer.Ordinal)
                .Select(f => (f.Item1, File.ReadAllText(f.f)))
        ]);
    }

    private static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(
        source, new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.Parse), "input.txt", cancellationToken: TestContext.Current.CancellationToken);
}
