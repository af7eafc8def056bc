using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>
/// As much of MSBuild's evaluation as decides how sources compile: properties and items of the nearest Directory.Build.props, of what
/// it imports, and of the project itself. A condition that cannot be judged counts as true.
/// </summary>
internal sealed class ProjectProperties(IReadOnlyDictionary<string, string> files)
{
    private const int MaxImports = 50;

    private static readonly Regex s_property = new(@"\$\((\w+)\)", RegexOptions.NonBacktracking);
    private static readonly Regex s_method = new(@"\$\((\w+)\.(EndsWith|StartsWith|Contains)\('([^']*)'\)\)", RegexOptions.NonBacktracking);
    private static readonly Regex s_comparison = new(@"^\s*'([^']*)'\s*(==|!=)\s*'([^']*)'\s*$", RegexOptions.NonBacktracking);

    private static readonly Regex s_or = new(@"\s+or\s+", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase);
    private static readonly Regex s_and = new(@"\s+and\s+", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase);

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _imported = new(StringComparer.Ordinal);

    public List<ProjectItem> Items { get; } = [];

    public List<SkippedFile> Broken { get; } = [];

    public string this[string name] => _values.GetValueOrDefault(name, "");

    public bool Is(string name, params ReadOnlySpan<string> wanted)
    {
        foreach (var value in wanted)
        {
            if (this[name].Trim().Equals(value, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public static ProjectProperties Evaluate(string project, IReadOnlyDictionary<string, string> files)
    {
        var properties = new ProjectProperties(files);
        properties._values["MSBuildProjectName"] = Path.GetFileNameWithoutExtension(project);
        properties._values["MSBuildProjectDirectory"] = "/" + SourcePath.Folder(project);
        if (properties.Above(SourcePath.Folder(project), "Directory.Build.props") is { } shared)
        {
            properties.Read(shared);
        }

        properties.Read(project);
        return properties;
    }

    private string? Above(string folder, string name)
    {
        for (var at = folder; ; at = SourcePath.Folder(at))
        {
            if (SourcePath.Combine(at, name) is var candidate && files.ContainsKey(candidate))
            {
                return candidate;
            }

            if (at is "")
            {
                return null;
            }
        }
    }

    private void Read(string path)
    {
        if (_imported.Count >= MaxImports || !_imported.Add(path) || Parse(path) is not { } root)
        {
            return;
        }

        var folder = SourcePath.Folder(path);
        var outer = this["MSBuildThisFileDirectory"];
        SetFolder($"/{folder}/");
        if (root.Attribute("Sdk") is { } sdk)
        {
            _values["Sdk"] = sdk.Value;
        }

        foreach (var element in root.Elements().Where(Holds))
        {
            switch (element.Name.LocalName)
            {
                case "PropertyGroup":
                    foreach (var property in element.Elements().Where(Holds))
                    {
                        _values[property.Name.LocalName] = Expand(property.Value);
                    }

                    break;
                case "ItemGroup":
                    Items.AddRange(element.Elements().Where(Holds).Select(i => ReadItem(i, path)));
                    break;
                case "Import" when element.Attribute("Project")?.Value is { } import:
                    if (Imported(import, folder) is { } found)
                    {
                        Read(found);
                        SetFolder($"/{folder}/");
                    }

                    break;
                case "Sdk" when element.Attribute("Name") is { } named:
                    _values["Sdk"] = named.Value;
                    break;
            }
        }

        SetFolder(outer);
    }

    private void SetFolder(string folder) => _values["MSBuildThisFileDirectory"] = folder;

    // <Import Project="$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))" />
    private string? Imported(string import, string folder)
    {
        if (import.Contains("GetPathOfFileAbove", StringComparison.Ordinal))
        {
            return folder is "" ? null : Above(SourcePath.Folder(folder), "Directory.Build.props");
        }

        return SourcePath.Combine(folder, Expand(import)) is var path && files.ContainsKey(path) ? path : null;
    }

    private XElement? Parse(string path)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(files[path]), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return XDocument.Load(reader, LoadOptions.SetLineInfo).Root;
        }
        catch (XmlException e)
        {
            Broken.Add(new(path, $"not well-formed XML: {e.Message}"));
            return null;
        }
    }

    private ProjectItem ReadItem(XElement item, string file) => new(
        item.Name.LocalName,
        Expand(item.Attribute("Include")?.Value ?? ""),
        Expand(item.Attribute("Remove")?.Value ?? ""),
        Metadata(item),
        file,
        ((IXmlLineInfo)item).LineNumber);

    private Dictionary<string, string> Metadata(XElement item)
    {
        Dictionary<string, string> metadata = new(StringComparer.OrdinalIgnoreCase);
        foreach (var attribute in item.Attributes())
        {
            metadata[attribute.Name.LocalName] = Expand(attribute.Value);
        }

        foreach (var element in item.Elements())
        {
            metadata[element.Name.LocalName] = Expand(element.Value);
        }

        return metadata;
    }

    private string Expand(string text)
    {
        if (!text.Contains("$(", StringComparison.Ordinal))
        {
            return text;
        }

        var methods = s_method.Replace(text, m => Call(this[m.Groups[1].Value], m.Groups[2].Value, m.Groups[3].Value).ToString());
        return s_property.Replace(methods, m => this[m.Groups[1].Value]);
    }

    private static bool Call(string value, string method, string argument) => method switch
    {
        "EndsWith" => value.EndsWith(argument, StringComparison.Ordinal),
        "StartsWith" => value.StartsWith(argument, StringComparison.Ordinal),
        _ => value.Contains(argument, StringComparison.Ordinal),
    };

    private bool Holds(XElement element)
    {
        if (element.Attribute("Condition") is not { } condition)
        {
            return true;
        }

        return s_or.Split(Expand(condition.Value)).Any(any => s_and.Split(any).All(Term));
    }

    private static bool Term(string term)
    {
        if (s_comparison.Match(term) is { Success: true } m)
        {
            return m.Groups[1].Value.Equals(m.Groups[3].Value, StringComparison.OrdinalIgnoreCase) == (m.Groups[2].Value == "==");
        }

        return !term.Trim().Equals("false", StringComparison.OrdinalIgnoreCase);
    }
}

/// <param name="Line">Where it stands, in the project or in what that imports.</param>
internal sealed record ProjectItem(string Type, string Include, string Remove, IReadOnlyDictionary<string, string> Metadata, string File, int Line);
