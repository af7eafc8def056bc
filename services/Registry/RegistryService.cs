namespace Sutazai.Registry;

public static class RegistryService
{
    public static ServiceModule Module { get; } = new("registry", Add, RegistryApi.Map);

    private static void Add(IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<RegistryOptions>().BindConfiguration("Registry").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ServiceTable>();
        builder.Services.AddHostedService<ServiceExpiry>();
    }
}
