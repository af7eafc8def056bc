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
    public static string Version { get; } =
        typeof(SutazaiApp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static Task RunAsync(string[] args, params IReadOnlyList<ServiceModule> modules) =>
        Create(args, modules).RunAsync();

    public static WebApplication Create(string[] args, params IReadOnlyList<ServiceModule> modules)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
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

    private static void AddDefaults(this WebApplicationBuilder builder, List<ServiceModule> hosted)
    {
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        builder.Logging.AddFilter("Polly", LogLevel.Error);
        builder.AddTelemetry(hosted);

        var services = builder.Services;
        services.AddProblems();
        services.AddHealthChecks();
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
        services.AddHostedService<ServiceRegistration>();
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

        longer["data"] = Path.GetFullPath(
            configuration["data"] ?? configuration["SUTAZAI_DATA"] ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".sutazai"));
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
