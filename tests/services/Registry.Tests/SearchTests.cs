using Sutazai.Clients;

namespace Sutazai.Registry.Tests;

public class SearchTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "alpha,beta,csv-tool,gamma")]
    [InlineData("?query=csv", "csv-tool,beta,gamma")]
    [InlineData("?query=CSV", "csv-tool,beta,gamma")]
    [InlineData("?query=csv%20people", "gamma")]
    [InlineData("?query=nothing-has-this", "")]
    [InlineData("?query=%20", "alpha,beta,csv-tool,gamma")]
    [InlineData("?query=%25_%00.*", "")]
    [InlineData("?group=letters", "alpha,beta")]
    [InlineData("?group=LETTERS&query=csv", "beta")]
    [InlineData("?class=W", "gamma")]
    [InlineData("?class=P&group=letters", "alpha,beta")]
    [InlineData("?pageSize=2", "alpha,beta")]
    [InlineData("?pageSize=2&page=2", "csv-tool,gamma")]
    [InlineData("?pageSize=2&page=3", "")]
    public async Task Finds_the_best_first(string query, string expected)
    {
        await using var services = await FakeServices.StartAsync(TimeProvider.System);
        await services.RegisterAsync("first", "a", Cancelled, FakeServices.Agent("beta", "letters", tools: ["read_csv"]), FakeServices.Agent("alpha", "letters"));
        await services.RegisterAsync("second", "a", Cancelled, FakeServices.Agent("gamma", "others", "Writes csv about people.", "W"), FakeServices.Agent("csv-tool", "others"));

        var found = await services.FindAsync(query, Cancelled);

        Assert.Equal(expected, string.Join(',', found));
    }

    [Fact]
    public async Task Counts_all_that_were_found_and_not_the_page()
    {
        await using var services = await FakeServices.StartAsync(TimeProvider.System);
        await services.RegisterAsync("many", "a", Cancelled, [.. Enumerable.Range(0, 120).Select(i => FakeServices.Agent($"agent-{i:000}"))]);

        var page = await services.GetAsync<Page<AgentRow>>("agents?page=3", Cancelled);

        Assert.Equal((120, 3, 50, 20), (page!.Total, page.Number, page.PageSize, page.Items.Count));
        Assert.Equal("agent-100", page.Items[0].Id);
    }

    [Fact]
    public async Task An_agent_is_unhealthy_only_where_no_instance_says_otherwise()
    {
        await using var services = await FakeServices.StartAsync(TimeProvider.System);
        var registry = new RegistryClient(services.Client);
        var sick = new Registration(new Uri("http://sick.example"), "1.0", [], [FakeServices.Agent("agent")], new Dictionary<string, AgentHealth> { ["agent"] = AgentHealth.Unhealthy });

        await registry.RegisterAsync("clinic", "a", sick, Cancelled);
        Assert.Equal(AgentHealth.Unhealthy, (await services.GetAsync<AgentCard>("agents/agent", Cancelled))!.Health);

        await registry.RegisterAsync("clinic", "b", sick with { Health = new Dictionary<string, AgentHealth>() }, Cancelled);
        Assert.Equal(AgentHealth.Healthy, (await services.GetAsync<AgentCard>("agents/agent", Cancelled))!.Health);
    }
}
