using Sutazai.Host;
using Sutazai.Testing;

namespace Sutazai.Agents.Tests.Documents;

/// <summary>The generated pages say what the code says; UPDATE_DOCS=1 writes them.</summary>
public class DocumentTests
{
    public static TheoryData<string> Groups => [.. Modules.AgentGroups.Select(g => g.Name)];

    [Theory, MemberData(nameof(Groups))]
    public async Task Page_of_a_group_says_what_the_code_says(string group) => Assert.Null(await Repository.DriftAsync(
        $"docs/agents/{group}.md", AgentPages.Group(Modules.AgentGroups.Single(g => g.Name == group)), TestContext.Current.CancellationToken));

    [Fact]
    public async Task Index_of_agents_says_what_the_code_says() => Assert.Null(await Repository.DriftAsync(
        "docs/agents/README.md", AgentPages.Index(), TestContext.Current.CancellationToken));

    [Fact]
    public async Task Page_of_services_says_what_the_code_says() => Assert.Null(await Repository.DriftAsync(
        "docs/services.md", ServicesPage.Text(), TestContext.Current.CancellationToken));

    [Fact]
    public void There_is_no_page_without_a_group()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/agents"), "*.md").Select(Path.GetFileNameWithoutExtension);

        Assert.Equal(Modules.AgentGroups.Select(g => g.Name).Append("README").Order(StringComparer.Ordinal), pages.Order(StringComparer.Ordinal));
    }
}
