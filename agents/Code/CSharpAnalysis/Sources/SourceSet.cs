using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>An artifact's C# as the compiler sees it: one compilation a project, each after those it refers to.</summary>
internal sealed class SourceSet
{
    /// <summary>
    /// The deepest nesting of syntax that is analysed. The compiler's own recursion ends at a few thousand, and a walk from a node to
    /// its root stays short.
    /// </summary>
    public const int MaxDepth = 1500;

    private const int FirstFew = 10;

    private static readonly string[] s_unresolvedIds = ["CS0246", "CS0234", "CS0400", "CS0432", "CS0012"];

    private readonly SourceArchive _archive;
    private readonly List<SkippedFile> _skipped;

    private SourceSet(SourceArchive archive, IReadOnlyList<SourceProject> projects, List<SkippedFile> skipped)
    {
        _archive = archive;
        _skipped = skipped;
        Projects = projects;
    }

    public IReadOnlyList<SourceProject> Projects { get; }

    public IReadOnlyList<SourceText> Markup => _archive.Markup;

    /// <summary>Every source written by hand, once, with the project that reports on it.</summary>
    public IEnumerable<(SourceProject Project, SyntaxTree Tree)> Trees =>
        Projects.SelectMany(p => p.Trees.Select(t => (p, t))).OrderBy(x => x.t.FilePath, StringComparer.Ordinal);

    /// <summary>References that csproj files write, with where they stand.</summary>
    public IEnumerable<(string From, string To, string File, int Line)> ProjectReferences =>
        from project in Projects
        where project.Path is not null
        from reference in project.File.References
        let matches = SourcePath.Glob(reference.Pattern)
        from target in Projects
        where target.Path is not null && target != project && matches(target.Path)
        group reference by (From: project.Name, To: target.Name) into g
        select (g.Key.From, g.Key.To, g.First().File, g.First().Line);

    /// <summary>Reads an artifact and analyses it.</summary>
    /// <exception cref="InvalidInputException">The artifact holds no C#, too much of it, or one text that is nested too deeply.</exception>
    public static async Task<T> AnalyseAsync<T>(
        Artifact source, Func<SourceSet, T> analyse, CancellationToken cancellationToken, DocumentationMode documentation = DocumentationMode.None)
    {
        var archive = await SourceArchive.ReadAsync(source, cancellationToken);
        return await DeepStack.RunAsync(source.Name, () => analyse(Build(archive, documentation, cancellationToken)));
    }

    public SourceSummary Summarize(CancellationToken cancellationToken)
    {
        var trees = Trees.Select(t => t.Tree).ToList();
        return new SourceSummary(
            [.. Projects.Where(p => p.Path is not null).Select(p => p.Name).Order(StringComparer.Ordinal)],
            trees.Count,
            _archive.Code.Count(c => c.IsGenerated),
            trees.Sum(t => t.GetText(cancellationToken).Lines.Count),
            Errors(trees, cancellationToken),
            Unresolved(cancellationToken),
            _skipped);
    }

    private static SourceSet Build(SourceArchive archive, DocumentationMode documentation, CancellationToken cancellationToken)
    {
        List<SkippedFile> skipped = [];
        var files = archive.Projects.Keys
            .Where(p => p.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase))
            .Select(p => ProjectFile.Read(p, archive.Projects))
            .ToList();
        skipped.AddRange(files.SelectMany(f => f.Broken).Distinct());

        var sources = new SourceAssignment(archive, files);
        Dictionary<(string Path, string Constants), SyntaxTree?> parsed = [];
        List<SourceProject> projects = [];
        HashSet<string> reported = new(StringComparer.Ordinal);
        foreach (var file in sources.InOrderOfReference())
        {
            var references = sources.ReferencesOf(file).Select(r => projects.FirstOrDefault(p => p.File == r) ?? Alone(r));
            projects.Add(SourceProject.Compile(file, sources.IsLoose(file), Trees(file), [.. references], t => reported.Add(t.FilePath), archive));
        }

        return new SourceSet(archive, projects, skipped);

        // References in a loop: the one that comes too late stands in without its own references.
        SourceProject Alone(ProjectFile file) => SourceProject.Compile(file, loose: false, Trees(file), [], _ => false, archive);

        List<SyntaxTree> Trees(ProjectFile file) => [.. sources.Of(file).Select(text => Tree(text, file)).OfType<SyntaxTree>()];

        SyntaxTree? Tree(SourceText text, ProjectFile file)
        {
            var key = (text.Path, string.Join(';', file.Constants));
            if (!parsed.TryGetValue(key, out var tree))
            {
                parsed[key] = tree = Parse(text, file.Constants, documentation, archive, skipped, cancellationToken);
            }

            return tree;
        }
    }

    private static SyntaxTree? Parse(
        SourceText text, IReadOnlyList<string> constants, DocumentationMode documentation, SourceArchive archive, List<SkippedFile> skipped, CancellationToken cancellationToken)
    {
        var options = new CSharpParseOptions(
            LanguageVersion.Latest, documentation, SourceCodeKind.Regular, ["DEBUG", "TRACE", "NET", "NETCOREAPP", "NET10_0", "NET8_0_OR_GREATER", "NET9_0_OR_GREATER", "NET10_0_OR_GREATER", .. constants]);
        if (NestingGuard.IsWithin(text.Text) && CSharpSyntaxTree.ParseText(text.Text, options, text.Path, Encoding.UTF8, cancellationToken) is var tree
            && SyntaxDepth.Within(tree, MaxDepth, cancellationToken))
        {
            return tree;
        }

        if (archive.IsSingleFile)
        {
            throw new InvalidInputException(
                $"'{text.Path}' is nested deeper than {NestingGuard.MaxBrackets} brackets or {MaxDepth:N0} levels of syntax; the compiler's own limit is near that.");
        }

        skipped.Add(new(text.Path, $"nested deeper than {NestingGuard.MaxBrackets} brackets or {MaxDepth} levels of syntax"));
        return null;
    }

    private static SyntaxErrors Errors(List<SyntaxTree> trees, CancellationToken cancellationToken)
    {
        var (count, first) = (0, new List<SyntaxError>());
        foreach (var error in trees.SelectMany(t => t.GetDiagnostics(cancellationToken)).Where(d => d.Severity == DiagnosticSeverity.Error))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (++count <= FirstFew)
            {
                var line = error.Location.GetLineSpan();
                first.Add(new(line.Path, line.StartLinePosition.Line + 1, error.Id, error.GetMessage(System.Globalization.CultureInfo.InvariantCulture)));
            }
        }

        return new(count, first);
    }

    private UnresolvedNames Unresolved(CancellationToken cancellationToken)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (var diagnostic in Projects.SelectMany(p => p.Compilation.GetDeclarationDiagnostics(cancellationToken)))
        {
            if (s_unresolvedIds.Contains(diagnostic.Id) && diagnostic.Location.SourceTree is { } tree)
            {
                names.Add(tree.GetText(cancellationToken).ToString(diagnostic.Location.SourceSpan));
            }
        }

        return new(names.Count, [.. names.Take(FirstFew)]);
    }
}
