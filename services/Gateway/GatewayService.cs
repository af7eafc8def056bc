using Sutazai.Clients;

namespace Sutazai.Gateway;

public static class GatewayService
{
    public static ServiceModule Module { get; } = new("gateway", Add, _ => { })
    {
        Calls = ["identity", "registry", "artifacts", "model-router"],
        Public = new PublicSurface(Use, Map),
    };

    private static void Add(IHostApplicationBuilder builder)
    {
        builder.AddIdentityClient();
        builder.Services.AddHttpForwarder();
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration("Gateway").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RouteBook>();
        builder.Services.AddHostedService<RouteRefresh>();
        builder.Services.AddHealthChecks().AddCheck<RouteBook>("routes", tags: [Health.Ready]);
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<RequestLimits>();
        builder.Services.AddSingleton<Forwarding>();
        builder.Services.AddHostedService<OpenListenerCheck>();
        builder.Services.AddHttpClient("model-router", http => http.BaseAddress = new Uri("http://model-router/model-router/"));
        // Before the writer of plain problem details, which would take every problem.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, Refusals.AsProblemWriter>());
        builder.AddApiDocument();
    }

    private static void Use(IApplicationBuilder app)
    {
        app.UseMiddleware<Admission>();
        app.UseApiPage();
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        AgentRoutes.Map(routes);
        ArtifactRoutes.Map(routes);
        KeyRoutes.Map(routes);
        ModelRoutes.Map(routes);
        OperationRoutes.Map(routes);
        routes.MapApiDocument();
    }
}
