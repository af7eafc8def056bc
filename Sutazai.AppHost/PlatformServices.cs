namespace Sutazai.AppHost;

internal static class PlatformServices
{
    /// <summary>Adds one of our own processes, with its one HTTP endpoint and the key that signs the caller's identity between services.</summary>
    /// <param name="port">A fixed port, where people must find the service; others get a free one.</param>
    public static IResourceBuilder<ProjectResource> AddService<TProject>(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> internalKey, int? port = null)
        where TProject : IProjectMetadata, new() =>
        // No launch profile: several groups run from one project, and its profile's port cannot serve them all.
        builder.AddProject<TProject>(name, options => options.ExcludeLaunchProfile = true)
            .WithHttpEndpoint(port: port, name: "http")
            .WithHttpHealthCheck("/health/ready", endpointName: "http")
            .WithEnvironment("Internal__Key", internalKey);

    /// <summary>The service finds the others by name, and starts once they are ready.</summary>
    public static IResourceBuilder<ProjectResource> Calls(
        this IResourceBuilder<ProjectResource> service, params IReadOnlyList<IResourceBuilder<ProjectResource>> others)
    {
        foreach (var other in others)
        {
            service.WithReference(other).WaitFor(other);
        }

        return service;
    }

    /// <summary>Where the service's embedded store lives: the folder that the one-process host uses too, so keys and files are the same in both.</summary>
    public static IResourceBuilder<ProjectResource> WithDataFolder(this IResourceBuilder<ProjectResource> service)
    {
        var builder = service.ApplicationBuilder;
        var folder = builder.Configuration["SUTAZAI_DATA"]
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".sutazai");

        // A published container has its volume at a place of its own, and no manifest should hold a path of this machine.
        return service.WithEnvironment("SUTAZAI_DATA", builder.ExecutionContext.IsPublishMode ? "/data" : Path.GetFullPath(folder));
    }

    /// <summary>Connects the router to the model server, and names its models as the router's aliases.</summary>
    public static IResourceBuilder<ProjectResource> WithModelsOf(
        this IResourceBuilder<ProjectResource> router, IResourceBuilder<OllamaResource> ollama)
    {
        foreach (var model in ollama.Resource.Models)
        {
            router.WithEnvironment($"ModelRouter__Aliases__{model.Name}", model.Model);
        }

        // Started, not ready: the server is ready when its models are here, which takes minutes the first time. Until then agents answer without.
        return router.WithEnvironment("Backends__models__Provider", "ollama").WithReference(ollama).WaitForStart(ollama);
    }

    /// <summary>Has the router keep its answers in the cache too, where several of them share them. It does not wait: without the cache it goes on.</summary>
    public static IResourceBuilder<ProjectResource> WithAnswersIn(this IResourceBuilder<ProjectResource> router, IResourceBuilder<RedisResource> redis) =>
        router.WithEnvironment("Backends__answers__Provider", "redis").WithReference(redis);
}
