using Microsoft.Extensions.Time.Testing;
using Sutazai.Host;
using Sutazai.ModelRouter;
using Sutazai.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.Agents.Tests.ModelRuns;

/// <summary>A stream is not silent while the agent's model keeps it waiting.</summary>
public class HeartbeatTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData("ask", "event: run"), InlineData("chat/completions", ": working")]
    public async Task Beats_while_the_model_takes_its_time(string path, string first)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var ollama = await OllamaSimulator.StartAsync(
            new() { Clock = new FakeTimeProvider(), Faults = [new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromHours(1) }] }, Cancelled);
        var host = await ServiceHost.StartAsync(
            [Modules.AgentGroups.First(g => g.Name == "data-files").Module, ModelRouterService.Module], time, "--services:artifacts:http:0=http://127.0.0.1:1", "--Backends:models:Provider=ollama", $"--ConnectionStrings:ollama={ollama.Address}");
        using var client = host.ClientOf(Caller.Local);
        using var request = ModelPlatform.Request(
            "data-files/agents/csv-profiler/" + path,
            path == "ask" ? new { input = "a,b\n1,2" } : new { messages = new[] { new { role = "user", content = "a,b\n1,2" } }, stream = true });
        request.Headers.Accept.ParseAdd("text/event-stream");
        var asking = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        await ollama.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);

        await AdvanceUntilAsync(time, asking);
        using (var response = await asking)
        using (var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled)))
        {
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(first, await lines.ReadLineAsync(Cancelled));
            var beat = BeatAsync(lines);
            await AdvanceUntilAsync(time, beat);
            Assert.Equal(": working", await beat);
        }

        await ollama.Requests.WaitForAsync(r => r.Aborted, Cancelled);
        // The calls between services end by this clock too.
        await AdvanceUntilAsync(time, host.DisposeAsync().AsTask());
    }

    /// <summary>The next line that is neither empty nor of the run's first event.</summary>
    private static async Task<string?> BeatAsync(StreamReader lines)
    {
        string? line;
        do
        {
            line = await lines.ReadLineAsync(Cancelled);
        }
        while (line is "" || line?.StartsWith("data: {\"runId\"", StringComparison.Ordinal) == true);
        return line;
    }

    private static async Task AdvanceUntilAsync(FakeTimeProvider time, Task state)
    {
        while (!state.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
