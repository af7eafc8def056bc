using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Sutazai.AppHost.Tests;

/// <summary>The AppHost's resources, built and never started, so that no container runtime is needed.</summary>
public sealed class ResourceModel : IAsyncLifetime
{
    private IDistributedApplicationTestingBuilder? _builder;
    private DistributedApplication? _app;

    public IReadOnlyList<IResource> Resources => [.. _builder!.Resources];

    public IReadOnlyList<ProjectResource> Services => [.. Resources.OfType<ProjectResource>()];

    public IReadOnlyList<ContainerResource> Containers => [.. Resources.OfType<ContainerResource>()];

    public async ValueTask InitializeAsync()
    {
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sutazai_AppHost>([], TestContext.Current.CancellationToken);
        _app = await _builder.BuildAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_builder is not null)
        {
            await _builder.DisposeAsync();
        }
    }

    public ProjectResource Service(string name) => Services.Single(s => s.Name == name);

    /// <summary>The variables that the resource is given; what is known only at run time stands as the manifest's expression, such as <c>{redis.connectionString}</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> EnvironmentOfAsync(IResource resource) =>
        (await ConfigurationOfAsync(resource)).EnvironmentVariables.ToDictionary();

    public async Task<IReadOnlyList<string>> ArgumentsOfAsync(IResource resource) =>
        [.. (await ConfigurationOfAsync(resource)).Arguments.Select(a => a.Value)];

    private Task<IExecutionConfigurationResult> ConfigurationOfAsync(IResource resource)
    {
        var options = new DistributedApplicationExecutionContextOptions(DistributedApplicationOperation.Publish) { Services = _app!.Services };
        return ExecutionConfigurationBuilder.Create(resource)
            .WithArgumentsConfig()
            .WithEnvironmentVariablesConfig()
            .BuildAsync(new DistributedApplicationExecutionContext(options), cancellationToken: TestContext.Current.CancellationToken);
    }
}
