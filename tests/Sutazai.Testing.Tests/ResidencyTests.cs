using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Sutazai.Testing.Tests;

using Sutazai.Testing.OllamaSimulator;
using static SchedulingTests;

/// <summary>What ollama/ollama's server/sched.go loads, keeps and unloads on a machine without a GPU.</summary>
public sealed class ResidencyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unloads_a_model_when_its_keep_alive_is_over()
    {
        var clock = new FakeTimeProvider();
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { Clock = clock });
        using var client = ollama.CreateClient();

        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel);
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "b:1b").With("keep_alive", "10m"), Cancel);
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "c:1b").With("keep_alive", -1), Cancel);
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel, count: 3);

        Assert.Equal(["c:1b", "b:1b", "a:1b"], await LoadedAsync(client));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(["c:1b", "b:1b"], await LoadedAsync(client));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(["c:1b"], await LoadedAsync(client));
        clock.Advance(TimeSpan.FromDays(1000));
        Assert.Equal(["c:1b"], await LoadedAsync(client));
    }

    [Fact]
    public async Task A_request_starts_the_keep_alive_anew_and_tells_when_it_ends()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { Clock = clock });
        using var client = ollama.CreateClient();

        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel);
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel);
        clock.Advance(TimeSpan.FromMinutes(4));
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel);
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel, count: 2);
        clock.Advance(TimeSpan.FromMinutes(4));

        var running = JsonNode.Parse(await client.GetStringAsync("/api/ps", Cancel))!["models"]!.AsArray();
        Assert.Equal("2026-01-01T00:09:00.0000000Z", (string?)Assert.Single(running)!["expires_at"]);
    }

    [Theory]
    [InlineData("\"10m\"", 10)]
    [InlineData("\"1h30m\"", 90)]
    [InlineData("600", 10)]
    [InlineData("0", 0)]
    [InlineData("\"0s\"", 0)]
    [InlineData("-1", null)]
    [InlineData("\"-1m\"", null)]
    public async Task Reads_a_keep_alive_in_all_its_forms(string keepAlive, int? minutes)
    {
        var clock = new FakeTimeProvider();
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { Clock = clock });
        using var client = ollama.CreateClient();

        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b").With("keep_alive", JsonNode.Parse(keepAlive)), Cancel);
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel);
        if (minutes is not 0)
        {
            clock.Advance(minutes is { } most ? TimeSpan.FromMinutes(most) - TimeSpan.FromSeconds(1) : TimeSpan.FromDays(1000));
            Assert.Equal(["a:1b"], await LoadedAsync(client));
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(minutes is null ? ["a:1b"] : [], await LoadedAsync(client));
    }

    [Theory]
    [InlineData("/api/chat", null, 10)]
    [InlineData("/api/chat", "2m", 2)]
    [InlineData("/v1/chat/completions", "2m", 10)]
    public async Task A_requests_own_keep_alive_holds_from_then_on_and_v1_has_none(string path, string? second, int minutes)
    {
        var clock = new FakeTimeProvider();
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { Clock = clock });
        using var client = ollama.CreateClient();

        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b").With("keep_alive", "10m"), Cancel);
        await client.PostForJsonAsync(path, Wire.Chat("Hello", stream: false, "a:1b").With("keep_alive", second), Cancel);
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel, count: 2);

        clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        Assert.Equal(["a:1b"], await LoadedAsync(client));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await LoadedAsync(client));
    }

    [Fact]
    public async Task Evicts_the_idle_model_with_the_shortest_keep_alive()
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { Faults = [Hold] });
        using var client = ollama.CreateClient();
        using var busy = await HoldAsync(ollama, client, "a:1b", keepAlive: "1m");
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "b:1b").With("keep_alive", "20m"), Cancel);
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "c:1b").With("keep_alive", "10m"), Cancel);
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel, count: 2);

        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "d:1b"), Cancel);

        Assert.Equal(["a:1b", "b:1b", "d:1b"], (await LoadedAsync(client)).Order());
    }

    [Fact]
    public async Task Waits_for_the_shortest_keep_alive_where_all_are_busy_and_minus_one_is_the_longest()
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { MaxLoadedModels = 2, Faults = [Hold] });
        using var client = ollama.CreateClient();
        var forever = await HoldAsync(ollama, client, "a:1b", keepAlive: "-1m");
        var soon = await HoldAsync(ollama, client, "b:1b", keepAlive: "20m");

        var waiting = client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "c:1b"), Cancel);
        await ollama.Requests.WaitForAsync(request => request is { Model: "c:1b", Phase: RequestPhase.Waiting }, Cancel);
        forever.Dispose();
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel);
        soon.Dispose();
        await waiting;

        Assert.Equal(["a:1b", "c:1b"], (await LoadedAsync(client)).Order());
    }

    [Fact]
    public async Task Who_joins_the_victim_with_a_keep_alive_makes_the_waiting_load_wait_for_all_of_it()
    {
        var clock = new FakeTimeProvider();
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { MaxLoadedModels = 1, Clock = clock, Faults = [Hold] });
        using var client = ollama.CreateClient();
        var started = clock.GetUtcNow();
        var busy = await HoldAsync(ollama, client, "a:1b");

        var starved = client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "b:1b"), Cancel);
        await ClaimedAsync(client, clock);
        var joins = client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b").With("keep_alive", "10m"), Cancel);
        await ollama.Requests.WaitForAsync(request => request is { Model: "a:1b", Phase: RequestPhase.Waiting }, Cancel);
        busy.Dispose();
        await joins;
        await ollama.Requests.WaitForAsync(request => request is { Model: "a:1b", Phase: RequestPhase.Ended }, Cancel, count: 2);

        Assert.Equal(["a:1b"], await LoadedAsync(client));
        clock.Advance(TimeSpan.FromMinutes(10));
        await starved;
        Assert.Equal(TimeSpan.FromMinutes(10), ollama.Requests.Single(request => request.Model == "b:1b").StartedAt - started);
    }

    [Fact]
    public async Task Loads_one_model_at_a_time()
    {
        var clock = new FakeTimeProvider();
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { Clock = clock, TimeScale = 0.01 });
        using var client = ollama.CreateClient();

        var both = Task.WhenAll(
            client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel),
            client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "b:1b"), Cancel));
        await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Waiting, Cancel, count: 2);
        while ((await LoadedAsync(client)).Count == 0)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        // Half of the second load's time.
        for (var step = 0; step < 30; step++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Single(await LoadedAsync(client));
        }

        while (!both.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await both;
    }

    [Theory]
    [InlineData("num_ctx", 8192, true)]
    [InlineData("num_thread", 2, true)]
    [InlineData("num_batch", 64, true)]
    [InlineData("num_ctx", 4096, false)]
    [InlineData("num_gpu", 0, true)]
    [InlineData("num_gpu", -1, false)]
    [InlineData("main_gpu", 1, true)]
    [InlineData("draft_num_predict", 4, true)]
    [InlineData("num_predict", 10, false)]
    [InlineData("temperature", 1, false)]
    public async Task Loads_a_model_anew_for_other_runner_options(string option, int value, bool reloads)
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions());
        using var client = ollama.CreateClient();
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel);

        var answer = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false, "a:1b").With("options", new JsonObject { [option] = value }), Cancel);

        Assert.Equal(reloads ? 1_500_000_000 : 0, (long?)answer["load_duration"] ?? 0);
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, null, true)]
    [InlineData(null, false, true)]
    [InlineData(null, null, false)]
    public async Task Loads_a_model_anew_for_another_way_to_read_its_file(bool? first, bool? second, bool reloads)
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions());
        using var client = ollama.CreateClient();
        JsonObject Chat(bool? mmap) => Wire.Chat("Hello", stream: false, "a:1b").With("options", new JsonObject { ["use_mmap"] = mmap });
        await client.PostForJsonAsync("/api/chat", Chat(first), Cancel);

        Assert.Equal(reloads ? 1_500_000_000 : 0, (long?)(await client.PostForJsonAsync("/api/chat", Chat(second), Cancel))["load_duration"] ?? 0);
    }

    [Theory]
    [InlineData("shift", false, true)]
    [InlineData("shift", true, false)]
    public async Task Loads_a_model_anew_for_another_way_to_end_its_context(string member, bool value, bool reloads)
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions());
        using var client = ollama.CreateClient();
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel);

        var answer = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false, "a:1b").With(member, value), Cancel);

        Assert.Equal(reloads ? 1_500_000_000 : 0, (long?)answer["load_duration"] ?? 0);
    }

    [Theory]
    [InlineData(131_072, 1_000_000, false)]
    [InlineData(8192, 16_384, true)]
    public async Task A_context_is_no_longer_than_the_model_was_trained_for(int first, int second, bool reloads)
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions());
        using var client = ollama.CreateClient();
        JsonObject Chat(int context) => Wire.Chat("Hello", stream: false, "a:1b").With("options", new JsonObject { ["num_ctx"] = context });
        await client.PostForJsonAsync("/api/chat", Chat(first), Cancel);

        Assert.Equal(reloads ? 1_500_000_000 : 0, (long?)(await client.PostForJsonAsync("/api/chat", Chat(second), Cancel))["load_duration"] ?? 0);
    }

    [Fact]
    public async Task Two_names_of_one_file_share_its_place_and_push_each_other_out_of_it()
    {
        await using var ollama = await OllamaSimulator.StartAsync(
            new OllamaSimulatorOptions { Models = [new("a:1b", SpeedProfile.OneBillion), new("mine:1b", SpeedProfile.OneBillion) { SameFileAs = "a:1b" }] }, Cancel);
        using var client = ollama.CreateClient();
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel);

        var shared = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false, "mine:1b"), Cancel);
        var pushed = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false, "mine:1b").With("options", new JsonObject { ["num_ctx"] = 8192 }), Cancel);

        Assert.Equal(0, (long?)shared["load_duration"] ?? 0);
        Assert.Equal(1_500_000_000, (long)pushed["load_duration"]!);
        Assert.Equal(["mine:1b"], await LoadedAsync(client));
    }

    [Theory]
    [InlineData("llama", "completion", 2 * 4096)]
    [InlineData("qwen3vl", "completion", 4096)]
    [InlineData("nomic-bert", "embedding", 4096)]
    public async Task Some_models_have_one_slot_whatever_was_set(string family, string capability, int tokens)
    {
        var model = new SimulatedModel("some:1b", SpeedProfile.OneBillion) { Family = family, Capabilities = [capability], SizeBytes = 0 };
        await using var ollama = await OllamaSimulator.StartAsync(new OllamaSimulatorOptions { NumParallel = 2, Models = [model] }, Cancel);
        using var client = ollama.CreateClient();

        await client.PostForJsonAsync("/api/embed", new JsonObject { ["model"] = "some:1b", ["input"] = "Hello" }, Cancel);

        var running = JsonNode.Parse(await client.GetStringAsync("/api/ps", Cancel))!["models"]!.AsArray();
        Assert.Equal(tokens * 32L * 1024, (long)Assert.Single(running)!["size"]!);
    }

    [Theory]
    [InlineData("completion", 512)]
    [InlineData("vision", 2048)]
    public async Task A_model_that_sees_has_a_context_that_an_image_fits_into(string capability, int context)
    {
        var model = new SimulatedModel("some:1b", SpeedProfile.OneBillion) { Capabilities = ["completion", capability] };
        await using var ollama = await OllamaSimulator.StartAsync(new OllamaSimulatorOptions { Models = [model] }, Cancel);
        using var client = ollama.CreateClient();

        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "some:1b").With("options", new JsonObject { ["num_ctx"] = 512 }), Cancel);

        var running = JsonNode.Parse(await client.GetStringAsync("/api/ps", Cancel))!["models"]!.AsArray();
        Assert.Equal(context, (int)Assert.Single(running)!["context_length"]!);
    }

    [Theory]
    [InlineData(false, "c:1b")]
    [InlineData(true, "b:1b c:1b")]
    public async Task Evicts_all_and_tries_once_more_when_memory_runs_out_or_as_many_as_needed_before(bool before, string left)
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions { MemoryBytes = 2_500_000_000, EvictByMemory = before });
        using var client = ollama.CreateClient();
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel);
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "b:1b"), Cancel);

        var answer = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false, "c:1b"), Cancel);
        Assert.Equal(left, string.Join(' ', (await LoadedAsync(client)).Order()));
        Assert.Equal("You asked: Hello", (string?)answer["message"]!["content"]);

        var tooBig = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", model: "d:1b").With("options", new JsonObject { ["num_ctx"] = 100_000 }), Cancel);
        Assert.StartsWith("llama-server process has terminated: ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer", (string?)tooBig["error"], StringComparison.Ordinal);
        Assert.Empty(await LoadedAsync(client));
    }

    [Fact]
    public async Task A_load_that_crashes_for_another_reason_evicts_nobody_and_is_not_tried_again()
    {
        await using var ollama = await StartAsync(new OllamaSimulatorOptions());
        using var client = ollama.CreateClient();
        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello", model: "a:1b"), Cancel);
        ollama.Faults.Set(new Fault(FaultKind.LoadCrash) { Times = 1 });

        var crashed = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", model: "b:1b"), Cancel);

        Assert.Equal("llama-server process has terminated: exit status 2", (string?)crashed["error"]);
        Assert.Equal(["a:1b"], await LoadedAsync(client));
    }

    // Until a waiting load has chosen the only model as its victim, whose time is over then.
    private static async Task ClaimedAsync(HttpClient client, TimeProvider clock)
    {
        while ((DateTimeOffset)JsonNode.Parse(await client.GetStringAsync("/api/ps", Cancel))!["models"]![0]!["expires_at"]! > clock.GetUtcNow())
        {
            Cancel.ThrowIfCancellationRequested();
        }
    }
}
