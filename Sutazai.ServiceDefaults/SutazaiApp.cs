using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sutazai.Clients;

namespace Sutazai;

/// <summary>Runs any set of <see cref="ServiceModule"/>s in one process: one for a microservice, all for the single binary.</summary>
public static class SutazaiApp
{
    /// <summary>Libraries that log what nobody would act on.</summary>
    private static readonly (string Category, LogLevel Level)[] s_quiet =
    [
        ("Microsoft.AspNetCore", LogLevel.Warning),
        ("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error),
        ("Microsoft.EntityFrameworkCore", LogLevel.Warning),
        ("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical),
        ("Microsoft.Hosting.Lifetime", LogLevel.Warning),
        ("System.Net.Http.HttpClient", LogLevel.Warning),
        ("Polly", LogLevel.Error),
        // It warns of clients that break off; the gateway says itself which service failed.
        ("Yarp", LogLevel.Error),
    ];

    public static string Version { get; } =
        typeof(SutazaiApp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static async Task RunAsync(string[] args, params IReadOnlyList<ServiceModule> modules)
    {
        await using var app = Create(args, modules);
        await app.StartAsync();
        await Banner.WriteAsync(app, Console.Out);
        await app.WaitForShutdownAsync();
    }

    public static WebApplication Create(string[] args, params IReadOnlyList<ServiceModule> modules)
    {
        // Nothing here reads configuration twice, and a watcher for each host is more than some machines allow.
        string[] unwatched = [.. args, "--hostBuilder:reloadConfigOnChange=false"];
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = unwatched, ContentRootPath = AppContext.BaseDirectory });
        builder.AddShortcuts();
        var hosted = Select(modules, builder.Configuration["target"]);

        Listeners.Add(builder, hosted.Any(m => m.Public is not null));
        builder.AddDefaults(hosted);
        foreach (var module in hosted)
        {
            module.Add(builder);
        }

        var app = builder.Build();
        app.UseDefaults(hosted);
        foreach (var module in hosted)
        {
            module.Map(app.MapGroup($"/{module.Name}").WithTags(module.Name).ExcludeFromDescription());
            module.Public?.Map(app);
        }

        return app;
    }

    /// <summary>The folder that embedded stores live in: as given, or <c>SUTAZAI_DATA</c>, or <c>~/.sutazai</c>.</summary>
    public static string DataFolder(string? given) => Path.GetFullPath(
        given ?? Environment.GetEnvironmentVariable("SUTAZAI_DATA") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".sutazai"));

    private static void AddDefaults(this WebApplicationBuilder builder, List<ServiceModule> hosted)
    {
        foreach (var (category, level) in s_quiet)
        {
            builder.Logging.AddFilter(category, level);
        }

        builder.AddTelemetry(hosted);

        var services = builder.Services;
        services.AddProblems();
        services.AddHttpContextAccessor();
        services.AddServiceDiscovery();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new LocalServices(hosted));
        services.AddSingleton<CallerIdentity>();
        services.AddTransient<LocalServiceHandler>();
        services.AddTransient<CallerIdentityHandler>();
        services.ConfigureHttpJsonOptions(options => SutazaiJson.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(25));
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddResilience();
            http.AddHttpMessageHandler<CallerIdentityHandler>();
            http.AddServiceDiscovery();
            http.AddHttpMessageHandler<LocalServiceHandler>();
        });
        builder.AddRegistryClient();
        builder.AddModelRouterClient();
        services.AddSingleton<ServiceRegistration>();
        services.AddHostedService(provider => provider.GetRequiredService<ServiceRegistration>());
        services.AddHealthChecks().AddCheck<ServiceRegistration>("registration", tags: [Health.Ready]);
    }

    private static void UseDefaults(this WebApplication app, List<ServiceModule> hosted)
    {
        app.UseProblems();
        app.UseMiddleware<ListenerGate>();
        app.UseRouting();
        foreach (var surface in hosted.Select(m => m.Public).OfType<PublicSurface>())
        {
            app.UseWhen(context => !Listeners.IsInternal(context) && !context.Request.Path.StartsWithSegments("/health"), branch => surface.Use(branch));
        }

        app.MapHealth();
        app.MapPrometheusScrapingEndpoint().ExcludeFromDescription().RequireScope(Scopes.ReadOperations);
    }

    /// <summary><c>--ollama URL</c> and <c>--data DIR</c> are short for the configuration that they stand for.</summary>
    private static void AddShortcuts(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        Dictionary<string, string?> longer = [];
        if (configuration["ollama"] is { Length: > 0 } ollama)
        {
            longer["Backends:models:Provider"] = "ollama";
            longer["ConnectionStrings:ollama"] = $"Endpoint={ollama}";
        }

        longer["data"] = DataFolder(configuration["data"]);
        configuration.AddInMemoryCollection(longer);
    }

    private static List<ServiceModule> Select(IReadOnlyList<ServiceModule> modules, string? target)
    {
        if (target is null or "all")
        {
            return [.. modules];
        }

        var byName = modules.ToDictionary(m => m.Name);
        return
        [
            .. target.Split(',', StringSplitOptions.TrimEntries).Distinct().Select(name =>
                byName.TryGetValue(name, out var module)
                    ? module
                    : throw new InvalidOperationException($"No service named '{name}'. Known: {string.Join(", ", byName.Keys)}."))
        ];
    }
}
