using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Caching.Redis;
using Sutazai.ModelRouter.Caching.Semantic;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Catalog;
using Sutazai.ModelRouter.Dialects;
using Sutazai.ModelRouter.Sharing;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter;

/// <summary>The only caller of a model: every agent and every client that wants one asks here, in Ollama's or OpenAI's API.</summary>
public static class ModelRouterService
{
    public static ServiceModule Module { get; } = new("model-router", Add, Map);

    private static void Add(IHostApplicationBuilder builder)
    {
        builder.AddBackend(
            "models",
            ("none", b => b.Services.AddSingleton(new ModelBackends("none", [], TimeProvider.System))),
            ("ollama", b => b.AddConnectedBackend("ollama", (connection, _) => new OllamaBackend(connection))),
            ("openai", b => b.AddConnectedBackend("openai", (connection, time) => new OpenAIBackend(connection, time))));

        builder.AddBackend("answers", ("memory", _ => { }), ("redis", AddRedis));
        builder.AddBackend("usage", ("sqlite", UsageStore.AddSqlite), ("postgres", UsageStore.AddPostgres));

        var services = builder.Services;
        services.AddOptions<ModelRouterOptions>().BindConfiguration("ModelRouter").ValidateOnStart();
        services.AddSingleton<IValidateOptions<ModelRouterOptions>, ModelRouterOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ModelQueue>();
        services.AddSingleton<ModelShapes>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<ModelTelemetry>();
        services.AddSingleton<ModelCalls>();
        services.AddHostedService<Preloading>();
        services.AddSingleton<AnswerCache>();
        services.AddSingleton<SemanticCache>();
        services.AddSingleton<SharedCalls>();
        services.AddSingleton<UsageLedger>();
        services.AddSingleton<Budgets>();
        services.AddSingleton<UsageMeter>();
        services.AddHostedService<UsageWriter>();
        services.AddSingleton<OllamaApi>();
        services.AddSingleton<OpenAIApi>();
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        OllamaApi.Map(routes);
        OpenAIApi.Map(routes);
        routes.MapGet("/queue", (ModelQueue queue) => queue.Report());
        UsageApi.Map(routes);
        routes.MapGet("/status", (ModelCatalog catalog, CancellationToken cancellationToken) => catalog.StatusAsync(cancellationToken));
    }

    private static void AddRedis(IHostApplicationBuilder builder)
    {
        var connection = RedisAnswers.Read(builder.Configuration);
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<RedisAnswers>(services, connection));
    }

    /// <summary>Reads the connection string now, so that a wrong one stops the start.</summary>
    private static void AddConnectedBackend(this IHostApplicationBuilder builder, string name, Func<BackendConnection, TimeProvider, IModelBackend> create)
    {
        var connections = BackendConnection.Read(builder.Configuration, name);
        builder.Services.AddSingleton(services =>
        {
            var time = services.GetRequiredService<TimeProvider>();
            return new ModelBackends(name, [.. connections.Select(c => create(c, time))], time);
        });
    }
}
