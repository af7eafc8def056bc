using CsCheck;
using Sutazai.Clients;

namespace Sutazai.Registry.Tests;

public class DependencyTests
{
    private static readonly string[] s_names = ["postgres", "redis", "redis?", "qdrant", "neo4j?", "rabbitmq"];

    private static readonly Gen<AgentCard[]> s_agents = Gen.Int[0, 5].Array[0, 4]
        .Select(picks => picks.Select(i => s_names[i]).DistinctBy(d => d.TrimEnd('?')).Order(StringComparer.Ordinal).ToArray())
        .Array[0, 40]
        .Select(all => all.Select((dependencies, i) => FakeServices.Agent($"agent-{i:000}", $"group-{i % 3}", dependencies: dependencies)).ToArray());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batches_hold_every_agent_once_and_never_too_many()
    {
        await using var services = await FakeServices.StartAsync(TimeProvider.System);

        await Gen.Select(s_agents, Gen.Int[1, 12]).SampleAsync(
            async (agents, size) =>
            {
                await services.RegisterAsync("fakes", "a", Cancelled, agents);
                var plan = (await services.GetAsync<MigrationPlan>($"agents/migration-batches?size={size}", Cancelled))!;

                Assert.All(plan.Batches, b => Assert.InRange(b.Agents.Count, 1, size));
                Assert.Equal(agents.Select(a => a.Id), plan.Batches.SelectMany(b => b.Agents).Order(StringComparer.Ordinal));
                Assert.Equal(Enumerable.Range(1, plan.Batches.Count), plan.Batches.Select(b => b.Number));
                Assert.Equal((agents.Length + size - 1) / size, plan.Batches.Count);
                foreach (var batch in plan.Batches)
                {
                    var names = batch.Agents.SelectMany(id => agents.Single(a => a.Id == id).Dependencies).Select(d => d.TrimEnd('?'));
                    Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), batch.Dependencies);
                    Assert.InRange(batch.Similarity, 0, 1);
                }
            },
            iter: 30, threads: 1);
    }

    [Fact]
    public async Task Batches_put_together_what_depends_on_the_same()
    {
        await using var services = await FakeServices.StartAsync(TimeProvider.System);
        string[][] kinds = [[], ["redis"], ["postgres", "redis"], ["neo4j", "qdrant"]];
        var agents = Enumerable.Range(0, 20).Select(i => FakeServices.Agent($"agent-{i * 7 % 20:00}", dependencies: kinds[i % 4])).ToArray();
        await services.RegisterAsync("fakes", "a", Cancelled, agents);

        var plan = (await services.GetAsync<MigrationPlan>("agents/migration-batches?size=5", Cancelled))!;

        Assert.All(plan.Batches, b => Assert.Equal(1, b.Similarity));
        Assert.Equal(
            ["", "neo4j,qdrant", "postgres,redis", "redis"],
            plan.Batches.Select(b => string.Join(',', b.Dependencies)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_matrix_is_the_same_as_json_and_as_csv()
    {
        await using var services = await FakeServices.StartAsync(TimeProvider.System);
        await services.RegisterAsync(
            "fakes", "a", Cancelled,
            FakeServices.Agent("none"), FakeServices.Agent("one", dependencies: "redis"), FakeServices.Agent("two", "odd, \"quoted\"", dependencies: ["postgres", "redis?"]));

        var matrix = (await services.GetAsync<DependencyMatrix>("agents/dependencies", Cancelled))!;
        var csv = await services.Client.GetStringAsync("agents/dependencies?format=csv", Cancelled);

        Assert.Equal(["postgres", "redis"], matrix.Dependencies);
        Assert.Equal(
            ["none:None,None", "one:None,Required", "two:Required,Optional"],
            matrix.Rows.Select(r => $"{r.Agent}:{string.Join(',', r.Uses)}"));
        Assert.Equal("agent,group,postgres,redis\r\nnone,fakes,,\r\none,fakes,,required\r\ntwo,\"odd, \"\"quoted\"\"\",required,optional\r\n", csv);
    }

    [Fact]
    public async Task Accept_chooses_the_form_and_an_unknown_one_is_refused()
    {
        await using var services = await FakeServices.StartAsync(TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, "agents/dependencies") { Headers = { Accept = { new("text/csv") } } };

        using var csv = await services.Client.SendAsync(request, Cancelled);
        using var unknown = await services.Client.GetAsync("agents/dependencies?format=xlsx", Cancelled);

        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        Assert.Equal(400, (int)unknown.StatusCode);
    }
}
