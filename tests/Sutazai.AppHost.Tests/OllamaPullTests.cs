using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sutazai.AppHost.Tests;

public sealed class OllamaPullTests
{
    [Fact]
    public async Task Shows_each_step_once_and_ends_at_success()
    {
        var shown = await PullAsync(
            """
            {"status":"pulling manifest"}
            {"status":"pulling dde5aa3fc5ff","digest":"sha256:dde5aa3fc5ff","total":2000,"completed":10}
            {"status":"pulling dde5aa3fc5ff","digest":"sha256:dde5aa3fc5ff","total":2000,"completed":11}
            {"status":"pulling dde5aa3fc5ff","digest":"sha256:dde5aa3fc5ff","total":2000,"completed":2000}
            {"status":"verifying sha256 digest"}
            {"status":"success"}
            """);

        Assert.Equal(["pulling manifest", "pulling dde5aa3fc5ff 0 %", "pulling dde5aa3fc5ff 100 %", "verifying sha256 digest"], shown);
    }

    [Theory]
    [InlineData("""{"error":"pull model manifest: file does not exist"}""", "pull model manifest: file does not exist")]
    [InlineData("""{"status":"pulling manifest"}""", "ended before it said 'success'")]
    [InlineData("", "ended before it said 'success'")]
    [InlineData("<html>502 Bad Gateway</html>", "something other than JSON: <html>502")]
    public async Task Refusal_or_a_broken_answer_is_an_error(string answer, string says)
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => PullAsync(answer));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> PullAsync(string answer)
    {
        var stopping = TestContext.Current.CancellationToken;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        server.MapPost("/api/pull", () => Results.Text(answer, "application/x-ndjson"));
        await server.StartAsync(stopping);
        using var client = new HttpClient { BaseAddress = new Uri(server.Urls.First()) };

        List<string> shown = [];
        await foreach (var step in OllamaPull.RunAsync(client, "llama3.2:3b", stopping))
        {
            shown.Add(step);
        }

        return shown;
    }
}
