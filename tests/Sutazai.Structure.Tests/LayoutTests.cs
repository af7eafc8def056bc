using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sutazai.Structure.Tests;

/// <summary>The tree looks as the house style says.</summary>
public partial class LayoutTests
{
    private static readonly string[] s_root =
    [
        ".ci", ".editorconfig", ".git", ".gitattributes", ".github", ".gitignore", "BannedSymbols.txt", "CONTRIBUTING.md", "Directory.Build.props", "Directory.Packages.props",
        "LICENSE", "README.md", "Sutazai.Agents", "Sutazai.AppHost", "Sutazai.Clients", "Sutazai.Host", "Sutazai.ServiceDefaults", "Sutazai.sln", "Sutazai.slnf",
        "agents", "artifacts", "aspire-manifest.json", "bench", "deploy", "docs", "eng", "global.json", "services", "tests",
    ];

    [Fact]
    public void The_root_holds_only_what_belongs_there() =>
        Assert.Empty(Directory.EnumerateFileSystemEntries(Repository.Root).Select(e => Path.GetFileName(e)).Except(s_root));

    [Fact]
    public void A_project_file_is_short() =>
        Assert.All(Repository.Projects, p => Assert.True(Repository.Lines(p).Length <= 25, $"{p} has {Repository.Lines(p).Length} lines."));

    [Fact]
    public void A_source_file_has_at_most_400_lines() =>
        Assert.DoesNotContain(Repository.Sources.Select(f => (File: f, Repository.Lines(f).Length)), f => f.Length > 400);

    [Fact]
    public void Half_of_the_source_files_are_under_120_lines()
    {
        var lengths = Repository.Sources.Where(f => !f.StartsWith("tests/", StringComparison.Ordinal)).Select(f => Repository.Lines(f).Length).Order().ToList();

        Assert.InRange(lengths[lengths.Count / 2], 1, 119);
    }

    [Fact]
    public void Every_program_is_a_line_or_few() =>
        Assert.DoesNotContain(Repository.Sources, f => Path.GetFileName(f) == "Program.cs" && !f.StartsWith("bench/", StringComparison.Ordinal) && Repository.Lines(f).Length > 25);

    [Fact]
    public void Nothing_bears_a_name_that_says_nothing()
    {
        Assert.DoesNotContain(Repository.Sources, f => EmptyName().IsMatch(Path.GetFileNameWithoutExtension(f)));
        Assert.Empty(
            from file in Repository.Sources
            from line in Repository.Lines(file)
            let declared = Declaration().Match(line)
            where declared.Success && EmptyName().IsMatch(declared.Groups["name"].Value)
            select $"{file}: {declared.Groups["name"].Value}");
    }

    [Fact]
    public void No_service_refers_to_another_and_no_agent_to_a_service()
    {
        foreach (var project in Repository.Projects.Where(p => p.StartsWith("services/", StringComparison.Ordinal) || p.StartsWith("agents/", StringComparison.Ordinal)))
        {
            var names = Repository.References(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')));

            Assert.Empty(names.Except(["Sutazai.ServiceDefaults", "Sutazai.Clients", "Sutazai.Agents"]));
        }
    }

    [Fact]
    public void Only_the_app_host_and_its_tests_need_aspire()
    {
        Assert.All(Repository.Projects, p =>
        {
            var aspire = Repository.References(p, "PackageReference").Any(r => r.StartsWith("Aspire.", StringComparison.Ordinal))
                || string.Join('\n', Repository.Lines(p)).Contains("Aspire.AppHost.Sdk", StringComparison.Ordinal);
            Assert.True(!aspire || p.Contains("Sutazai.AppHost", StringComparison.Ordinal), p);
        });
    }

    [Fact]
    public void The_filter_holds_every_project_but_those_in_order()
    {
        var filter = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "Sutazai.slnf")));
        var listed = filter.RootElement.GetProperty("solution").GetProperty("projects").EnumerateArray().Select(p => p.GetString()!).ToList();

        Assert.Equal(listed.Order(StringComparer.Ordinal), listed);
        Assert.Equal(
            Repository.Projects.Where(p => !p.Contains("Sutazai.AppHost", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            listed.Select(p => p.Replace('\\', '/')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Sutazai.sln"));

        Assert.DoesNotContain(Repository.Projects, p => !solution.Contains($"\"{p.Replace('/', '\\')}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void No_package_exists_to_make_mocks() =>
        Assert.DoesNotContain(Repository.Lines("Directory.Packages.props"), l => Mocks().IsMatch(l));

    [GeneratedRegex("(Manager|Helpers?|Utils?|Utilities|Processor|Orchestrator)$")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"^\s*(public|internal|private|protected|file)[\w\s]*\b(class|record|struct|interface|enum)\s+(?<name>\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex("\"(Moq|NSubstitute|FakeItEasy|JustMock)")]
    private static partial Regex Mocks();
}
