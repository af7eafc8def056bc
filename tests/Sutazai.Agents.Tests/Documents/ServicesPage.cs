using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Sutazai.Host;

namespace Sutazai.Agents.Tests.Documents;

/// <summary>The page <c>docs/services.md</c>, as a function of the modules.</summary>
internal static partial class ServicesPage
{
    public static string Text()
    {
        var text = new StringBuilder();
        Line(text, "# Services");
        Line(text, $"{Modules.All.Count} services, of which {Modules.AgentGroups.Count} are groups of agents. This page is written by the tests from the code.");
        Line(text, """
            Each service answers under `/{name}` on its internal listener; the gateway alone has a public one. A host runs all of them, or those that `--target` names.
            Options are configuration keys (`--Gateway:Deadline 00:10:00`, or `Gateway__Deadline` in the environment); a backend is chosen with `Backends:{concern}:Provider`.
            """);
        var data = Directory.CreateTempSubdirectory("sutazai-");
        try
        {
            var app = SutazaiApp.Create(["--data", data.FullName, "--urls", "http://127.0.0.1:0"], Modules.All);
            var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().ToList();
            foreach (var module in Modules.All.Where(m => m.Agents is []))
            {
                AddService(text, module, endpoints);
            }

            AddAgentGroups(text, endpoints);
        }
        finally
        {
            data.Delete(recursive: true);
        }

        return text.ToString().TrimEnd() + "\n";
    }

    private static void AddService(StringBuilder text, ServiceModule module, List<RouteEndpoint> endpoints)
    {
        Line(text, $"## {module.Name}");
        AddFacts(text, module);
        AddRoutes(text, "internal route", endpoints.Where(e => e.RoutePattern.RawText!.StartsWith($"/{module.Name}/", StringComparison.Ordinal)));
        if (module.Public is not null)
        {
            AddRoutes(text, "public route", endpoints.Where(e => !Modules.All.Any(m => e.RoutePattern.RawText!.StartsWith($"/{m.Name}/", StringComparison.Ordinal))));
        }

        AddOptions(text, module);
    }

    private static void AddAgentGroups(StringBuilder text, List<RouteEndpoint> endpoints)
    {
        var groups = Modules.All.Where(m => m.Agents is not []).ToList();
        Line(text, "## Groups of agents");
        Line(text, string.Join("\n", groups.Select(m => $"- [{m.Name}](agents/{m.Name}.md): {string.Join(", ", m.Agents.Select(a => a.Id))}")));
        AddFacts(text, groups[0]);
        var prefix = $"/{groups[0].Name}/";
        AddRoutes(text, "internal route of each", endpoints.Where(e => e.RoutePattern.RawText!.StartsWith(prefix, StringComparison.Ordinal)), prefix, "/{group}/");
    }

    private static void AddFacts(StringBuilder text, ServiceModule module)
    {
        var alone = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        module.Add(alone);
        var backends = alone.Services.Select(d => d.ImplementationInstance).OfType<BackendTable>();
        Line(text, $"Calls: {Listed(module.Calls, "nobody")}.");
        foreach (var backend in backends)
        {
            Line(text, $"Backend `{backend.Name}`: {string.Join(", ", backend.Providers.Select(p => p == backend.Chosen ? $"`{p}` (default)" : $"`{p}`"))}.");
        }
    }

    private static void AddRoutes(StringBuilder text, string title, IEnumerable<RouteEndpoint> endpoints, string prefix = "", string shown = "")
    {
        var rows = endpoints
            .Select(e => (Path: prefix.Length > 0 ? e.RoutePattern.RawText!.Replace(prefix, shown, StringComparison.Ordinal) : e.RoutePattern.RawText!,
                Methods: string.Join(", ", e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["any"]),
                Summary: e.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? ""))
            .Select(r => (Path: r.Path is ['/', _, ..] && r.Path.EndsWith('/') ? r.Path[..^1] : r.Path, r.Methods, r.Summary))
            .Distinct().OrderBy(r => r.Path, StringComparer.Ordinal).ThenBy(r => r.Methods, StringComparer.Ordinal).ToList();
        if (rows is [])
        {
            return;
        }

        var summed = rows.Exists(r => r.Summary.Length > 0);
        Line(text, string.Join('\n',
        [
            summed ? $"| {title} | method | what |\n| --- | --- | --- |" : $"| {title} | method |\n| --- | --- |",
            .. rows.Select(r => summed ? $"| `{r.Path}` | {r.Methods} | {r.Summary} |" : $"| `{r.Path}` | {r.Methods} |")
        ]));
    }

    /// <summary>The type <c>XOptions</c> in the service's assembly is bound to the section <c>X</c>.</summary>
    private static void AddOptions(StringBuilder text, ServiceModule module)
    {
        var name = string.Concat(module.Name.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
        var assembly = Assembly.Load("Sutazai." + name);
        if (assembly.GetType($"Sutazai.{name}.{name}Options") is not { } type)
        {
            return;
        }

        var said = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            .ToDictionary(m => m.Attribute("name")!.Value, m => m.Element("summary") is { } summary ? Flat(summary) : "");
        var defaults = Activator.CreateInstance(type)!;
        Line(text, string.Join('\n',
        [
            "| option | default | what |\n| --- | --- | --- |",
            .. type.GetProperties().OrderBy(p => p.MetadataToken).Select(p => $"| `{name}:{p.Name}` | {Value(p.GetValue(defaults))} | {said.GetValueOrDefault($"P:{type.FullName}.{p.Name}", "")} |")
        ]));
    }

    private static string Value(object? value) => value switch
    {
        null => "none",
        "" or IDictionary { Count: 0 } => "none",
        IDictionary map => string.Join(", ", map.Keys.Cast<object>().Select(k => $"`{k}` = `{map[k]}`")),
        string said => $"`{said}`",
        IEnumerable many => Listed([.. many.Cast<object>().Select(o => o.ToString()!)], "none"),
        Enum word => $"`{word.ToString().ToLowerInvariant()}`",
        TimeSpan time => $"`{time.ToString("c", CultureInfo.InvariantCulture)}`",
        _ => $"`{JsonSerializer.Serialize(value)}`",
    };

    /// <summary>The words of an XML comment; references by their last name.</summary>
    private static string Flat(XElement summary)
    {
        var words = string.Concat(summary.Nodes().Select(n => n switch
        {
            XText plain => plain.Value,
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement reference => (reference.Attribute("cref") ?? reference.Attribute("name"))?.Value.Split('.')[^1] ?? reference.Value,
            _ => "",
        }));
        return Spaces().Replace(words, " ").Trim();
    }

    private static string Listed(IReadOnlyList<string> names, string none) => names is [] ? none : string.Join(", ", names.Select(n => $"`{n}`"));

    private static void Line(StringBuilder text, string paragraph) => text.Append(paragraph.ReplaceLineEndings("\n")).Append("\n\n");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
