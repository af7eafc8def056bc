using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sutazai.Testing;

namespace Sutazai.EndToEnd.Tests;

/// <summary>What the routes that other products' clients know take and do not take. The fleets have no model, which is the answer to whatever is taken.</summary>
public class ModelRequestTests(SharedFleets fleets)
{
    private const int Most = 20 << 20;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, string, string?> ContentTypes => new MatrixTheoryData<Topology, string, string?>(
        Enum.GetValues<Topology>(),
        ["api/chat", "api/generate", "api/embed", "v1/chat/completions", "v1/completions", "v1/embeddings"],
        [null, "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8"]);

    [Theory, MemberData(nameof(ContentTypes))]
    public async Task Reads_json_whatever_the_content_type_says(Topology topology, string path, string? contentType)
    {
        var fleet = await fleets[topology];

        using var response = await fleet.Client.PostAsync(path, Body(10, contentType), Cancelled);

        Assert.Equal((503, "no model backend is configured"), ((int)response.StatusCode, await MessageAsync(response)));
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task An_agent_as_a_model_takes_it_too(Topology topology)
    {
        var fleet = await fleets[topology];

        using var response = await fleet.Client.PostAsync(
            "v1/chat/completions", new StringContent("""{"model":"agent/csv-profiler","messages":[{"role":"user","content":"a,b\n1,2"}]}""", Encoding.UTF8, "application/x-www-form-urlencoded"), Cancelled);

        Assert.Equal(200, (int)response.StatusCode);
    }

    /// <summary>A page can send a form or plain text to another site without asking it first.</summary>
    [Theory]
    [InlineData("api/generate", "Origin", "https://evil.example"), InlineData("api/chat", "Origin", "null"), InlineData("api/pull", "Origin", "https://evil.example")]
    [InlineData("v1/chat/completions", "Origin", "https://evil.example"), InlineData("v1/embeddings", "Sec-Fetch-Site", "cross-site")]
    [InlineData("api/embed", "Origin", "http://localhost.evil.example"), InlineData("v1/completions", "Host", "evil.example")]
    public async Task Another_sites_form_reaches_no_model(string path, string header, string value)
    {
        foreach (var contentType in (string?[])["application/x-www-form-urlencoded", "text/plain", null])
        {
            var fleet = await fleets[Topology.OneProcess];
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Body(10, contentType) };
            request.Headers.TryAddWithoutValidation(header, value);

            using var response = await fleet.Fleet.Client.SendAsync(request, Cancelled);

            Assert.Equal(403, (int)response.StatusCode);
            Assert.Contains("another site's page", await MessageAsync(response), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Topology.OneProcess, "api/chat"), InlineData(Topology.HostPerService, "api/chat")]
    [InlineData(Topology.OneProcess, "v1/chat/completions"), InlineData(Topology.HostPerService, "v1/chat/completions")]
    public async Task Takes_twenty_megabytes_and_no_more(Topology topology, string path)
    {
        var fleet = await fleets[topology];

        using var taken = await fleet.Client.PostAsync(path, Body(Most, "application/json"), Cancelled);
        Assert.Equal((503, "no model backend is configured"), ((int)taken.StatusCode, await MessageAsync(taken)));

        foreach (var chunked in (bool[])[false, true])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Body(Most + 1, "application/json") };
            request.Headers.TransferEncodingChunked = chunked;
            // As curl does; without it the refusal may come while the client still writes, and get lost with the connection.
            request.Headers.ExpectContinue = !chunked;
            using var refused = await fleet.Client.SendAsync(request, Cancelled);
            Assert.Equal(413, (int)refused.StatusCode);
            Assert.NotEqual("", await MessageAsync(refused));
        }
    }

    [Fact]
    public async Task An_agent_takes_no_more_as_a_model_than_otherwise()
    {
        var fleet = await fleets[Topology.OneProcess];
        var body = $$"""{"model":"agent/csv-profiler","messages":[{"role":"user","content":"{{new string('x', 11 << 20)}}"}]}""";

        using var response = await fleet.Client.PostAsync("v1/chat/completions", SharedFleet.Json(body), Cancelled);

        Assert.Equal(413, (int)response.StatusCode);
        Assert.Contains("10485760", await MessageAsync(response), StringComparison.Ordinal);
    }

    /// <summary>A request that every one of the routes understands, of a length in bytes or of its own where that is more.</summary>
    private static ByteArrayContent Body(int length, string? contentType)
    {
        const string Frame = """{"model":"llama3.2:1b","prompt":"x","input":"x","unknown":true,"messages":[{"role":"user","content":"#"}]}""";
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Frame.Replace("#", new string('x', Math.Max(1, length - Frame.Length + 1)), StringComparison.Ordinal)));
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return content;
    }

    private static async Task<string> MessageAsync(HttpResponseMessage response)
    {
        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        var error = body.GetProperty("error");
        return (error.ValueKind == JsonValueKind.String ? error : error.GetProperty("message")).GetString()!;
    }
}
