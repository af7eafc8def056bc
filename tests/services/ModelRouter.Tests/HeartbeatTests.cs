using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public sealed class HeartbeatTests : IDisposable
{
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(7);

    private readonly BeatingTime _time = new();
    private readonly FakeTimeProvider _backend = new();

    public static TheoryData<string> Streams => ["api/chat", "api/generate", "v1/chat/completions", "v1/completions"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _time.Dispose();

    [Theory, MemberData(nameof(Streams))]
    public async Task Beats_on_time_before_the_first_token_and_then_answers(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(Slow(FaultKind.SlowFirstToken), Cancelled);
        await using var router = await Router.BeforeAsync(simulator, _time, "ModelRouter:Heartbeat=00:00:07");
        var call = router.PostAsync(path, Body(path, stream: true), Cancelled);

        await _time.WaitsAsync();
        _time.Advance(s_beat - TimeSpan.FromMilliseconds(1));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        using var response = await call;
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
        Assert.Equal(200, (int)response.StatusCode);
        AssertBeat(path, await lines.ReadLineAsync(Cancelled));
        await _time.WaitsAsync();
        _time.Advance(s_beat);
        AssertBeat(path, await NextAsync(lines));

        var rest = lines.ReadToEndAsync(Cancelled);
        await AdvanceUntilAsync(_backend, TimeSpan.FromHours(1), rest);
        Assert.Equal("one two three four five six", Text(path, await rest));
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task Beats_in_the_middle_of_a_stream_and_then_goes_on(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(Slow(FaultKind.Stall), Cancelled);
        await using var router = await Router.BeforeAsync(simulator, _time, "ModelRouter:Heartbeat=00:00:07");
        using var response = await router.PostAsync(path, Body(path, stream: true), Cancelled);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
        var text = "";
        while (!text.Contains("two", StringComparison.Ordinal))
        {
            text += Text(path, await NextAsync(lines));
        }

        var beat = NextAsync(lines);
        await AdvanceUntilAsync(_time, TimeSpan.FromSeconds(1), beat);
        AssertBeat(path, await beat);

        var rest = lines.ReadToEndAsync(Cancelled);
        await AdvanceUntilAsync(_backend, TimeSpan.FromHours(1), rest);
        Assert.Equal("one two three four five six", text + Text(path, await rest));
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task Tells_a_failure_after_the_first_beat_in_the_stream(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(Slow(FaultKind.SlowFirstToken), Cancelled);
        await using var router = await Router.BeforeAsync(simulator, _time, "ModelRouter:Heartbeat=00:00:07");
        var deadline = (_time.GetUtcNow() + TimeSpan.FromMinutes(1)).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var call = router.PostAsync(path, Body(path, stream: true), Cancelled, ("x-sutazai-deadline", deadline));
        await _time.WaitsAsync();
        _time.Advance(s_beat);
        using var response = await call;

        var rest = response.Content.ReadAsStringAsync(Cancelled);
        await AdvanceUntilAsync(_time, TimeSpan.FromSeconds(10), rest);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("the caller's deadline passed", (await rest).TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task Beats_while_a_call_waits_for_its_turn(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Stall)] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, _time, "ModelRouter:Heartbeat=00:00:07");
        using var first = await router.PostAsync(path, Body(path, stream: true), Cancelled);

        var second = router.PostAsync(path, Body(path, stream: true), Cancelled);
        while (router.Waiting < 1)
        {
            await Task.Yield();
        }

        await AdvanceUntilAsync(_time, TimeSpan.FromSeconds(1), second);

        using var response = await second;
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
        var beat = await lines.ReadLineAsync(Cancelled);
        AssertBeat(path, beat);
        Assert.True(!beat!.StartsWith(':') || beat.StartsWith(": waiting", StringComparison.Ordinal), beat);
        Assert.Single(simulator.Requests, r => r.Fault is not null);
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task Sends_an_answer_in_one_piece_without_beats(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(Slow(FaultKind.SlowFirstToken), Cancelled);
        await using var router = await Router.BeforeAsync(simulator, _time, "ModelRouter:Heartbeat=00:00:07");
        var call = router.AskAsync(path, Body(path, stream: false), Cancelled);
        await simulator.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);
        _time.Advance(TimeSpan.FromMinutes(10));

        await AdvanceUntilAsync(_backend, TimeSpan.FromHours(1), call);

        var (status, reply) = await call;
        Assert.Equal(200, status);
        Assert.Contains("one two three four five six", reply.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Queued", 2, 30.2, ": waiting position=2 eta=31s\n\n")]
    [InlineData("Queued", 1, null, ": waiting position=1\n\n")]
    [InlineData("Loading", null, 4.0, ": loading eta=4s\n\n")]
    [InlineData("Working", null, null, ": working\n\n")]
    public void Says_where_a_call_stands(string state, int? position, double? eta, string expected)
    {
        var progress = new CallProgress();
        progress.Follow(() => new(Enum.Parse<CallState>(state), position, eta is { } seconds ? TimeSpan.FromSeconds(seconds) : null), _ => { });
        var body = new ArrayBufferWriter<byte>();

        new OpenAIReplies("m", includeUsage: false, _time).WriteHeartbeat(body, progress);

        Assert.Equal(expected, Encoding.UTF8.GetString(body.WrittenSpan));
    }

    [Fact]
    public void A_call_that_nobody_moves_is_at_work() =>
        Assert.Equal(new CallProgress.Standing(CallState.Working, null, null), new CallProgress().Now);

    /// <summary>The fault ends when the backend's clock is moved on by an hour.</summary>
    private OllamaSimulatorOptions Slow(FaultKind fault) => new()
    {
        Clock = _backend,
        Script = new Script([new Rule(Turn.Say("one two three four five six"))]),
        Faults = [new(fault) { AfterTokens = fault == FaultKind.Stall ? 2 : null, Delay = TimeSpan.FromHours(1) }],
    };

    private static async Task AdvanceUntilAsync(FakeTimeProvider time, TimeSpan step, Task state)
    {
        while (!state.IsCompleted)
        {
            // What a step brings about is to come before the next: in the middle of an answer nobody waits for long.
            time.Advance(step);
            await Task.WhenAny(state, Task.Delay(TimeSpan.FromMilliseconds(20), Cancelled));
        }
    }

    private static async Task<string> NextAsync(StreamReader lines)
    {
        string? line;
        do
        {
            line = await lines.ReadLineAsync(Cancelled);
        }
        while (line is "");
        return line ?? throw new EndOfStreamException();
    }

    private static void AssertBeat(string path, string? line)
    {
        if (path.StartsWith("v1", StringComparison.Ordinal))
        {
            Assert.Matches("^: (waiting|loading|working)", line);
            return;
        }

        var chunk = JsonElement.Parse(line!);
        Assert.Equal(path == "api/chat" ? ["queue", "model", "created_at", "message", "done"] : ["queue", "model", "created_at", "response", "done"], chunk.EnumerateObject().Select(p => p.Name));
        Assert.Matches("^(waiting|loading|working)$", chunk.GetProperty("queue").GetProperty("state").GetString());
        Assert.False(chunk.GetProperty("done").GetBoolean());
        Assert.Equal(path == "api/chat" ? """{"role":"assistant","content":""}""" : "\"\"", chunk.GetProperty(path == "api/chat" ? "message" : "response").GetRawText());
    }

    /// <summary>What a client adds up from some of a stream's lines.</summary>
    private static string Text(string path, string lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (path.StartsWith("v1", StringComparison.Ordinal))
            {
                if (line.StartsWith("data: {", StringComparison.Ordinal))
                {
                    var choice = JsonElement.Parse(line["data: ".Length..]).GetProperty("choices")[0];
                    text.Append(choice.TryGetProperty("text", out var piece) || choice.GetProperty("delta").TryGetProperty("content", out piece) ? piece.GetString() : "");
                }
            }
            else
            {
                var chunk = JsonElement.Parse(line);
                text.Append((path == "api/chat" ? chunk.GetProperty("message").GetProperty("content") : chunk.GetProperty("response")).GetString());
            }
        }

        return text.ToString();
    }

    private static string Body(string path, bool stream) =>
        $$"""{"model":"llama3.2:1b",{{(path is "api/generate" or "v1/completions" ? "\"prompt\":\"Hi\"" : "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]")}},"stream":{{(stream ? "true" : "false")}}}""";

    /// <summary>Tells when a stream has begun to wait for its next beat.</summary>
    private sealed class BeatingTime : FakeTimeProvider, IDisposable
    {
        private readonly SemaphoreSlim _waits = new(0);

        public async Task WaitsAsync() => Assert.True(await _waits.WaitAsync(TimeSpan.FromSeconds(30), Cancelled), "The stream never began to wait.");

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Watched(base.CreateTimer(callback, state, dueTime, period), this);
            Waits(dueTime);
            return timer;
        }

        private void Waits(TimeSpan dueTime)
        {
            if (dueTime == s_beat)
            {
                _waits.Release();
            }
        }

        private sealed class Watched(ITimer timer, BeatingTime time) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var changed = timer.Change(dueTime, period);
                time.Waits(dueTime);
                return changed;
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }

        public void Dispose() => _waits.Dispose();
    }
}
