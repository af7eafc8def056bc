using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Sutazai.Clients;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests.Usage;

public sealed class LedgerTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("sutazai-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Says_who_used_how_much_of_which_model()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var key = router.CreateClient(new Caller("key:one", [Scopes.UseModels]));

        var miner = await ChatAsync(router.Client, "miner", "llama3.2:1b", "Hi");
        await ChatAsync(router.Client, "miner", "llama3.2:3b", "Hello there");
        var own = await ChatAsync(key, null, "llama3.2:1b", "Good day to you");
        using var embedded = await router.Client.PostAsync("api/embed", Json("""{"model":"nomic-embed-text","input":["some","texts"]}"""), Cancelled);
        var vectors = await embedded.Content.ReadFromJsonAsync<JsonElement>(Cancelled);

        var rows = (await UsageAsync(router.Client, "?by=agent,caller,model")).Rows;
        Assert.Equal(
            [(null, "key:one", "llama3.2:1b"), (null, "local", "nomic-embed-text:latest"), ("miner", "local", "llama3.2:1b"), ("miner", "local", "llama3.2:3b")],
            rows.Select(r => (r.Agent, r.Caller, r.Model)).Order());
        var row = rows.Single(r => r is { Agent: "miner", Model: "llama3.2:1b" });
        Assert.Equal((1, Tokens(miner, "prompt_eval_count"), Tokens(miner, "eval_count")), (row.Calls, row.PromptTokens, row.CompletionTokens));
        Assert.Equal(Seconds(miner, "prompt_eval_duration") + Seconds(miner, "eval_duration"), row.CpuSeconds, 6);
        Assert.True(row.CpuSeconds > 0);
        row = rows.Single(r => r.Model == "nomic-embed-text:latest");
        Assert.Equal((Tokens(vectors, "prompt_eval_count"), 0), (row.PromptTokens, row.CompletionTokens));
        Assert.Equal(Seconds(vectors, "total_duration") - Seconds(vectors, "load_duration"), row.CpuSeconds, 6);

        var agents = (await UsageAsync(router.Client, "?by=agent")).Rows;
        Assert.Equal([(null, null, 2L), ("miner", null, 2)], agents.Select(r => (r.Agent, r.Caller, r.Calls)).Order());

        // Who may not read operations sees their own.
        row = Assert.Single((await UsageAsync(key, "")).Rows);
        Assert.Equal(("key:one", 1, Tokens(own, "prompt_eval_count")), (row.Caller, row.Calls, row.PromptTokens));
    }

    [Fact]
    public async Task Counts_what_kept_and_joined_answers_save_for_those_who_got_them()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Stall) { When = new Condition { LastUser = "first" } }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var joined = router.Count("sutazai.router.share.joined");
        using var leaving = new CancellationTokenSource();
        var holder = router.PostAsync("api/chat", Body("llama3.2:1b", "first"), leaving.Token);
        await simulator.Requests.WaitForAsync(r => r.Phase == RequestPhase.Generating, Cancelled);

        var leader = ChatAsync(router.Client, "leader", "llama3.2:1b", "same");
        await UntilAsync(() => router.Waiting == 1);
        var reader = ChatAsync(router.Client, "reader", "llama3.2:1b", "same");
        await UntilAsync(() => joined.Total == 1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder);
        var answer = await leader;
        await reader;
        await ChatAsync(router.Client, "late", "llama3.2:1b", "same");

        var rows = (await UsageAsync(router.Client, "?by=agent")).Rows.ToDictionary(r => r.Agent ?? "");
        var work = Seconds(answer, "prompt_eval_duration") + Seconds(answer, "eval_duration");
        Assert.Equal((1, 0), (rows["leader"].Calls, rows["leader"].SavedCalls));
        Assert.Equal(work, rows["leader"].CpuSeconds, 6);
        Assert.Equal((0, 0.0, 1), (rows["reader"].Calls, rows["reader"].CpuSeconds, rows["reader"].SavedCalls));
        Assert.Equal(work, rows["reader"].SavedSeconds, 6);
        Assert.Equal((0, 0.0, 1), (rows["late"].Calls, rows["late"].CpuSeconds, rows["late"].SavedCalls));
        Assert.True(rows["late"].SavedSeconds >= work);
    }

    [Fact]
    public async Task Counts_the_work_wasted_on_calls_that_end_without_an_answer()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 10, 20, 0, TimeSpan.Zero));
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Stall) { When = new Condition { LastUser = "first" } }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time);
        using var wasted = router.Count("sutazai.router.work.wasted");
        using var leaving = new CancellationTokenSource();
        using var impatient = new CancellationTokenSource();
        var first = router.PostAsync("api/chat", Body("llama3.2:1b", "first"), leaving.Token);
        await simulator.Requests.WaitForAsync(r => r.Phase == RequestPhase.Generating, Cancelled);
        var second = router.PostAsync("api/chat", Body("llama3.2:1b", "second"), impatient.Token);
        await UntilAsync(() => router.Waiting == 1);

        time.Advance(TimeSpan.FromSeconds(7));
        await impatient.CancelAsync();
        await UntilAsync(() => router.Waiting == 0);
        await leaving.CancelAsync();
        await UntilAsync(() => wasted.Total > 0);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(7, wasted.Total, 6);
        var report = await UsageAsync(router.Client, "");
        var row = Assert.Single(report.Rows);
        Assert.Equal((0, 2, 7.0), (row.Calls, row.FailedCalls, row.WastedSeconds));
        Assert.Equal((time.GetUtcNow().AddMinutes(40).AddSeconds(-7), TimeSpan.FromHours(24)), (report.To, report.To - report.From));
    }

    [Fact]
    public async Task Sums_hours_and_drops_those_that_are_too_old()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 10, 20, 0, TimeSpan.Zero));
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time, "ModelRouter:UsageRetention=2.03:00:00");
        foreach (var hours in (int[])[2, 47, 1])
        {
            await ChatAsync(router.Client, null, "llama3.2:1b", $"before {hours}");
            await UsageAsync(router.Client, "");
            time.Advance(TimeSpan.FromHours(hours));
        }

        Assert.Equal(3, await CallsAsync("?from=2026-01-01T00:00Z"));
        Assert.Equal(1, await CallsAsync("?from=2026-01-01T10:59Z&to=2026-01-01T11:00Z"));
        Assert.Equal(2, await CallsAsync("?from=2026-01-01T10:00Z&to=2026-01-01T12:01Z"));
        Assert.Equal(1, await CallsAsync(""));

        await ChatAsync(router.Client, null, "llama3.2:1b", "now");
        Assert.Equal(4, await CallsAsync("?from=2026-01-01T00:00Z"));
        time.Advance(TimeSpan.FromHours(2));
        await UntilAsync(async () => await CallsAsync("?from=2026-01-01T00:00Z") == 3);
        Assert.Equal(0, await CallsAsync("?from=2026-01-01T00:00Z&to=2026-01-01T12:00Z"));

        async Task<long> CallsAsync(string query) => (await UsageAsync(router.Client, query)).Rows.Sum(r => r.Calls);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task Adds_up_over_restarts(string provider)
    {
        var server = Environment.GetEnvironmentVariable("ConnectionStrings__postgres");
        Assert.SkipWhen(provider == "postgres" && server is null, "ConnectionStrings__postgres names no server; eng/infra.sh starts one.");
        await using var database = provider == "postgres" ? await Database.CreateAsync(server!) : null;
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        string[] settings = [$"data={_data.FullName}", $"Backends:usage:Provider={provider}", $"ConnectionStrings:postgres={database?.Connection}"];
        for (var run = 1; run <= 3; run++)
        {
            await using var router = await Router.BeforeAsync(simulator, settings);
            await ChatAsync(router.Client, "miner", "llama3.2:1b", "Hi");
            await ChatAsync(router.Client, "miner", "llama3.2:1b", $"Hi {run}");

            Assert.Equal(2 * run, (await UsageAsync(router.Client, "")).Rows.Single(r => r.Agent == "miner").Calls);

            // Not read any more, so it is the end of the run that has to write it.
            await ChatAsync(router.Client, "last", "llama3.2:1b", $"Bye {run}");
        }

        await using var after = await Router.BeforeAsync(simulator, settings);
        Assert.Equal(3, (await UsageAsync(after.Client, "")).Rows.Single(r => r.Agent == "last").Calls);
    }

    [Fact]
    public async Task Is_written_within_a_second_without_being_asked()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 10, 20, 0, TimeSpan.Zero));
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time, $"data={_data.FullName}");
        await ChatAsync(router.Client, "miner", "llama3.2:1b", "Hi");

        time.Advance(TimeSpan.FromSeconds(1));

        // What a crash would leave.
        var file = Path.Combine(_data.FullName, "model-router", "usage.db");
        await UntilAsync(() => File.Exists(file) && Calls() == 1);

        long Calls()
        {
            using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """SELECT "Calls" FROM "Usage" WHERE "Agent" = 'miner'""";
            try
            {
                return command.ExecuteScalar() as long? ?? 0;
            }
            catch (SqliteException)
            {
                // The table is not there yet.
                return 0;
            }
        }
    }

    [Theory, InlineData("\u2603"), InlineData("long")]
    public async Task Names_that_callers_make_up_do_not_get_into_the_store(string name)
    {
        // Nobody can say which models it has.
        await using var router = await Router.StartAsync("Backends:models:Provider=ollama", "ConnectionStrings:ollama=Endpoint=http://127.0.0.1:9");

        using var failed = await router.PostAsync("api/chat", Body(name == "long" ? new string('x', 201) : name, "Hi"), Cancelled);

        Assert.Equal(502, (int)failed.StatusCode);
        var row = Assert.Single((await UsageAsync(router.Client, "?by=model")).Rows);
        Assert.Equal(("(others)", 1), (row.Model, row.FailedCalls));
    }

    [Fact]
    public async Task A_store_that_is_not_there_stops_nobody()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(
            simulator, "Backends:usage:Provider=postgres", "ConnectionStrings:postgres=Host=127.0.0.1;Port=9;Timeout=1", "ModelRouter:Budgets:all:Tokens=100", "Logging:LogLevel:Sutazai=None");

        using var taken = await router.PostAsync("api/chat", Body("llama3.2:1b", "Hi"), Cancelled);
        using var report = await router.Client.GetAsync("usage", Cancelled);

        Assert.Equal((200, 503), ((int)taken.StatusCode, (int)report.StatusCode));
    }

    [Theory]
    [InlineData("?by=agent,user", "'user' is none of them")]
    [InlineData("?from=2026-01-02T00:00Z&to=2026-01-01T00:00Z", "'from' is before 'to'")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?to=0001-01-01T00:00Z", "1970 to 9998"), InlineData("?from=9999-12-31T23:59Z", "1970 to 9998")]
    public async Task Says_what_is_wrong_with_a_question(string query, string expected)
    {
        await using var router = await Router.StartAsync();

        using var refused = await router.Client.GetAsync("usage" + query, Cancelled);

        Assert.Equal(400, (int)refused.StatusCode);
        Assert.Contains(expected, (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<UsageReport> UsageAsync(HttpClient client, string query) =>
        (await client.GetFromJsonAsync<UsageReport>("usage" + query, SutazaiJson.Options, Cancelled))!;

    private static async Task<JsonElement> ChatAsync(HttpClient client, string? agent, string model, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/chat") { Content = Json(Body(model, text)) };
        if (agent is not null)
        {
            request.Headers.Add(AgentHeader.Name, agent);
        }

        using var response = await client.SendAsync(request, Cancelled);
        Assert.Equal(200, (int)response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
    }

    private static string Body(string model, string text) =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}],"options":{"temperature":0},"stream":false}""";

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static long Tokens(JsonElement reply, string name) => reply.GetProperty(name).GetInt64();

    private static double Seconds(JsonElement reply, string name) => reply.GetProperty(name).GetInt64() / 1e9;

    private static Task UntilAsync(Func<bool> state) => UntilAsync(() => Task.FromResult(state()));

    private static async Task UntilAsync(Func<Task<bool>> state)
    {
        while (!await state())
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A database that exists for one test.</summary>
    private sealed class Database(string server, string name) : IAsyncDisposable
    {
        public string Connection => new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;

        public static async Task<Database> CreateAsync(string server)
        {
            var name = $"usage_{Environment.ProcessId}";
            await RunAsync(server, $"CREATE DATABASE {name}");
            return new Database(server, name);
        }

        public async ValueTask DisposeAsync() => await RunAsync(server, $"DROP DATABASE {name} WITH (FORCE)");

        private static async Task RunAsync(string server, string sql)
        {
            await using var source = NpgsqlDataSource.Create(server);
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Cancelled);
        }
    }
}
