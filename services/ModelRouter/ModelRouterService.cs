using Microsoft.Extensions.DependencyInjection.Extensions;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Caching;
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
            ("none", b => b.Services.AddSingleton<IModelBackend, NoBackend>()),
            ("ollama", b => b.AddConnectedBackend("ollama", (connection, _) => new OllamaBackend(connection))),
            ("openai", b => b.AddConnectedBackend("openai", (connection, time) => new OpenAIBackend(connection, time))));

        builder.AddBackend("usage", ("sqlite", UsageDb.AddSqlite), ("postgres", UsageDb.AddPostgres));

        var services = builder.Services;
        services.AddOptions<ModelRouterOptions>().BindConfiguration("ModelRouter").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ModelQueue>();
        services.AddSingleton<ModelBreakers>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<ModelTelemetry>();
        services.AddSingleton<ModelCalls>();
        services.AddSingleton<AnswerCache>();
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
        UsageApi.Map(routes);
        routes.MapGet("/status", (ModelCatalog catalog, CancellationToken cancellationToken) => catalog.StatusAsync(cancellationToken));
    }

    /// <summary>Reads the connection string now, so that a wrong one stops the start.</summary>
    private static void AddConnectedBackend(this IHostApplicationBuilder builder, string name, Func<BackendConnection, TimeProvider, IModelBackend> create)
    {
        var connection = BackendConnection.Read(builder.Configuration, name);
        builder.Services.AddSingleton(services => create(connection, services.GetRequiredService<TimeProvider>()));
    }
}
