using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Sutazai.Testing.Tests;

using Sutazai.Testing.OllamaSimulator;

/// <summary>What ollama/ollama's server/sched.go does on a machine without a GPU.</summary>
public sealed class SchedulingTests
{
    internal static readonly Fault Hold = new(FaultKind.Stall) { When = new Condition { LastUser = "^hold" }, AfterTokens = 1 };

    private static readonly SimulatedModel[] Models = [.. "abcde".Select(letter => new SimulatedModel($"{letter}:1b", SpeedProfile.OneBillion) { SizeBytes = 1_000_000_000 })];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serves_a_models_requests_one_at_a_time_in_the_order_they_came()
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { Faults = [Hold] });
        using var client = ollama.CreateClient();
        var first = await HoldAsync(ollama, client, "a:1b");

        var waiting = new List<Task<List<JsonObject>>>();
        for (var next = 1; next <= 5; next++)
        {
            waiting.Add(client.PostForLinesAsync("/api/chat", Wire.Chat($"number {next}", model: "a:1b"), Cancel));
            await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Waiting, Cancel, count: next);
        }

        first.Dispose();
        await Task.WhenAll(waiting);

        Assert.Equal(
            ["hold", "number 1", "number 2", "number 3", "number 4", "number 5"],
            ollama.Requests.OrderBy(request => request.StartedAt).Select(request => (string)JsonNode.Parse(request.Body)!["messages"]![0]!["content"]!));
    }

    [Fact]
    public async Task A_request_that_leaves_the_queue_is_not_served()
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { Faults = [Hold] });
        using var client = ollama.CreateClient();
        var first = await HoldAsync(ollama, client, "a:1b");
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var impatient = client.PostAsync("/api/chat", Wire.Chat("impatient", model: "a:1b"), leaves.Token);
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Waiting, Cancel);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        var left = Assert.Single(await ollama.Requests.WaitForAsync(request => request is { Aborted: true, Number: 2 }, Cancel));
        var patient = client.PostForLinesAsync("/api/chat", Wire.Chat("patient", model: "a:1b"), Cancel);
        first.Dispose();

        Assert.Equal("You asked: patient", (await patient).Content());
        Assert.Null(left.StartedAt);
        Assert.Equal(499, left.Status);
    }

    [Fact]
    public async Task Serves_several_at_a_time_when_told_to()
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { NumParallel = 2, Faults = [Hold] });
        using var client = ollama.CreateClient();
        using var first = await HoldAsync(ollama, client, "a:1b");

        Assert.Equal("You asked: Hello", (await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel)).Content());
    }

    [Fact]
    public async Task A_load_waits_for_a_victim_and_everything_behind_it_waits_too_while_loaded_models_are_joined()
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { MaxLoadedModels = 1, Faults = [Hold] });
        using var client = ollama.CreateClient();
        var busy = await HoldAsync(ollama, client, "a:1b");

        var blocked = client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "b:1b"), Cancel);
        await ollama.Requests.WaitForAsync(request => request is { Model: "b:1b", Phase: RequestPhase.Waiting }, Cancel);
        var behind = client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "c:1b"), Cancel);
        await ollama.Requests.WaitForAsync(request => request is { Model: "c:1b", Phase: RequestPhase.Waiting }, Cancel);
        var joined = client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel);
        await ollama.Requests.WaitForAsync(request => request is { Number: 4, Phase: RequestPhase.Waiting }, Cancel);
        busy.Dispose();
        await Task.WhenAll(blocked, behind, joined);

        Assert.Equal(["a:1b", "a:1b", "b:1b", "c:1b"], ollama.Requests.Where(request => request.Path == "/api/chat").OrderBy(request => request.StartedAt).Select(request => request.Model));
    }

    [Fact]
    public async Task Is_busy_when_too_many_wait_for_a_load_but_not_when_they_wait_for_a_loaded_model()
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { MaxLoadedModels = 1, MaxQueue = 2, Faults = [Hold] });
        using var client = ollama.CreateClient();
        var busy = await HoldAsync(ollama, client, "a:1b");

        var waiting = new List<Task<List<JsonObject>>>();
        foreach (var (model, queued) in new[] { ("b:1b", 0), ("c:1b", 1), ("d:1b", 2) })
        {
            waiting.Add(client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: model), Cancel));
            await ollama.Requests.WaitForAsync(request => request.Model == model && request.Phase == RequestPhase.Waiting, Cancel);
            await UntilAsync(() => ollama.PendingLoads == queued);
        }

        using var refused = await client.PostAsync("/api/chat", Wire.Chat("Hello", model: "e:1b"), Cancel);
        var joined = Enumerable.Range(0, 5).Select(_ => client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel)).ToList();
        await ollama.Requests.WaitForAsync(request => request is { Model: "a:1b", Phase: RequestPhase.Waiting }, Cancel, count: 5);
        busy.Dispose();
        await Task.WhenAll([.. waiting, .. joined]);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("""{"error":"server busy, please try again.  maximum pending requests exceeded"}""", await refused.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.01)]
    public async Task Takes_its_models_time_by_the_scale(double scale)
    {
        var clock = new FakeTimeProvider();
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { Clock = clock, TimeScale = scale });
        using var client = ollama.CreateClient();
        var started = clock.GetUtcNow();

        var answer = client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false, "a:1b"), Cancel);
        while (!answer.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        // 6 s to load, 6 tokens at 194/s and 6 at 39/s: 6.18 s, and the scale's part of it by the clock, but for the last millisecond, for which no timer is set.
        const double Untimed = 0.001;
        var elapsed = (clock.GetUtcNow() - started).TotalSeconds;
        Assert.InRange(elapsed, (6.18 * scale) - Untimed, double.MaxValue);
        Assert.InRange((long)(await answer)["total_duration"]!, (long)((6.18 - (Untimed / scale)) * 1e9), (long)(elapsed / scale * 1e9));
    }

    [Fact]
    public async Task Does_not_evaluate_the_shared_beginning_of_a_prompt_again()
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions());
        using var client = ollama.CreateClient();
        var request = Wire.Chat(string.Join(' ', Enumerable.Repeat("word", 500)), stream: false, "a:1b");

        var first = await client.PostForJsonAsync("/api/chat", request, Cancel);
        request["messages"]!.AsArray().Add(first["message"]!.DeepClone());
        request["messages"]!.AsArray().Add(Wire.User("And now?"));
        var second = await client.PostForJsonAsync("/api/chat", request, Cancel);

        Assert.True((int)second["prompt_eval_count"]! > (int)first["prompt_eval_count"]!);
        Assert.True((long)second["prompt_eval_duration"]! < (long)first["prompt_eval_duration"]! / 4);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Each_slot_keeps_the_prompt_it_had_last(int slots, bool keepsBoth)
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { NumParallel = slots });
        using var client = ollama.CreateClient();
        var (one, other) = (Talk("one"), Talk("other"));

        var first = await client.PostForJsonAsync("/api/chat", one, Cancel);
        await client.PostForJsonAsync("/api/chat", other, Cancel);
        await client.PostForJsonAsync("/api/chat", other, Cancel);
        var again = await client.PostForJsonAsync("/api/chat", one, Cancel);

        var (cold, warm) = ((long)first["prompt_eval_duration"]!, (long?)again["prompt_eval_duration"] ?? 0);
        Assert.InRange((double)warm / cold, keepsBoth ? 0 : 0.95, keepsBoth ? 0 : 1);

        static JsonObject Talk(string word) => Wire.Chat(string.Join(' ', Enumerable.Repeat(word, 500)), stream: false, "a:1b");
    }

    [Theory]
    [InlineData("a:1b", 2)]
    [InlineData("b:1b", 1)]
    public async Task Two_that_work_at_the_same_time_have_half_of_the_machine_each(string held, int parallel)
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { NumParallel = parallel, Faults = [Hold] });
        using var client = ollama.CreateClient();

        var alone = await client.PostForJsonAsync("/api/chat", Wire.Chat("the same words", stream: false, "a:1b"), Cancel);
        var other = await HoldAsync(ollama, client, held);
        var shared = await client.PostForJsonAsync("/api/chat", Wire.Chat("as many words", stream: false, "a:1b"), Cancel);
        other.Dispose();
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel, count: 3);
        var after = await client.PostForJsonAsync("/api/chat", Wire.Chat("the same words", stream: false, "a:1b"), Cancel);

        Assert.Equal((int?)alone["eval_count"], (int?)shared["eval_count"]);
        Assert.Equal(2.0, (double)shared["eval_duration"]! / (double)alone["eval_duration"]!, 6);
        Assert.Equal((double)alone["eval_duration"]!, (double)after["eval_duration"]!);
    }

    internal static Task<OllamaSimulator> StartAsync(OllamaSimulatorOptions options) => OllamaSimulator.StartAsync(options with { Models = Models }, Cancel);

    // A request that holds its model until the response is disposed.
    internal static async Task<HttpResponseMessage> HoldAsync(OllamaSimulator ollama, HttpClient client, string model, string keepAlive = "5m")
    {
        var response = await client.PostAsync("/api/chat", Wire.Chat("hold", model: model).With("keep_alive", keepAlive), Cancel);
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Generating, Cancel);
        return response;
    }

    internal static async Task<List<string>> LoadedAsync(HttpClient client) =>
        [.. JsonNode.Parse(await client.GetStringAsync("/api/ps", Cancel))!["models"]!.AsArray().Select(model => (string)model!["name"]!)];

    private static async Task UntilAsync(Func<bool> state)
    {
        while (!state())
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
