namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>What a csproj says about compiling its sources.</summary>
internal sealed record ProjectFile(string Path, string AssemblyName)
{
    private static readonly string[] s_usings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly string[] s_hostUsings =
    [
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private static readonly string[] s_webUsings =
    [
        "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
    ];

    public string Folder => SourcePath.Folder(Path);

    /// <summary>Global using directives as C# writes them, without <c>global</c>.</summary>
    public IReadOnlyList<string> Usings { get; init; } = [];

    public IReadOnlyList<string> Friends { get; init; } = [];

    public IReadOnlyList<string> Constants { get; init; } = [];

    public IReadOnlyList<ProjectReference> References { get; init; } = [];

    /// <summary>Whether the project takes every source below its folder, as SDK projects do.</summary>
    public bool TakesFolder { get; init; } = true;

    public IReadOnlyList<string> Included { get; init; } = [];

    public IReadOnlyList<string> Removed { get; init; } = [];

    public bool Nullable { get; init; }

    /// <summary>Null where the project leaves it to its SDK or its sources.</summary>
    public bool? IsProgram { get; init; }

    public IReadOnlyList<SkippedFile> Broken { get; init; } = [];

    /// <summary>The namespaces that <c>ImplicitUsings</c> adds for the plain SDK.</summary>
    public static IReadOnlyList<string> PlainUsings => s_usings;

    public static ProjectFile Read(string path, IReadOnlyDictionary<string, string> files)
    {
        var properties = ProjectProperties.Evaluate(path, files);
        var name = System.IO.Path.GetFileNameWithoutExtension(path);
        var folder = SourcePath.Folder(path);
        var items = properties.Items.ToLookup(i => i.Type, StringComparer.Ordinal);
        return new ProjectFile(path, properties["AssemblyName"] is "" or ['$', ..] ? name : properties["AssemblyName"])
        {
            Usings = [.. GlobalUsings(properties, items["Using"])],
            Friends = [.. items["InternalsVisibleTo"].SelectMany(i => Split(i.Include)).Where(f => f.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-'))],
            Constants = [.. Split(properties["DefineConstants"]).Where(c => c.All(x => char.IsLetterOrDigit(x) || x == '_'))],
            References = [.. items["ProjectReference"].SelectMany(i => Paths([i], folder, r => r.Include).Select(p => new ProjectReference(p, i.File, i.Line)))],
            TakesFolder = properties["Sdk"] is not "" && !properties.Is("EnableDefaultCompileItems", "false") && !properties.Is("EnableDefaultItems", "false"),
            Included = [.. Paths(items["Compile"], folder, i => i.Include)],
            Removed = [.. Paths(items["Compile"], folder, i => i.Remove)],
            Nullable = properties.Is("Nullable", "enable", "annotations"),
            IsProgram = properties["OutputType"] is "" ? IsWeb(properties) ? true : null : properties.Is("OutputType", "Exe", "WinExe"),
            Broken = properties.Broken,
        };
    }

    private static SortedSet<string> GlobalUsings(ProjectProperties properties, IEnumerable<ProjectItem> items)
    {
        SortedSet<string> usings = new(StringComparer.Ordinal);
        if (properties.Is("ImplicitUsings", "enable", "true"))
        {
            usings.UnionWith(s_usings);
            if (IsWeb(properties) || properties["Sdk"].StartsWith("Microsoft.NET.Sdk.Worker", StringComparison.OrdinalIgnoreCase))
            {
                usings.UnionWith(s_hostUsings);
            }

            if (IsWeb(properties))
            {
                usings.UnionWith(s_webUsings);
            }
        }

        foreach (var item in items)
        {
            foreach (var name in Split(item.Include).Where(IsName))
            {
                usings.Add((item.Metadata.GetValueOrDefault("Alias"), item.Metadata.GetValueOrDefault("Static")) switch
                {
                    ({ } alias, _) when IsName(alias) => $"{alias} = {name}",
                    (_, "true" or "True") => $"static {name}",
                    _ => name,
                });
            }

            usings.ExceptWith(Split(item.Remove));
        }

        return usings;
    }

    private static bool IsWeb(ProjectProperties properties) =>
        properties["Sdk"].StartsWith("Microsoft.NET.Sdk.Web", StringComparison.OrdinalIgnoreCase)
        || properties["Sdk"].StartsWith("Microsoft.NET.Sdk.Razor", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Paths(IEnumerable<ProjectItem> items, string folder, Func<ProjectItem, string> paths) =>
        items.SelectMany(i => Split(paths(i)).Select(p => SourcePath.Combine(folder, p)));

    private static bool IsName(string text) => text is not "" && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '_');

    private static string[] Split(string list) => list.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <param name="Pattern">A path or glob from the archive's root.</param>
/// <param name="File">Where it is written: the project, or what that imports.</param>
internal sealed record ProjectReference(string Pattern, string File, int Line);
