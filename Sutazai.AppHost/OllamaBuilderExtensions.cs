using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sutazai.AppHost;

internal static partial class OllamaBuilderExtensions
{
    public static IResourceBuilder<OllamaResource> AddOllama(this IDistributedApplicationBuilder builder, [ResourceName] string name, string tag)
    {
        var ollama = new OllamaResource(name);

        return builder.AddResource(ollama)
            .WithImage("ollama/ollama", tag)
            .WithImageRegistry("docker.io")
            .WithHttpEndpoint(targetPort: 11434, name: ollama.PrimaryEndpoint.EndpointName)
            .WithHttpHealthCheck("/", endpointName: ollama.PrimaryEndpoint.EndpointName);
    }

    public static IResourceBuilder<OllamaResource> WithDataVolume(this IResourceBuilder<OllamaResource> builder, string name) =>
        builder.WithVolume(name, "/root/.ollama");

    /// <summary>Downloads the model once the server answers, and shows how far it is as a resource of its own.</summary>
    public static IResourceBuilder<OllamaResource> WithModel(this IResourceBuilder<OllamaResource> builder, [ResourceName] string name, string model)
    {
        var resource = new OllamaModelResource(name, model, builder.Resource);
        builder.Resource.Add(resource);
        builder.ApplicationBuilder.AddResource(resource).WithInitialState(new CustomResourceSnapshot
        {
            ResourceType = "OllamaModel",
            State = KnownResourceStates.Waiting,
            Properties = [new("Model", model)],
        });

        return builder.OnResourceReady((_, ready, cancellationToken) => PullAsync(resource, ready.Services, cancellationToken));
    }

    private static async Task PullAsync(OllamaModelResource model, IServiceProvider services, CancellationToken cancellationToken)
    {
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        var logger = services.GetRequiredService<ResourceLoggerService>().GetLogger(model);
        try
        {
            using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(model.Name);
            client.BaseAddress = new Uri(model.Parent.PrimaryEndpoint.Url);
            client.Timeout = Timeout.InfiniteTimeSpan;
            await foreach (var progress in OllamaPull.RunAsync(client, model.Model, cancellationToken))
            {
                await ShowAsync(new(progress, KnownResourceStateStyles.Info));
            }

            await ShowAsync(new(KnownResourceStates.Running, KnownResourceStateStyles.Success));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            Log.PullFailed(logger, e, model.Model);
            await ShowAsync(new(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error));
        }

        Task ShowAsync(ResourceStateSnapshot state) => notifications.PublishUpdateAsync(model, snapshot => snapshot with { State = state });
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Model '{Model}' could not be downloaded; agents that want it answer without a model.")]
        public static partial void PullFailed(ILogger logger, Exception exception, string model);
    }
}
