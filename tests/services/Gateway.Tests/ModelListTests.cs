using System.Text.Json;
using Sutazai.Identity;
using Sutazai.ModelRouter;
using Sutazai.Registry;
using Sutazai.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.Gateway.Tests;

/// <summary>The list of models, which the gateway makes of the router's and the agents.</summary>
public class ModelListTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_the_backends_models_as_the_router_does()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var host = await StartAsync("--ollama", simulator.Address.ToString());
        using var http = new HttpClient { BaseAddress = host.Public };

        using var response = await http.GetAsync("v1/models", Cancelled);

        Assert.Equal((200, "cache=off"), ((int)response.StatusCode, Assert.Single(response.Headers.GetValues("x-router-decision"))));
        var models = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled)).GetProperty("data");
        Assert.Contains("llama3.2:1b", models.EnumerateArray().Select(m => m.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Says_why_the_backends_models_are_not_in_the_list()
    {
        await using var host = await StartAsync("--ollama", "http://127.0.0.1:1");

        Assert.Equal((200, "refused=backend_unreachable", 0), await ListAsync(host));
    }

    [Fact]
    public async Task Says_that_the_router_is_not_there()
    {
        await using var host = await ServiceHost.StartAsync(
            [RegistryService.Module, GatewayService.Module, IdentityService.Module], TimeProvider.System, "--services:artifacts:http:0=http://127.0.0.1:1", "--services:model-router:http:0=http://127.0.0.1:1");

        Assert.Equal((200, "refused=unavailable", 0), await ListAsync(host));
    }

    private static async Task<(int Status, string Decision, int Models)> ListAsync(ServiceHost host)
    {
        using var http = new HttpClient { BaseAddress = host.Public };
        using var response = await http.GetAsync("v1/models", Cancelled);
        var list = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("list", list.GetProperty("object").GetString());
        return ((int)response.StatusCode, Assert.Single(response.Headers.GetValues("x-router-decision")), list.GetProperty("data").GetArrayLength());
    }

    private static Task<ServiceHost> StartAsync(params string[] settings) => ServiceHost.StartAsync(
        [RegistryService.Module, GatewayService.Module, IdentityService.Module, ModelRouterService.Module], TimeProvider.System,
        ["--services:artifacts:http:0=http://127.0.0.1:1", "--ModelRouter:Preload=false", .. settings]);
}
