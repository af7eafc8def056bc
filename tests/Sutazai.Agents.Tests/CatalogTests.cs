using System.Reflection;
using System.Text.RegularExpressions;
using Sutazai.Host;

namespace Sutazai.Agents.Tests;

/// <summary>What holds for every agent that there is, or will be.</summary>
public partial class CatalogTests
{
    private const double NearlyEqual = 0.8;

    public static TheoryData<string> Agents => Catalog.Names;

    public static TheoryData<string> Groups => [.. Modules.AgentGroups.Select(g => g.Name)];

    /// <summary>The tools that the catalog promises, for the groups that exist.</summary>
    private static readonly Dictionary<string, string[]> s_promised = new()
    {
        ["csv-profiler"] = ["profile", "dialect"],
        ["json-profiler"] = ["paths", "depth"],
        ["parquet-inspector"] = ["schema", "sample", "column_stats"],
        ["spreadsheet-inspector"] = ["sheets", "formulas", "errors"],
        ["data-quality-auditor"] = ["check", "suggest_rules"],
        ["csharp-metrics-analyst"] = ["metrics", "hotspots"],
        ["csharp-dead-code-finder"] = ["unused", "unreachable"],
        ["csharp-api-differ"] = ["surface", "diff"],
        ["csharp-async-auditor"] = ["audit"],
        ["csharp-dependency-mapper"] = ["graph", "cycles", "layers"],
        ["secrets-scanner"] = ["scan", "history"],
        ["pii-redactor"] = ["find", "redact", "restore"],
        ["data-classifier"] = ["classify", "policy"],
        ["log-privacy-auditor"] = ["audit", "fix"],
        ["anonymization-tester"] = ["measure", "generalize"],
        ["log-anomaly-finder"] = ["baseline", "compare"],
        ["log-pattern-miner"] = ["mine", "parse"],
        ["stack-trace-grouper"] = ["parse", "group", "culprit"],
        ["access-log-analyst"] = ["summarize", "scanners", "sessions"],
        ["incident-timeline-builder"] = ["merge", "gaps", "order"],
        ["keyword-extractor"] = ["keywords", "phrases"],
        ["extractive-summarizer"] = ["summarize", "coverage"],
        ["language-detector"] = ["detect", "segments"],
        ["sentiment-scorer"] = ["score", "aspects"],
        ["entity-extractor"] = ["extract", "link"],
    };

    /// <summary>What the catalog says of size, class and dependencies where it is not default, pure and none.</summary>
    private static readonly Dictionary<string, (AgentSize Size, AgentClass Class, string[] Needs)> s_special = new()
    {
        ["parquet-inspector"] = (AgentSize.Heavy, AgentClass.Pure, []),
        ["csharp-metrics-analyst"] = (AgentSize.Heavy, AgentClass.Pure, []),
        ["csharp-dead-code-finder"] = (AgentSize.Heavy, AgentClass.Pure, []),
        ["csharp-api-differ"] = (AgentSize.Heavy, AgentClass.Pure, []),
        ["csharp-async-auditor"] = (AgentSize.Heavy, AgentClass.Pure, []),
        ["csharp-dependency-mapper"] = (AgentSize.Heavy, AgentClass.Pure, ["neo4j?"]),
        ["secrets-scanner"] = (AgentSize.Default, AgentClass.Read, []),
        ["log-anomaly-finder"] = (AgentSize.Default, AgentClass.Pure, ["redis?"]),
    };

    [Fact]
    public void Names_are_unique()
    {
        var names = Modules.AgentGroups.SelectMany(g => g.Agents).Select(a => a.Definition.Name).ToList();

        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void Purposes_are_unique()
    {
        var purposes = Catalog.Entries.Select(a => a.Definition.Purpose).ToList();

        Assert.Equal(purposes.Distinct(StringComparer.OrdinalIgnoreCase), purposes);
    }

    [Theory, MemberData(nameof(Agents))]
    public void Name_is_kebab_case_and_the_types(string agent)
    {
        Assert.Matches(KebabCase(), agent);
        Assert.Equal(Catalog.Entry(agent).Type.Name, agent.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
    }

    [Theory, MemberData(nameof(Agents))]
    public void Purpose_is_one_sentence(string agent) => Assert.Matches(OneSentence(), Catalog.Entry(agent).Definition.Purpose);

    [Theory, MemberData(nameof(Agents))]
    public void Instructions_are_nobody_elses(string agent)
    {
        var own = Words(Catalog.Entry(agent).Definition.Instructions);

        var nearest = Catalog.Entries.Where(other => other.Definition.Name != agent)
            .Select(other => (other.Definition.Name, Likeness: Jaccard(own, Words(other.Definition.Instructions))))
            .MaxBy(other => other.Likeness);

        Assert.True(nearest.Likeness < NearlyEqual, $"{agent} and {nearest.Name} share {nearest.Likeness:P0} of their instructions.");
    }

    [Theory, MemberData(nameof(Agents))]
    public void Instructions_name_a_tool_and_say_more_than_a_platitude(string agent)
    {
        var entry = Catalog.Entry(agent);

        Assert.Contains(entry.Tools, tool => entry.Definition.Instructions.Contains(tool.Name, StringComparison.Ordinal));
        Assert.InRange(Words(entry.Definition.Instructions).Count, 20, 400);
        Assert.DoesNotContain("helpful assistant", entry.Definition.Instructions, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, MemberData(nameof(Agents))]
    public void Examples_name_tools_and_samples_that_exist(string agent)
    {
        var entry = Catalog.Entry(agent);
        var samples = new SampleArtifacts(entry.Type.Assembly);

        Assert.True(entry.Definition.Examples.Count >= 2, $"{agent} has {entry.Definition.Examples.Count} examples; it needs two.");
        Assert.All(entry.Definition.Examples, example =>
        {
            Assert.NotEmpty(example.Calls);
            Assert.Subset(entry.Tools.Select(t => t.Name).ToHashSet(), example.Calls.ToHashSet());
            Assert.All(example.Files, file => Assert.True(samples.Recognises(file), $"{agent}: there is no sample '{file}'."));
        });
        Assert.Contains(entry.Definition.Examples, example => example.Says.Count > 0);
    }

    [Theory, MemberData(nameof(Agents))]
    public void Tools_are_one_to_seven_and_described(string agent)
    {
        var tools = Catalog.Entry(agent).Tools;

        Assert.InRange(tools.Count, 1, 7);
        Assert.Equal(tools.Select(t => t.Name).Distinct(), tools.Select(t => t.Name));
        Assert.All(tools, tool =>
        {
            Assert.Matches(SnakeCase(), tool.Name);
            Assert.Matches(OneSentenceOrMore(), tool.Description);
            Assert.All(tool.Parameters, parameter => Assert.True(
                tool.Schema.GetProperty("properties").GetProperty(parameter.Name).TryGetProperty("description", out var said) && said.GetString()!.Length > 10,
                $"{agent}.{tool.Name}: '{parameter.Name}' has no description."));
        });
    }

    [Theory, MemberData(nameof(Agents))]
    public void Tools_size_class_and_dependencies_are_the_catalogs(string agent)
    {
        var entry = Catalog.Entry(agent);
        var (size, @class, needs) = s_special.GetValueOrDefault(agent, (AgentSize.Default, AgentClass.Pure, []));

        Assert.Equal(s_promised[agent].Order(StringComparer.Ordinal), entry.Tools.Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.Equal((size, @class), (entry.Definition.Size, entry.Definition.Class));
        Assert.Equal(needs, entry.Definition.Dependencies);
    }

    [Theory, MemberData(nameof(Agents))]
    public void Card_says_what_the_definition_says(string agent)
    {
        var (group, entry) = Modules.AgentGroups.SelectMany(g => g.Agents.Select(a => (g, a))).Single(x => x.a.Definition.Name == agent);

        var card = AgentCards.Of(group, entry);

        var definition = entry.Definition;
        Assert.Equal(
            (definition.Name, group.Name, definition.Purpose, definition.Class.ToString(), definition.Size.ToString(), definition.Model.ToString(), definition.Version),
            (card.Id, card.Group, card.Purpose, Pascal(card.Class), Pascal(card.Size), Pascal(card.Model), card.Version));
        Assert.Equal(entry.Tools.Select(t => (t.Name, t.Description)), card.Tools.Select(t => (t.Name, t.Description)));
        Assert.Subset(card.Dependencies.ToHashSet(), definition.Dependencies.ToHashSet());
        Assert.Equal(definition.Examples.Select(e => e.Ask), card.Examples);

        static string Pascal(string word) => char.ToUpperInvariant(word[0]) + word[1..];
    }

    [Theory, MemberData(nameof(Groups))]
    public void Group_has_five_agents_and_a_purpose(string group)
    {
        var found = Modules.AgentGroups.Single(g => g.Name == group);

        Assert.Equal(5, found.Agents.Count);
        Assert.Matches(KebabCase(), group);
        Assert.Matches(OneSentence(), found.Purpose);
    }

    [Fact]
    public void Every_agent_class_is_listed_in_one_group()
    {
        var listed = Modules.AgentGroups.SelectMany(g => g.Agents).Select(a => a.Type.FullName).Order(StringComparer.Ordinal);
        var written = AgentAssemblies().SelectMany(a => a.GetTypes())
            .Where(t => t is { IsClass: true, IsAbstract: false } && t.GetInterfaces().Contains(typeof(IAgent)))
            .Select(t => t.FullName).Order(StringComparer.Ordinal);

        Assert.Equal(written, listed);
    }

    /// <summary>Beside the tests, listed or not.</summary>
    private static IEnumerable<Assembly> AgentAssemblies() => Directory
        .EnumerateFiles(AppContext.BaseDirectory, "Sutazai.Agents.*.dll").Select(Path.GetFileNameWithoutExtension)
        .Where(name => name != "Sutazai.Agents.Tests")
        .Select(name => Assembly.Load(name!));

    private static HashSet<string> Words(string text) => [.. Word().Matches(text).Select(m => m.Value.ToLowerInvariant())];

    private static double Jaccard(HashSet<string> one, HashSet<string> other) => (double)one.Intersect(other).Count() / one.Union(other).Count();

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    private static partial Regex KebabCase();

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();

    /// <summary>A full stop within a name, such as 0.5 or ASP.NET, ends no sentence.</summary>
    [GeneratedRegex(@"^\p{Lu}([^.!?\n]|\.(?=\S))+\.$")]
    private static partial Regex OneSentence();

    [GeneratedRegex(@"^\p{Lu}.+\.$")]
    private static partial Regex OneSentenceOrMore();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
