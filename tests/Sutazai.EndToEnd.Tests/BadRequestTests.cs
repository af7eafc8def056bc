using Sutazai.Testing;

namespace Sutazai.EndToEnd.Tests;

/// <summary>Requests for what is not there, or not so.</summary>
public class BadRequestTests(SharedFleets fleets)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, string, string, int, string, string> Requests
    {
        get
        {
            // As long as the server's limit for a request's first line lets it be.
            var endless = new string('x', 7_000);
            (string Method, string Path, int Status, string Type, string Says)[] requests =
            [
                ("POST", "api/agents/csv-profler/ask", 404, "unknown-agent", "Did you mean 'csv-profiler'?"),
                ("POST", "api/agents/csv-profler/tools/profile", 404, "unknown-agent", "Did you mean 'csv-profiler'?"),
                ("POST", "api/agents/csv-profiler/tools/profil", 404, "unknown-tool", "Did you mean 'profile'?"),
                ("GET", "api/agents/csv-profler", 404, "unknown-agent", "Did you mean 'csv-profiler'?"),
                ("GET", "api/agents/..%2f..%2fregistry%2fservices", 404, "unknown-agent", ""),
                ("POST", "api/agents/..%2f..%2fregistry/ask", 404, "unknown-agent", ""),
                ("POST", "api/agents/csv-profiler/tools/..%2f..%2f..%2fregistry", 404, "unknown-tool", ""),
                ("POST", "api/agents/csv-profiler/tools/%252e%252e", 404, "unknown-tool", ""),
                ("GET", "api/agents/" + endless, 404, "unknown-agent", ""),
                ("POST", $"api/agents/{endless}/ask", 404, "unknown-agent", ""),
                ("POST", "api/agents/csv-profiler/tools/" + endless, 404, "unknown-tool", ""),
                ("GET", "api/artifacts/..%2f..%2fidentity.db", 404, "unknown-artifact", ""),
                ("GET", "api/artifacts/..%5c..%5cidentity.db", 404, "unknown-artifact", ""),
                ("GET", "api/artifacts/" + endless, 404, "unknown-artifact", ""),
                ("DELETE", "api/artifacts/art_00000000000000000000000000", 404, "unknown-artifact", ""),
                ("DELETE", "api/keys/..%2f..%2fx", 404, "unknown-key", ""),
                ("DELETE", "api/keys/" + endless, 404, "unknown-key", ""),
                ("GET", "api/agents?page=-1", 400, "invalid-request", "-1"),
                ("GET", "api/agents?page=0", 400, "invalid-request", "0"),
                ("GET", "api/agents?pageSize=-5", 400, "invalid-request", "-5"),
                ("GET", "api/agents?pageSize=100000", 400, "invalid-request", "100000"),
                ("GET", "api/agents?page=99999999999", 400, "invalid-request", "page"),
                ("GET", "api/agents?page=two", 400, "invalid-request", "page"),
                ("GET", "api/keys?page=-1", 400, "invalid-request", "-1"),
                ("GET", "api/agents/migration-batches?size=0", 400, "invalid-request", "size"),
                ("GET", "api/agents/migration-batches?size=-3", 400, "invalid-request", "size"),
                ("POST", "api/artifacts?lifetimeSeconds=-1", 400, "invalid-request", "lifetimeSeconds"),
                ("POST", "api/artifacts?lifetimeSeconds=99999999999999", 400, "invalid-request", "lifetimeSeconds"),
                ("GET", "nowhere", 404, "not-found", "/nowhere"),
                ("GET", "api/agents/csv-profiler/ask", 405, "method-not-allowed", "POST"),
                ("DELETE", "api/agents", 405, "method-not-allowed", "GET"),
                ("PUT", "api/artifacts", 405, "method-not-allowed", "POST"),
            ];
            TheoryData<Topology, string, string, int, string, string> data = [];
            foreach (var (method, path, status, type, says) in requests)
            {
                data.Add(Topology.OneProcess, method, path, status, type, says);
                data.Add(Topology.HostPerService, method, path, status, type, says);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public async Task Says_what_is_not_there(Topology topology, string method, string path, int status, string type, string says)
    {
        var fleet = await fleets[topology];
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? SharedFleet.Json("{}") : null };

        using var response = await fleet.Client.SendAsync(request, Cancelled);

        var problem = await ProblemAssert.ReadAsync(response, status, type, Cancelled);
        var detail = problem.GetProperty("detail").GetString()!;
        Assert.Contains(says, detail, StringComparison.Ordinal);
        Assert.True(detail.Length < 1000, "An error is not the place to repeat endless input.");
        Assert.Equal(status == 405, response.Content.Headers.Allow.Count > 0);
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Has_nothing_on_the_page_after_the_last(Topology topology)
    {
        var fleet = await fleets[topology];
        foreach (var path in (string[])["api/agents?page=2147483647&pageSize=500", "api/keys?page=2147483647&pageSize=500"])
        {
            var page = System.Text.Json.JsonElement.Parse(await fleet.Client.GetStringAsync(path, Cancelled));

            Assert.Equal(0, page.GetProperty("items").GetArrayLength());
            Assert.NotEqual(0, page.GetProperty("total").GetInt32());
        }
    }

    [Theory]
    [InlineData("0"), InlineData("-1"), InlineData("NaN"), InlineData("soon"), InlineData("1e9"), InlineData("")]
    public async Task Refuses_a_timeout_that_is_none(string timeout)
    {
        var fleet = await fleets[Topology.OneProcess];
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/agents/csv-profiler/ask") { Content = SharedFleet.Json("""{"input":"a,b\n1,2"}""") };
        request.Headers.TryAddWithoutValidation("x-sutazai-timeout", timeout);

        using var response = await fleet.Client.SendAsync(request, Cancelled);

        await ProblemAssert.ReadAsync(response, 400, "invalid-request", Cancelled);
    }

    [Theory]
    [InlineData("POST", "v1/chat/completions", "", 400)]
    [InlineData("POST", "v1/chat/completions", "{", 400)]
    [InlineData("POST", "v1/chat/completions", """{"messages":[]}""", 400)]
    [InlineData("POST", "v1/chat/completions", """{"model":7}""", 400)]
    [InlineData("POST", "v1/chat/completions", """{"model":"\ud800"}""", 400)]
    [InlineData("POST", "v1/chat/completions", """{"model":"agent/csv-profler","messages":[{"role":"user","content":"x"}]}""", 404)]
    [InlineData("POST", "v1/chat/completions", """{"model":"agent/csv-profiler","messages":[]}""", 400)]
    [InlineData("POST", "v1/chat/completions", """{"model":"agent/csv-profiler","messages":[{"role":"user","content":"\ud800"}]}""", 400)]
    [InlineData("POST", "v1/embeddings", "[", 400)]
    [InlineData("GET", "v1/chat/completions", null, 405)]
    [InlineData("GET", "v1/models/agent/csv-profler", null, 404)]
    [InlineData("GET", "v1/nowhere", null, 404)]
    public async Task Fails_in_openais_shape_below_v1(string method, string path, string? body, int status)
    {
        foreach (var topology in Enum.GetValues<Topology>())
        {
            var fleet = await fleets[topology];
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : SharedFleet.Json(body) };

            using var response = await fleet.Client.SendAsync(request, Cancelled);

            var said = await response.Content.ReadAsStringAsync(Cancelled);
            Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {said}");
            var error = System.Text.Json.JsonElement.Parse(said).GetProperty("error");
            Assert.NotEqual("", error.GetProperty("message").GetString());
            Assert.NotEqual("", error.GetProperty("type").GetString());
        }
    }

    [Theory]
    [InlineData("POST", "api/chat", "{", 400)]
    [InlineData("POST", "api/chat", "", 400)]
    [InlineData("POST", "api/generate", """{"model":"llama3.2:1b","prompt":"x"}""", 503)]
    [InlineData("GET", "api/chat", null, 405)]
    public async Task Fails_in_ollamas_shape_on_its_routes(string method, string path, string? body, int status)
    {
        foreach (var topology in Enum.GetValues<Topology>())
        {
            var fleet = await fleets[topology];
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : SharedFleet.Json(body) };

            using var response = await fleet.Client.SendAsync(request, Cancelled);

            var said = await response.Content.ReadAsStringAsync(Cancelled);
            Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {said}");
            Assert.NotEqual("", System.Text.Json.JsonElement.Parse(said).GetProperty("error").GetString());
        }
    }
}
