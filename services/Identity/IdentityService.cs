namespace Sutazai.Identity;

public static class IdentityService
{
    public static ServiceModule Module { get; } = new("identity", Add, IdentityApi.Map);

    private static void Add(IHostApplicationBuilder builder)
    {
        builder.AddBackend("identity", ("sqlite", AddSqlite));
        builder.Services.AddSingleton<KeyStore>();
    }

    private static void AddSqlite(IHostApplicationBuilder builder) =>
        builder.Services.AddDbContextFactory<IdentityDb>((services, options) => IdentityDb.Configure(options, services.GetRequiredService<IConfiguration>()["data"]!));
}
