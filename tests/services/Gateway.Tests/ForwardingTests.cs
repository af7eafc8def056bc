using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sutazai.Clients;
using Sutazai.Identity;
using Sutazai.Registry;
using Sutazai.Testing;

namespace Sutazai.Gateway.Tests;

/// <summary>The way to services that register, move, and die.</summary>
public class ForwardingTests
{
    private static readonly Uri s_nobody = new("http://127.0.0.1:1");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_registers_is_reached_and_one_that_signs_off_is_unknown()
    {
        await using var host = await StartAsync();
        await using var echo = await ServiceHost.StartAsync(Echo());
        using var http = Public(host);
        using var unknown = await AskAsync(http);
        Assert.Equal(404, (int)unknown.StatusCode);

        await RegisterAsync(host, "a", echo.Internal);
        using var answered = await UntilAsync(http, r => r.IsSuccessStatusCode);
        Assert.Equal("local", (await answered.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("caller").GetString());

        await Registry(host).RemoveAsync("echo", "a", Cancelled);
        (await UntilAsync(http, r => (int)r.StatusCode == 404)).Dispose();
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_unavailable_for_now()
    {
        await using var host = await StartAsync();
        using var http = Public(host);
        await RegisterAsync(host, "dead", s_nobody);

        using var response = await UntilAsync(http, r => (int)r.StatusCode != 404);

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        Assert.Contains("'echo'", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_that_cannot_be_reached_is_left_out()
    {
        await using var host = await StartAsync();
        await using var echo = await ServiceHost.StartAsync(Echo());
        using var http = Public(host);
        await RegisterAsync(host, "dead", s_nobody);
        (await UntilAsync(http, r => (int)r.StatusCode == 503)).Dispose();

        await RegisterAsync(host, "live", echo.Internal);
        (await UntilAsync(http, r => r.IsSuccessStatusCode)).Dispose();

        for (var i = 0; i < 6; i++)
        {
            using var response = await AskAsync(http);
            Assert.Equal(200, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task Nothing_secret_and_nothing_forged_reaches_a_service()
    {
        await using var host = await StartAsync();
        await using var echo = await ServiceHost.StartAsync(Echo());
        using var http = Public(host);
        await RegisterAsync(host, "a", echo.Internal);
        (await UntilAsync(http, r => r.IsSuccessStatusCode)).Dispose();
        using var keys = new KeyCommands(host.Data);
        var key = await keys.CreateAsync(new CreateKey("test", [Scopes.AskAgents]), Cancelled);
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/agents/echo-agent/ask") { Content = Json() };
        request.Headers.Add("Authorization", "Bearer " + key.Key);
        request.Headers.Add("x-api-key", key.Key);
        request.Headers.Add("Cookie", "session=secret");
        request.Headers.Add(CallerIdentity.Header, "forged");
        request.Headers.Add(Deadline.Header, "1");
        request.Headers.Add("x-sutazai-timeout", "7.5");

        using var response = await http.SendAsync(request, Cancelled);

        var seen = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal("key:" + key.Id, seen.GetProperty("caller").GetString());
        Assert.DoesNotContain(key.Key, seen.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", seen.GetRawText(), StringComparison.Ordinal);
        Assert.InRange(seen.GetProperty("secondsLeft").GetDouble(), 0.1, 7.5);
    }

    [Fact]
    public async Task A_service_that_is_silent_until_the_deadline_is_given_up_with_the_deadline_named()
    {
        var left = new TaskCompletionSource();
        await using var host = await StartAsync();
        await using var silent = await ServiceHost.StartAsync(new ServiceModule("echo", _ => { }, routes => routes.MapPost("/agents/{agent}/ask", async (HttpContext context) =>
        {
            await using var registration = context.RequestAborted.Register(left.SetResult);
            await left.Task;
        })));
        using var http = Public(host);
        await RegisterAsync(host, "a", silent.Internal);
        http.DefaultRequestHeaders.Add("x-sutazai-timeout", "1");
        var before = TimeProvider.System.GetUtcNow();

        using var response = await UntilAsync(http, r => (int)r.StatusCode != 404);

        Assert.Equal(504, (int)response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal("urn:sutazai:problem:deadline-passed", problem.GetProperty("type").GetString());
        var named = DateTimeOffset.Parse(problem.GetProperty("detail").GetString()!.Split(", ")[^1].TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(named, before + TimeSpan.FromSeconds(1), TimeProvider.System.GetUtcNow());
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
    }

    private static Task<ServiceHost> StartAsync() =>
        ServiceHost.StartAsync([RegistryService.Module, GatewayService.Module, IdentityService.Module], TimeProvider.System, "--services:artifacts:http:0=http://127.0.0.1:1", "--services:model-router:http:0=http://127.0.0.1:1");

    /// <summary>A service that tells what reached it.</summary>
    private static ServiceModule Echo() => new("echo", _ => { }, routes => routes.MapPost("/agents/{agent}/ask", (HttpContext context) => Results.Json(new
    {
        caller = Caller.Known(context).Subject,
        headers = context.Request.Headers.Where(h => h.Key is not (CallerIdentity.Header or Deadline.Header)).ToDictionary(h => h.Key, h => h.Value.ToString()),
        secondsLeft = (Deadline.Of(context)!.At - TimeProvider.System.GetUtcNow()).TotalSeconds,
    })));

    private static HttpClient Public(ServiceHost host) => new() { BaseAddress = host.Public };

    private static RegistryClient Registry(ServiceHost host) => host.Services.GetRequiredService<RegistryClient>();

    private static Task<TimeSpan> RegisterAsync(ServiceHost host, string instance, Uri address) => Registry(host).RegisterAsync(
        "echo", instance, new Registration(address, "1.0", [], [new AgentCard("echo-agent", "echo", "Echoes.", "P", "normal", "small", [], [], [], "1.0", AgentHealth.Healthy)], new Dictionary<string, AgentHealth>()), Cancelled);

    private static Task<HttpResponseMessage> AskAsync(HttpClient http) => http.PostAsync("api/agents/echo-agent/ask", Json(), Cancelled);

    private static StringContent Json() => new("{}", Encoding.UTF8, "application/json");

    private static async Task<HttpResponseMessage> UntilAsync(HttpClient http, Predicate<HttpResponseMessage> done)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var response = await AskAsync(http);
            if (done(response))
            {
                return response;
            }

            response.Dispose();
            // Less often than the local operator may ask.
            await Task.Delay(TimeSpan.FromMilliseconds(120), patience.Token);
        }
    }
}
