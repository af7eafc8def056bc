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
    public async Task Does_not_pass_agents_alone_off_as_all_models_there_are()
    {
        await using var host = await StartAsync("--ollama", "http://127.0.0.1:1");
        using var http = new HttpClient { BaseAddress = host.Public };

        using var response = await http.GetAsync("v1/models", Cancelled);

        Assert.Equal(
            (502, """{"error":{"message":"the model backend 'ollama' cannot be reached","type":"api_error","param":null,"code":"backend_unreachable"}}"""),
            ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled)));
        Assert.Equal("refused=backend_unreachable", Assert.Single(response.Headers.GetValues("x-router-decision")));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Says_in_openais_shape_that_the_router_is_not_there()
    {
        await using var host = await ServiceHost.StartAsync(
            [RegistryService.Module, GatewayService.Module, IdentityService.Module], TimeProvider.System, "--services:artifacts:http:0=http://127.0.0.1:1", "--services:model-router:http:0=http://127.0.0.1:1");
        using var http = new HttpClient { BaseAddress = host.Public };

        using var response = await http.GetAsync("v1/models", Cancelled);

        Assert.Equal((503, TimeSpan.FromSeconds(1)), ((int)response.StatusCode, response.Headers.RetryAfter?.Delta));
        var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled)).GetProperty("error");
        Assert.Equal(("api_error", "unavailable"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
    }

    private static Task<ServiceHost> StartAsync(params string[] settings) => ServiceHost.StartAsync(
        [RegistryService.Module, GatewayService.Module, IdentityService.Module, ModelRouterService.Module], TimeProvider.System,
        ["--services:artifacts:http:0=http://127.0.0.1:1", "--ModelRouter:Preload=false", .. settings]);
}
