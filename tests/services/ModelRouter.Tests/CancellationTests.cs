using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class CancellationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/chat", true, FaultKind.SlowFirstToken), InlineData("api/chat", false, FaultKind.SlowFirstToken)]
    [InlineData("api/chat", true, FaultKind.Stall), InlineData("api/chat", false, FaultKind.Stall)]
    [InlineData("v1/chat/completions", true, FaultKind.SlowFirstToken), InlineData("v1/chat/completions", false, FaultKind.Stall)]
    [InlineData("v1/chat/completions", true, FaultKind.Stall)]
    public async Task Stops_the_backends_work_when_the_client_leaves(string path, bool stream, FaultKind state)
    {
        var endless = state == FaultKind.SlowFirstToken ? TimeSpan.FromHours(1) : (TimeSpan?)null;
        await using var simulator = await OllamaSimulator.StartAsync(new() { Models = [new("llama3.2:1b", new SpeedProfile(10_000, 50, 0, 0))], Faults = [new(state) { Delay = endless, Times = 1 }], TimeScale = 1 }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var leaving = new CancellationTokenSource();
        var call = ReadAsync(router, path, stream, leaving.Token);
        await simulator.Requests.WaitForAsync(r => r.Fault == state && (state != FaultKind.Stall || r.GeneratedTokens > 0), Cancelled);

        await leaving.CancelAsync();

        await simulator.Requests.WaitForAsync(r => r.Aborted, Cancelled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Passes_each_chunk_on_before_the_next_one_exists()
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Script = Script.Of(Turn.Say("one two three four five six")), Faults = [new(FaultKind.Stall) { AfterTokens = 2 }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var response = await router.PostAsync("api/chat", Body(stream: true), Cancelled);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));

        Assert.Contains("one", await lines.ReadLineAsync(Cancelled), StringComparison.Ordinal);
    }

    [Theory, InlineData("api/chat"), InlineData("v1/chat/completions")]
    public async Task Ends_a_call_at_its_callers_deadline(string path)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromHours(1) }], TimeScale = 1 }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time);
        var call = router.PostAsync(path, Body(stream: true), Cancelled, Deadline(time, TimeSpan.FromSeconds(5)));
        await simulator.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);

        time.Advance(TimeSpan.FromSeconds(6));

        using var response = await call;
        Assert.Equal(504, (int)response.StatusCode);
        Assert.Contains("deadline", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        await simulator.Requests.WaitForAsync(r => r.Aborted, Cancelled);
    }

    [Fact]
    public async Task Ends_a_stream_at_its_callers_deadline_with_an_error()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Stall)] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time);
        using var response = await router.PostAsync("api/chat", Body(stream: true), Cancelled, Deadline(time, TimeSpan.FromSeconds(5)));

        time.Advance(TimeSpan.FromSeconds(6));

        var lines = (await response.Content.ReadAsStringAsync(Cancelled)).TrimEnd().Split('\n');
        Assert.Equal("""{"error":"the caller's deadline passed before the model's answer was complete"}""", lines[^1]);
    }

    [Fact]
    public async Task Refuses_a_call_whose_deadline_has_passed_without_asking_the_backend()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        using var response = await router.PostAsync("api/chat", Body(stream: true), Cancelled, Deadline(TimeProvider.System, TimeSpan.FromSeconds(-1)));

        Assert.Equal(504, (int)response.StatusCode);
        Assert.DoesNotContain(simulator.Requests, r => r.Path == "/api/chat");
    }

    private static (string, string) Deadline(TimeProvider time, TimeSpan left) =>
        ("x-sutazai-deadline", (time.GetUtcNow() + left).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    private static async Task ReadAsync(Router router, string path, bool stream, CancellationToken cancellationToken)
    {
        using var response = await router.PostAsync(path, Body(stream), cancellationToken);
        await response.Content.ReadAsStringAsync(cancellationToken);
    }

    private static string Body(bool stream) =>
        $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"Hi"}],"stream":{{(stream ? "true" : "false")}}}""";
}
