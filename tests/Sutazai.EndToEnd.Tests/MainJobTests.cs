using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Sutazai.Testing;

namespace Sutazai.EndToEnd.Tests;

/// <summary>What the README promises, in both topologies.</summary>
public class MainJobTests
{
    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Agents_answer_about_an_uploaded_file_through_the_gateway(Topology topology)
    {
        await using var fleet = await Fleet.StartAsync(topology);
        var cancelled = TestContext.Current.CancellationToken;

        using var form = new MultipartFormDataContent { { new ByteArrayContent("city,people\nBern,134794\nBasel,173552\n"u8.ToArray()), "file", "cities.csv" } };
        using var uploaded = await fleet.Client.PostAsync("api/artifacts", form, cancelled);
        Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);
        var artifact = await uploaded.Content.ReadFromJsonAsync<JsonObject>(cancelled);
        Assert.Equal("cities.csv", (string?)artifact!["name"]);

        using var asked = await fleet.Client.PostAsJsonAsync(
            "api/agents/csv-profiler/ask", new { input = "What is in this table?", files = new[] { (string)artifact["id"]! } }, cancelled);
        var reply = await asked.Content.ReadFromJsonAsync<JsonObject>(cancelled);

        Assert.Equal("no model backend is configured", (string?)reply!["degraded"]!["reason"]);
        Assert.Equal(2, (int)reply["results"]![0]!["result"]!["rows"]!);
        Assert.Contains("154173", (string)reply["answer"]!, StringComparison.Ordinal);

        using var chatted = await fleet.Client.PostAsync(
            "v1/chat/completions",
            new StringContent("""{"model":"agent/csv-profiler","messages":[{"role":"user","content":"a,b\n1,2\n3,4"}]}""", Encoding.UTF8, "application/json"),
            cancelled);
        var chat = await chatted.Content.ReadFromJsonAsync<JsonObject>(cancelled);
        Assert.Contains("integer", (string)chat!["choices"]![0]!["message"]!["content"]!, StringComparison.Ordinal);
    }
}
