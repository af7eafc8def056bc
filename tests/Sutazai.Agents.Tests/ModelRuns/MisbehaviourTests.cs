using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Sutazai.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.Agents.Tests.ModelRuns;

/// <summary>Whatever the model does, the tools' results are true and the run ends.</summary>
public class MisbehaviourTests
{
    private const string Table = "city,people\nBern,134794\nBasel,173552\n";
    private static readonly object s_ask = new { input = Table };

    [Fact]
    public async Task Malformed_call_gets_one_repair_that_quotes_the_schema()
    {
        await using var platform = await ModelPlatform.SayingAsync(
            Turn.Call("profile", new { table = Table }), Turn.Call("profile", new { csv = Table }), Turn.Say("Two cities."));

        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.Equal("Two cities.", reply.Answer);
        Assert.Null(reply.Degraded);
        Assert.Equal([true, false], reply.Results.Select(r => r.Error is not null));
        var said = (string)platform.Chats[1]["messages"]!.AsArray()[^1]!["content"]!;
        Assert.Contains("unknown member 'table'", said, StringComparison.Ordinal);
        Assert.Contains("The schema is", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_written_as_text_that_broke_off_gets_a_repair_too()
    {
        await using var platform = await ModelPlatform.SayingAsync(
            Turn.Say("""{"name": "profile", "arguments": {"csv": """), Turn.Call("profile", new { csv = Table }), Turn.Say("Two cities."));

        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.Equal("Two cities.", reply.Answer);
        Assert.Null(reply.Degraded);
        Assert.Equal("Error: The call is not JSON. Call the tool again, corrected.", (string?)platform.Chats[1]["messages"]!.AsArray()[^1]!["content"]);
    }

    [Fact]
    public async Task Twice_malformed_leaves_the_answer_to_the_tools()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Call("profile", new { table = Table }), Turn.Call("profile", new { sheet = Table }));

        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.Contains("stay malformed", reply.Degraded?.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("properties", reply.Degraded?.Reason, StringComparison.Ordinal);
        Assert.Contains("134794", reply.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_tool_is_answered_with_the_tools_there_are()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Call("send_mail", new { to = "a@b.c" }), Turn.Call("profile", new { csv = Table }), Turn.Say("Two."));

        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.Equal("Two.", reply.Answer);
        Assert.Equal("profile", Assert.Single(reply.Results).Tool);
        var said = (string)platform.Chats[1]["messages"]!.AsArray()[^1]!["content"]!;
        Assert.Contains("There is no tool", said, StringComparison.Ordinal);
        Assert.Contains("profile, dialect", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FaultKind.MalformedArguments, "stay malformed")]
    [InlineData(FaultKind.InvalidArguments, "stay malformed")]
    [InlineData(FaultKind.UnknownTool, "stay malformed")]
    [InlineData(FaultKind.EndlessLoop, "repeated the same tool calls")]
    [InlineData(FaultKind.Reset, "")]
    [InlineData(FaultKind.Truncated, "")]
    [InlineData(FaultKind.MidStreamError, "")]
    [InlineData(FaultKind.InvalidLine, "")]
    [InlineData(FaultKind.Busy, "")]
    [InlineData(FaultKind.ServerError, "")]
    [InlineData(FaultKind.LoadCrash, "")]
    public async Task Failing_model_changes_no_result(FaultKind kind, string reason)
    {
        await using var platform = await ModelPlatform.FailingAsync(new Fault(kind));
        var alone = await ResultAsync(platform.Client);

        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.Contains(reason, reply.Degraded?.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(reply.Degraded!.Reason);
        Assert.Contains("## profile", reply.Answer, StringComparison.Ordinal);
        Assert.Equal(1, reply.Answer.Split("## profile").Length - 1);
        Assert.All(reply.Results.Where(r => r.Error is null), r => Assert.Equal(alone, r.Result!.Value.GetRawText()));
    }

    [Theory]
    [InlineData(FaultKind.Nonsense)]
    [InlineData(FaultKind.ToolCallAsText)]
    public async Task Chattering_model_changes_no_result(FaultKind kind)
    {
        await using var platform = await ModelPlatform.FailingAsync(new Fault(kind));
        var alone = await ResultAsync(platform.Client);

        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.NotEmpty(reply.Answer);
        Assert.All(reply.Results.Where(r => r.Tool == "profile" && r.Error is null), r => Assert.Equal(alone, r.Result!.Value.GetRawText()));
    }

    [Fact]
    public async Task Nothing_said_is_no_answer()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Say(""));

        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.Equal("the model answered nothing", reply.Degraded?.Reason);
        Assert.Contains("134794", reply.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alternating_calls_are_a_loop()
    {
        var (one, other) = (Turn.Call("profile", new { csv = Table }), Turn.Call("dialect", new { csv = Table }));
        await using var platform = await ModelPlatform.SayingAsync(one, other, one, other, one, other, one, other);

        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.Equal("the model repeated the same tool calls", reply.Degraded?.Reason);
        Assert.Equal(["profile", "dialect", "profile", "dialect"], reply.Results.Select(r => r.Tool));
        Assert.Equal(["## profile", "## dialect"], reply.Answer.Split('\n').Where(l => l.StartsWith("## ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Ninth_call_is_one_too_many()
    {
        await using var platform = await ModelPlatform.SayingAsync([.. Enumerable.Range(1, 12).Select(n => Turn.Call("profile", new { csv = $"n\n{n}\n" }))]);

        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.Equal("the run's budget of 8 tool calls is spent", reply.Degraded?.Reason);
        Assert.Equal(8, reply.Results.Count);
    }

    [Theory]
    [InlineData(FaultKind.SlowFirstToken)]
    [InlineData(FaultKind.Stall)]
    public async Task Model_that_is_not_done_before_the_deadline_is_not_waited_for(FaultKind kind)
    {
        await using var platform = await ModelPlatform.FailingAsync(new Fault(kind) { Delay = TimeSpan.FromMinutes(5) });

        var reply = await platform.AskAsync("csv-profiler", s_ask, within: TimeSpan.FromSeconds(6));

        Assert.Equal("the model was not done when the deadline came near", reply.Degraded?.Reason);
        Assert.Contains("134794", reply.Answer, StringComparison.Ordinal);
        await platform.Ollama.Requests.WaitForAsync(r => r.Aborted, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(FaultKind.Truncated)]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.MidStreamError)]
    public async Task Half_an_answer_is_never_given_as_one(FaultKind kind)
    {
        await using var platform = await ModelPlatform.StartAsync(new OllamaSimulatorOptions
        {
            Script = Script.Of(Turn.Say("The table has no risks except that it must never be used for anything.")),
            Faults = [new Fault(kind) { AfterTokens = 5 }],
        });

        var events = await platform.StreamAsync("api/agents/csv-profiler/ask", s_ask);

        Assert.Equal("done", events[^1].Event);
        var reply = events[^1].Data;
        Assert.NotNull(reply["degraded"]);
        Assert.DoesNotContain("The table has no", (string)reply["answer"]!, StringComparison.Ordinal);
        Assert.Contains("134794", (string)reply["answer"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_that_was_never_there_is_not_missed_and_soon_not_asked()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var address = nobody.LocalEndpoint;
        nobody.Stop();
        await using var fleet = await Fleet.StartAsync(Topology.OneProcess, "--ollama", $"http://{address}");
        List<string> reasons = [];

        for (var i = 0; i < 7; i++)
        {
            using var response = await fleet.Client.SendAsync(ModelPlatform.Request("api/agents/csv-profiler/ask", s_ask), TestContext.Current.CancellationToken);
            var reply = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            Assert.Contains("134794", (string)reply["answer"]!, StringComparison.Ordinal);
            reasons.Add((string)reply["degraded"]!["reason"]!);
        }

        Assert.All(reasons, Assert.NotEmpty);
    }

    [Fact]
    public async Task Open_breaker_of_the_router_spares_the_model()
    {
        await using var platform = await ModelPlatform.FailingAsync(new Fault(FaultKind.ServerError));
        for (var i = 0; i < CircuitBreaker.DefaultFailures; i++)
        {
            await platform.AskAsync("csv-profiler", s_ask);
        }

        var asked = platform.Chats.Count;
        var reply = await platform.AskAsync("csv-profiler", s_ask);

        Assert.Equal(asked, platform.Chats.Count);
        Assert.NotEmpty(reply.Degraded!.Reason);
        Assert.Contains("134794", reply.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_who_leaves_ends_the_models_work()
    {
        await using var platform = await ModelPlatform.FailingAsync(new Fault(FaultKind.Stall));
        using var left = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var request = ModelPlatform.Request("api/agents/csv-profiler/ask", s_ask);
        var asking = platform.Client.SendAsync(request, left.Token);
        await platform.Ollama.Requests.WaitForAsync(r => r.Path == "/api/chat" && r.Phase >= RequestPhase.Waiting, TestContext.Current.CancellationToken);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await platform.Ollama.Requests.WaitForAsync(r => r.Path == "/api/chat" && r.Aborted, TestContext.Current.CancellationToken);
    }

    private static async Task<string> ResultAsync(HttpClient client)
    {
        using var response = await client.SendAsync(ModelPlatform.Request("api/agents/csv-profiler/tools/profile", new { csv = Table }), TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
