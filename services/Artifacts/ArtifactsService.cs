namespace Sutazai.Artifacts;

public static class ArtifactsService
{
    public static ServiceModule Module { get; } = new("artifacts", Add, ArtifactsApi.Map);

    private static void Add(IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ArtifactsOptions>().BindConfiguration("Artifacts").ValidateDataAnnotations().ValidateOnStart();
        builder.AddBackend("artifacts", ("folder", b => b.Services.AddSingleton<ArtifactFolder>()));
        builder.Services.AddHostedService<ArtifactExpiry>();
    }
}
