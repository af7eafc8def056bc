using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Sutazai.Testing;

/// <summary>Some services in one process, in this test process, on free ports and a data folder of their own.</summary>
public sealed class ServiceHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo? _ownData;

    private ServiceHost(WebApplication app, DirectoryInfo? ownData) => (_app, _ownData) = (app, ownData);

    public IServiceProvider Services => _app.Services;

    public Uri Internal => Services.GetRequiredService<Listeners>().Internal;

    public Uri Public => Services.GetRequiredService<Listeners>().Public[0];

    public string Data => _app.Configuration["data"]!;

    public static Task<ServiceHost> StartAsync(ServiceModule module, params string[] settings) => StartAsync([module], TimeProvider.System, settings);

    /// <param name="settings">Further command-line arguments; <c>--data</c> among them keeps the folder when the host ends.</param>
    public static async Task<ServiceHost> StartAsync(IReadOnlyList<ServiceModule> modules, TimeProvider time, params string[] settings)
    {
        var ownData = settings.Contains("--data") ? null : Directory.CreateTempSubdirectory("sutazai-");
        string[] data = ownData is null ? [] : ["--data", ownData.FullName];
        var timed = modules[0] with
        {
            Add = builder =>
            {
                builder.Services.Replace(ServiceDescriptor.Singleton(time));
                modules[0].Add(builder);
            },
        };
        var app = SutazaiApp.Create(
            ["--urls", "http://127.0.0.1:0", "--Internal:Key", "a key that only this test's hosts know", "--Logging:LogLevel:Default", "Critical", .. data, .. settings],
            [timed, .. modules.Skip(1)]);
        await app.StartAsync();
        return new ServiceHost(app, ownData);
    }

    /// <summary>A client of the internal listener that speaks for a caller.</summary>
    public HttpClient ClientOf(Caller caller) =>
        new(new SignedIdentity(Services.GetRequiredService<CallerIdentity>(), caller)) { BaseAddress = Internal, Timeout = TimeSpan.FromMinutes(1) };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _ownData?.Delete(recursive: true);
    }
}
