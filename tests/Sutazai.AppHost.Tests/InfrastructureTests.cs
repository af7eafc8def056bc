using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;

namespace Sutazai.AppHost.Tests;

public sealed partial class InfrastructureTests(ResourceModel model) : IClassFixture<ResourceModel>
{
    [Fact]
    public void Six_servers_stand_below_the_services() =>
        Assert.Equal(["neo4j", "ollama", "postgres", "qdrant", "rabbitmq", "redis"], model.Containers.Select(c => c.Name).Order());

    [Fact]
    public void Every_image_is_pinned_to_a_version() =>
        Assert.All(model.Containers, c => Assert.Matches(Version(), Assert.Single(c.Annotations.OfType<ContainerImageAnnotation>()).Tag));

    [Fact]
    public void Every_server_keeps_its_data_in_a_named_volume_of_its_own()
    {
        var volumes = model.Containers.SelectMany(c => c.Annotations.OfType<ContainerMountAnnotation>()).ToList();

        Assert.All(volumes, v => Assert.Equal(ContainerMountType.Volume, v.Type));
        Assert.Equal(model.Containers.Select(c => $"sutazai-{c.Name}").Order(), volumes.Select(v => v.Source).Order());
    }

    [Fact]
    public void Every_server_has_a_health_check() =>
        Assert.All(model.Containers, c => Assert.NotEmpty(c.Annotations.OfType<HealthCheckAnnotation>()));

    [Fact]
    public void Every_parameter_is_a_secret_that_makes_itself()
    {
        var parameters = model.Resources.OfType<ParameterResource>().ToList();

        Assert.All(parameters, p => Assert.True(p.Secret && p.Default is not null, p.Name));
        Assert.Equal(
            ["internal-key", "neo4j-password", "postgres-password", "qdrant-key", "rabbitmq-password", "redis-password"],
            parameters.Select(p => p.Name).Order());
    }

    [Fact]
    public async Task Model_server_never_looks_for_a_GPU_and_works_on_one_request_at_a_time()
    {
        var environment = await model.EnvironmentOfAsync(Container("ollama"));

        Assert.Equal("-1", environment["CUDA_VISIBLE_DEVICES"]);
        Assert.Equal("4", environment["OMP_NUM_THREADS"]);
        Assert.Equal("1", environment["OLLAMA_NUM_PARALLEL"]);
        Assert.Equal("-1", environment["OLLAMA_KEEP_ALIVE"]);
    }

    [Theory]
    [InlineData("ollama", "Endpoint={ollama.bindings.http.url}")]
    [InlineData("base-llm", "{ollama.connectionString};Model=llama3.2:3b")]
    [InlineData("neo4j", "Endpoint={neo4j.bindings.http.url};Username=neo4j;Password={neo4j-password.value}")]
    public void Resource_of_our_own_has_the_connection_string_that_services_read(string name, string expected) =>
        Assert.Equal(expected, ((IResourceWithConnectionString)model.Resources.Single(r => r.Name == name)).ConnectionStringExpression.ValueExpression);

    [Fact]
    public async Task Graph_store_starts_with_the_generated_password() =>
        Assert.Equal("neo4j/{neo4j-password.value}", (await model.EnvironmentOfAsync(Container("neo4j")))["NEO4J_AUTH"]);

    [Fact]
    public void Start_order_has_no_cycle()
    {
        Dictionary<IResource, bool> settled = [];
        Assert.All(model.Resources, Visit);

        void Visit(IResource resource)
        {
            Assert.True(settled.TryAdd(resource, false) || settled[resource], $"'{resource.Name}' waits for itself.");
            if (!settled[resource])
            {
                foreach (var awaited in resource.Annotations.OfType<WaitAnnotation>())
                {
                    Visit(awaited.Resource);
                }

                settled[resource] = true;
            }
        }
    }

    private ContainerResource Container(string name) => model.Containers.Single(c => c.Name == name);

    [GeneratedRegex(@"^v?\d+\.\d+(\.\d+)?(-community)?$")]
    private static partial Regex Version();
}
