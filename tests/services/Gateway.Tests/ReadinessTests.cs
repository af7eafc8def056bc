using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sutazai.Clients;
using Sutazai.Identity;
using Sutazai.Testing;

namespace Sutazai.Gateway.Tests;

/// <summary>When a process says that it may be sent work: a call that follows must find what is hosted there.</summary>
public sealed class ReadinessTests : IAsyncDisposable
{
    private readonly TaskCompletionSource _registered = new();
    private readonly Channel<RouteTable> _tables = Channel.CreateUnbounded<RouteTable>();
    private ServiceHost? _host;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _registered.TrySetResult();
        return _host?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Is_ready_once_the_registry_lists_the_process_and_the_gateway_knows_every_service_in_it()
    {
        _host = await ServiceHost.StartAsync(
            [RegistryThatAnswersAsTold(), GatewayService.Module, IdentityService.Module], TimeProvider.System,
            "--services:artifacts:http:0=http://127.0.0.1:1", "--services:model-router:http:0=http://127.0.0.1:1");
        Assert.Equal((503, "The registry does not list this process yet. The registry has not named the service 'registry' yet."), await ReadyAsync());

        _registered.SetResult();
        await _tables.Writer.WriteAsync(Table("registry", "gateway"), Cancelled);
        await UntilAsync((503, "The registry has not named the service 'identity' yet. registration is fine."));

        await _tables.Writer.WriteAsync(Table("registry", "gateway", "identity"), Cancelled);
        await UntilAsync((200, "registration is fine. routes is fine."));
    }

    private RouteTable Table(params IReadOnlyList<string> services) => new(services.Count, [.. services.Select(s => new ServiceRoute(s, [_host!.Internal], []))]);

    /// <summary>What it says at first is no JSON, as of a proxy that has no registry behind it.</summary>
    private ServiceModule RegistryThatAnswersAsTold() => new("registry", _ => { }, routes =>
    {
        var (registrations, questions) = (0, 0);
        routes.MapPut("/services/{service}/instances/{instance}", async (CancellationToken gone) =>
        {
            await _registered.Task.WaitAsync(gone);
            return Interlocked.Increment(ref registrations) == 1 ? NoJson() : Results.Json(new Lease(30), SutazaiJson.Options);
        });
        routes.MapGet("/routes", async (CancellationToken gone) =>
            Interlocked.Increment(ref questions) == 1 ? NoJson() : Results.Json(await _tables.Reader.ReadAsync(gone), SutazaiJson.Options));
    });

    private static IResult NoJson() => Results.Text("<html><body>It works!</body></html>", "text/html");

    private async Task UntilAsync((int Status, string Checks) expected)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await ReadyAsync() is var said && said != expected)
        {
            Assert.False(patience.IsCancellationRequested, $"{said.Status} {said.Checks}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancelled);
        }
    }

    private async Task<(int Status, string Checks)> ReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = _host!.Public };
        using var response = await http.GetAsync("health/ready", Cancelled);
        var checks = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled)).GetProperty("checks");
        return ((int)response.StatusCode, string.Join(' ', checks.EnumerateObject().Select(c => c.Value.GetProperty("description").GetString() ?? $"{c.Name} is fine.").Order(StringComparer.Ordinal)));
    }
}
