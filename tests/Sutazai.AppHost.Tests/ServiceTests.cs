using Aspire.Hosting.ApplicationModel;
using Sutazai.Host;

namespace Sutazai.AppHost.Tests;

public sealed class ServiceTests(ResourceModel model) : IClassFixture<ResourceModel>
{
    public static TheoryData<string> Names => [.. Modules.All.Select(m => m.Name)];

    [Fact]
    public void Every_module_is_a_resource_and_nothing_else_is_a_service() =>
        Assert.Equal(Modules.All.Select(m => m.Name).Order(), model.Services.Select(s => s.Name).Order());

    [Theory, MemberData(nameof(Names))]
    public async Task Service_is_told_where_everything_is_that_it_calls(string service)
    {
        var environment = await model.EnvironmentOfAsync(model.Service(service));

        var missing = CallsOf(service).Where(c => environment.GetValueOrDefault($"services__{c}__http__0") != $"{{{c}.bindings.http.url}}");
        Assert.Empty(missing);
    }

    [Theory, MemberData(nameof(Names))]
    public void Service_starts_when_everything_is_ready_that_it_calls(string service)
    {
        var awaited = model.Service(service).Annotations.OfType<WaitAnnotation>().Where(w => w.WaitType == WaitType.WaitUntilHealthy).Select(w => w.Resource.Name);

        Assert.Superset(CallsOf(service), awaited.ToHashSet());
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Service_signs_with_the_one_internal_key(string service) =>
        Assert.Equal("{internal-key.value}", (await model.EnvironmentOfAsync(model.Service(service)))["Internal__Key"]);

    [Theory, MemberData(nameof(Names))]
    public void Service_is_healthy_when_it_says_that_it_is_ready(string service) =>
        Assert.Equal($"{service}_http_/health/ready_200_check", Assert.Single(model.Service(service).Annotations.OfType<HealthCheckAnnotation>()).Key);

    [Fact]
    public async Task Process_of_a_group_hosts_that_group_only()
    {
        foreach (var group in Modules.AgentGroups)
        {
            Assert.Equal(["--target", group.Name], await model.ArgumentsOfAsync(model.Service(group.Name)));
        }
    }

    [Fact]
    public async Task Gateway_reaches_every_agent_service()
    {
        var environment = await model.EnvironmentOfAsync(model.Service("gateway"));

        Assert.All(Modules.AgentGroups, g => Assert.Contains($"services__{g.Name}__http__0", environment.Keys));
    }

    [Fact]
    public void Only_the_gateway_is_reached_from_outside() =>
        Assert.Equal(["gateway"], model.Resources.Where(r => r.Annotations.OfType<EndpointAnnotation>().Any(e => e.IsExternal)).Select(r => r.Name));

    [Fact]
    public async Task Router_speaks_to_the_model_server()
    {
        var environment = await model.EnvironmentOfAsync(model.Service("model-router"));

        Assert.Equal("ollama", environment["Backends__models__Provider"]);
        Assert.Equal("{ollama.connectionString}", environment["ConnectionStrings__ollama"]);
        Assert.Equal("llama3.2:3b", environment["ModelRouter__Aliases__base-llm"]);
        Assert.Equal("llama3.2:1b", environment["ModelRouter__Aliases__base-nlp"]);
        Assert.Equal("nomic-embed-text", environment["ModelRouter__Aliases__base-embed"]);
        Assert.Equal("redis", environment["Backends__answers__Provider"]);
        Assert.Equal("{redis.connectionString}", environment["ConnectionStrings__redis"]);
    }

    [Theory, InlineData("identity"), InlineData("artifacts"), InlineData("model-router")]
    public async Task Service_with_a_store_of_its_own_keeps_it_in_the_data_folder(string service) =>
        Assert.NotEmpty((await model.EnvironmentOfAsync(model.Service(service)))["SUTAZAI_DATA"]);

    // Every service registers itself, whether or not it calls the registry for more.
    private static HashSet<string> CallsOf(string service) =>
        [.. Modules.All.Single(m => m.Name == service).Calls.Append("registry").Where(c => c != service)];
}
