using System.Net.Http.Json;
using System.Text.Json;
using Sutazai.Clients;
using Sutazai.Identity;
using Sutazai.Testing;

namespace Sutazai.EndToEnd.Tests;

/// <summary>Keys made and revoked on the data folder while the platform runs on it.</summary>
public class KeyTests(SharedFleets fleets)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task A_key_is_taken_in_either_header_until_it_is_revoked(Topology topology)
    {
        var fleet = await fleets[topology];
        var key = await fleet.Fleet.CreateKeyAsync(null, Scopes.ReadAgents);
        using var bearer = fleet.Fleet.ClientWithKey(key.Key);
        using var plain = fleet.Fleet.ClientWithKey(null);
        plain.DefaultRequestHeaders.Add("x-api-key", key.Key);

        Assert.Equal(200, await StatusAsync(bearer, "api/agents?pageSize=1"));
        Assert.Equal(200, await StatusAsync(plain, "api/agents?pageSize=1"));

        using (var keys = new KeyCommands(fleet.Fleet.Data))
        {
            Assert.Equal([key.Id], await keys.RevokeAsync(key.Id, Cancelled));
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await StatusAsync(bearer, "api/agents?pageSize=1") != 401)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(110), patience.Token);
        }

        using var refused = await plain.GetAsync("api/agents", Cancelled);
        await ProblemAssert.ReadAsync(refused, 401, "unauthenticated", Cancelled);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Theory]
    [InlineData("nonsense"), InlineData("sk-sutazai-0000000000000000000000000000000000000000000"), InlineData("' OR 1=1 --")]
    public async Task An_unknown_key_is_refused_in_the_clients_shape(string key)
    {
        var fleet = await fleets[Topology.OneProcess];
        using var client = fleet.Fleet.ClientWithKey(key);

        using var native = await client.GetAsync("api/agents", Cancelled);
        using var openAI = await client.GetAsync("v1/models", Cancelled);
        using var ollama = await client.GetAsync("api/tags", Cancelled);

        await ProblemAssert.ReadAsync(native, 401, "unauthenticated", Cancelled);
        Assert.Equal(401, (int)openAI.StatusCode);
        Assert.Equal("authentication_error", (await openAI.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(401, (int)ollama.StatusCode);
        Assert.Equal(JsonValueKind.String, (await ollama.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("error").ValueKind);
    }

    [Fact]
    public async Task A_scope_that_was_not_granted_is_denied()
    {
        var fleet = await fleets[Topology.OneProcess];
        (string Method, string Path, string[] Allowed)[] routes =
        [
            ("GET", "api/agents", [Scopes.ReadAgents, Scopes.AskAgents]),
            ("GET", "api/agents/csv-profiler", [Scopes.ReadAgents, Scopes.AskAgents]),
            ("GET", "api/agents/dependencies", [Scopes.ReadAgents, Scopes.AskAgents]),
            ("POST", "api/agents/csv-profiler/ask", [Scopes.AskAgents]),
            ("POST", "api/agents/csv-profiler/tools/profile", [Scopes.AskAgents]),
            ("POST", "api/artifacts", [Scopes.AskAgents]),
            ("GET", "api/artifacts/x", [Scopes.AskAgents]),
            ("GET", "api/keys", [Scopes.ManageKeys]),
            ("POST", "api/keys", [Scopes.ManageKeys]),
            ("DELETE", "api/keys/x", [Scopes.ManageKeys]),
            ("GET", "api/services", [Scopes.ReadOperations]),
            ("GET", "metrics", [Scopes.ReadOperations]),
            ("GET", "api/usage", [.. Scopes.All]),
            ("POST", "api/chat", [Scopes.UseModels]),
            ("GET", "api/tags", [Scopes.UseModels]),
            ("POST", "v1/completions", [Scopes.UseModels]),
            ("POST", "v1/embeddings", [Scopes.UseModels]),
            ("GET", "v1/models", [Scopes.ReadAgents, Scopes.AskAgents]),
        ];
        foreach (var scope in Scopes.All)
        {
            var key = await fleet.Fleet.CreateKeyAsync(new KeyQuota(1000, 1000, 100), scope);
            using var client = fleet.Fleet.ClientWithKey(key.Key);
            foreach (var (method, path, allowed) in routes)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? SharedFleet.Json("{}") : null };
                using var response = await client.SendAsync(request, Cancelled);

                Assert.True(allowed.Contains(scope) == ((int)response.StatusCode != 403), $"{method} {path} with {scope} answers {(int)response.StatusCode}.");
            }
        }
    }

    [Fact]
    public async Task A_model_may_not_be_called_with_a_key_for_agents_only()
    {
        var fleet = await fleets[Topology.OneProcess];
        var key = await fleet.Fleet.CreateKeyAsync(null, Scopes.AskAgents);
        using var client = fleet.Fleet.ClientWithKey(key.Key);

        using var response = await client.PostAsync("v1/chat/completions", SharedFleet.Json("""{"model":"llama3.2:1b","messages":[]}"""), Cancelled);

        Assert.Equal(403, (int)response.StatusCode);
        Assert.Equal("permission_error", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("error").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("Host", "evil.example"), InlineData("Host", "sutazai.local"), InlineData("Host", "127.0.0.1.evil.example")]
    [InlineData("Origin", "https://evil.example"), InlineData("Origin", "null"), InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Another_sites_page_cannot_speak_for_the_local_operator(string header, string value)
    {
        var fleet = await fleets[Topology.OneProcess];
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/agents?pageSize=1");
        request.Headers.TryAddWithoutValidation(header, value);

        using var response = await fleet.Fleet.Client.SendAsync(request, Cancelled);

        await ProblemAssert.ReadAsync(response, 403, "foreign-origin", Cancelled);
    }

    [Theory, InlineData("Host", "sutazai.local"), InlineData("Origin", "https://tools.example")]
    public async Task With_a_key_any_name_and_page_will_do(string header, string value)
    {
        var fleet = await fleets[Topology.OneProcess];
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/agents?pageSize=1");
        request.Headers.TryAddWithoutValidation(header, value);

        using var response = await fleet.Client.SendAsync(request, Cancelled);

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task Keys_are_made_listed_and_revoked_over_http()
    {
        var fleet = await fleets[Topology.OneProcess];
        using var created = await fleet.Client.PostAsync("api/keys", SharedFleet.Json("""{"name":"over http","scopes":["agents:read"],"quota":{"rate":1,"burst":2,"concurrency":3}}"""), Cancelled);
        Assert.Equal(201, (int)created.StatusCode);
        var key = JsonElement.Parse(await created.Content.ReadAsStringAsync(Cancelled));

        var listed = await fleet.Client.GetStringAsync("api/keys?pageSize=500", Cancelled);
        using var revoked = await fleet.Client.DeleteAsync($"api/keys/{key.GetProperty("id").GetString()}", Cancelled);
        using var again = await fleet.Client.DeleteAsync($"api/keys/{key.GetProperty("id").GetString()}", Cancelled);

        Assert.Contains(key.GetProperty("id").GetString()!, listed, StringComparison.Ordinal);
        Assert.DoesNotContain(key.GetProperty("key").GetString()!, listed, StringComparison.Ordinal);
        Assert.Equal(204, (int)revoked.StatusCode);
        await ProblemAssert.ReadAsync(again, 404, "unknown-key", Cancelled);
    }

    [Theory]
    [InlineData("""{"name":"x","scopes":[]}"""), InlineData("""{"name":"x","scopes":["all"]}"""), InlineData("""{"name":"","scopes":["agents:read"]}""")]
    [InlineData("""{"name":"x","scopes":["agents:read"],"quota":{"rate":0}}"""), InlineData("""{"name":"x","scopes":null}"""), InlineData("""{"scopes":["agents:read"]}""")]
    public async Task A_key_that_makes_no_sense_is_not_made(string body)
    {
        var fleet = await fleets[Topology.OneProcess];

        using var response = await fleet.Client.PostAsync("api/keys", SharedFleet.Json(body), Cancelled);

        await ProblemAssert.ReadAsync(response, 400, "invalid-request", Cancelled);
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Cancelled);
        return (int)response.StatusCode;
    }
}
