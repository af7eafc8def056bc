using Microsoft.Extensions.Time.Testing;
using Sutazai.Clients;

namespace Sutazai.Registry.Tests;

public class LeaseTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_renews_stays_and_one_that_does_not_goes_with_its_agents()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var services = await FakeServices.StartAsync(time, "--Registry:Lease", "00:00:10");
        Assert.Equal(TimeSpan.FromSeconds(10), await services.RegisterAsync("steady", "a", Cancelled, FakeServices.Agent("steady-agent")));
        await services.RegisterAsync("fleeting", "a", Cancelled, FakeServices.Agent("fleeting-agent"));

        time.Advance(TimeSpan.FromSeconds(7));
        await services.RegisterAsync("steady", "a", Cancelled, FakeServices.Agent("steady-agent"));
        Assert.Equal(["fleeting-agent", "steady-agent"], await services.FindAsync("", Cancelled));
        var routes = await new RegistryClient(services.Client).RoutesAsync(-1, Cancelled);
        var changed = new RegistryClient(services.Client).RoutesAsync(routes.Revision, Cancelled);

        time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(["steady-agent"], (await changed).Services.SelectMany(s => s.Agents));
        Assert.Equal(["steady-agent"], await services.FindAsync("", Cancelled));
        using var gone = await services.Client.GetAsync("agents/fleeting-agent", Cancelled);
        Assert.Equal(404, (int)gone.StatusCode);
    }

    [Fact]
    public async Task A_service_stays_while_any_of_its_instances_does()
    {
        await using var services = await FakeServices.StartAsync(TimeProvider.System);
        await services.RegisterAsync("twice", "a", Cancelled, FakeServices.Agent("agent"));
        await services.RegisterAsync("twice", "b", Cancelled, FakeServices.Agent("agent"));
        var registry = new RegistryClient(services.Client);

        await registry.RemoveAsync("twice", "a", Cancelled);
        Assert.Equal(["agent"], await services.FindAsync("", Cancelled));
        Assert.Equal(["b"], (await services.GetAsync<ServiceRow[]>("services", Cancelled))!.Single(s => s.Name == "twice").Instances.Select(i => i.Id));

        await registry.RemoveAsync("twice", "b", Cancelled);
        Assert.Empty(await services.FindAsync("", Cancelled));
        using var again = await services.Client.DeleteAsync("services/twice/instances/b", Cancelled);
        Assert.Equal(404, (int)again.StatusCode);
    }

    [Fact]
    public async Task Routes_change_when_an_instance_hosts_other_agents()
    {
        await using var services = await FakeServices.StartAsync(TimeProvider.System);
        await services.RegisterAsync("changing", "a", Cancelled, FakeServices.Agent("before"));
        var registry = new RegistryClient(services.Client);
        var before = await registry.RoutesAsync(-1, Cancelled);

        await services.RegisterAsync("changing", "a", Cancelled, FakeServices.Agent("after"));

        var after = await registry.RoutesAsync(before.Revision, Cancelled);
        Assert.Equal(["after"], after.Services.SelectMany(s => s.Agents));
    }
}
