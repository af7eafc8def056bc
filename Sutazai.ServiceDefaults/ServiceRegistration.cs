using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sutazai.Clients;

namespace Sutazai;

/// <summary>
/// Registers every service hosted here, renews while the process lives, and signs off when it stops. The process is not ready before they all
/// have been registered, for until then nobody is sent here; a registry that fails later takes nothing away.
/// </summary>
internal sealed partial class ServiceRegistration(
    LocalServices local,
    Listeners listeners,
    RegistryClient registry,
    IServiceProvider services,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<ServiceRegistration> logger) : StartedService(lifetime), IHostedLifecycleService, IHealthCheck
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(500);

    private readonly string _instance = RandomNumberGenerator.GetHexString(12, lowercase: true);
    private volatile bool _registered;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_registered ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The registry does not list this process yet."));

    /// <summary>
    /// Signs off before the server stops listening, so that nobody sends new work while that under way is finished, and also where it
    /// takes so long that the host gives it up.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Without this the next renewal would undo it.
        await StopAsync(cancellationToken);
        if (local.Contains("registry"))
        {
            return;
        }

        foreach (var module in local.Modules)
        {
            try
            {
                await registry.RemoveAsync(module.Name, _instance, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                Log.NotRemoved(logger, module.Name, e.Message);
            }
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task RunAsync(CancellationToken stopping)
    {
        var failing = false;
        while (true)
        {
            var wait = s_retry;
            try
            {
                foreach (var module in local.Modules)
                {
                    var lease = await registry.RegisterAsync(module.Name, _instance, Describe(module), stopping);
                    wait = lease / 3;
                }

                (failing, _registered) = (false, true);
            }
            catch (Exception e) when (e is HttpRequestException or JsonException)
            {
                if (!failing)
                {
                    Log.NotRegistered(logger, e.Message);
                }

                failing = true;
            }

            await Task.Delay(wait, clock, stopping);
        }
    }

    private Registration Describe(ServiceModule module) =>
        new(listeners.Advertised, SutazaiApp.Version, module.Calls, module.Agents, module.Health(services));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The registry does not answer; registration is tried again until it does: {Reason}")]
        public static partial void NotRegistered(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Service} could not sign off at the registry, its lease will run out: {Reason}")]
        public static partial void NotRemoved(ILogger logger, string service, string reason);
    }
}
