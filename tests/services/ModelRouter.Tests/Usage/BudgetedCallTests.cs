using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Sutazai.Clients;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests.Usage;

public sealed class BudgetedCallTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("sutazai-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Delete(recursive: true);

    [Theory]
    [InlineData("ModelRouter:Budgets:all:Tokens=1300"), InlineData("ModelRouter:Budgets:all:CpuSeconds=60")]
    public async Task A_crowd_is_over_the_limit_by_less_than_a_call(string budget)
    {
        // Much longer than is estimated before anything was measured.
        var script = new Script([new Rule(Turn.Say(string.Join(' ', Enumerable.Repeat("word", 300))))]);
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = script }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, budget, "ModelRouter:MaxWait=1.00:00:00");
        using var refusals = router.Count("sutazai.router.budget.refused");
        var limit = double.Parse(budget[(budget.IndexOf('=', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);

        var calls = (await Task.WhenAll(Enumerable.Range(0, 200).Select(i => AskAsync(router, "api/chat", $"{i}")))).ToList();
        while (calls[^1].Status == 200 || calls.Count == 200)
        {
            calls.Add(await AskAsync(router, "api/chat", $"{calls.Count}"));
        }

        Assert.All(calls, c => Assert.True(c.Status is 200 or 429));
        var used = calls.Where(c => c.Status == 200)
            .Select(c => budget.Contains("Tokens", StringComparison.Ordinal) ? Number(c, "prompt_eval_count") + Number(c, "eval_count") : (Number(c, "prompt_eval_duration") + Number(c, "eval_duration")) / 1e9)
            .ToList();
        Assert.True(used.Sum() >= limit && used.Sum() - used.Max() < limit, $"{used.Sum()} of {limit} with calls of {used.Max()}");
        Assert.Equal(refusals.Total, calls.Count(c => c.Status == 429));
    }

    [Theory, InlineData("api/chat", false), InlineData("api/chat", true), InlineData("v1/chat/completions", false), InlineData("v1/chat/completions", true)]
    public async Task A_budget_that_is_spent_is_told_in_the_dialect_with_the_time_of_the_next(string path, bool stream)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:Budgets:small:Tokens=1", "ModelRouter:Budgets:small:Window=Hour");
        Assert.Equal(200, (await AskAsync(router, path, "first", stream: stream)).Status);

        using var refused = await router.PostAsync(path, Body("second", stream), Cancelled);

        Assert.Equal(429, (int)refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        var error = (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("error");
        var openAI = path.StartsWith("v1", StringComparison.Ordinal);
        Assert.Matches(@"^the budget 'small' of local is spent for this hour: \d+ of 1 tokens used, 0 more reserved by calls under way; the next begins at ", openAI ? error.GetProperty("message").GetString() : error.GetString());
        if (openAI)
        {
            Assert.Equal(("insufficient_quota", "insufficient_quota"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        }
    }

    [Fact]
    public async Task Answers_made_for_others_cost_nothing()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:Budgets:small:Tokens=1");

        var statuses = new List<int>();
        foreach (var text in (string[])["same", "same", "other", "same"])
        {
            statuses.Add((await AskAsync(router, "api/chat", text, options: """{"temperature":0}""")).Status);
        }

        Assert.Equal([200, 200, 429, 200], statuses);
    }

    [Fact]
    public async Task What_a_call_reserved_is_free_again_when_it_leaves_before_its_turn()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Stall) { When = new Condition { LastUser = "first" } }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:Budgets:large:Caller=local", "ModelRouter:Budgets:large:Tokens=1000000", "ModelRouter:Budgets:small:Tokens=300");
        using var other = router.CreateClient(new Caller("key:other", [Scopes.UseModels]));
        using var leaving = new CancellationTokenSource();
        using var impatient = new CancellationTokenSource();
        var first = router.PostAsync("api/chat", Body("first", stream: false), leaving.Token);
        await simulator.Requests.WaitForAsync(r => r.Phase == RequestPhase.Generating, Cancelled);

        // Half of it is estimated for an answer; the long question does not fit beside one, but alone.
        var second = SendAsync("short", impatient.Token);
        await WaitingAsync(router, 1);
        using var refused = await SendAsync(new string('x', 1000), Cancelled);
        await impatient.CancelAsync();
        await WaitingAsync(router, 0);

        // Its place in the queue is free a moment before what it reserved is.
        var third = SendAsync(new string('x', 1000), Cancelled);
        while (await Task.WhenAny(third, WaitingAsync(router, 1)) == third)
        {
            using var early = await third;
            Assert.Equal(429, (int)early.StatusCode);
            third = SendAsync(new string('x', 1000), Cancelled);
        }

        await leaving.CancelAsync();

        Assert.Equal(429, (int)refused.StatusCode);
        Assert.Contains("0 of 300 tokens used, ", await refused.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        using var answered = await third;
        Assert.Equal(200, (int)answered.StatusCode);

        Task<HttpResponseMessage> SendAsync(string text, CancellationToken cancellationToken) => other.PostAsync("api/chat", new StringContent(Body(text, stream: false)), cancellationToken);
    }

    [Fact]
    public async Task What_was_used_before_a_restart_still_counts()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        string[] settings = [$"data={_data.FullName}", "ModelRouter:Budgets:small:Tokens=1"];
        await using (var router = await Router.BeforeAsync(simulator, settings))
        {
            Assert.Equal(200, (await AskAsync(router, "api/chat", "first")).Status);
        }

        await using var again = await Router.BeforeAsync(simulator, settings);
        Assert.Equal(429, (await AskAsync(again, "api/chat", "second")).Status);
    }

    private static async Task WaitingAsync(Router router, int count)
    {
        while (router.Waiting != count)
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }
    }

    private static double Number((int Status, JsonElement Body) call, string name) => call.Body.GetProperty(name).GetDouble();

    private static async Task<(int Status, JsonElement Body)> AskAsync(Router router, string path, string text, bool stream = false, string options = "{}")
    {
        using var response = await router.PostAsync(path, Body(text, stream, options), Cancelled);
        var said = await response.Content.ReadAsStringAsync(Cancelled);
        return ((int)response.StatusCode, stream ? default : JsonElement.Parse(said));
    }

    private static string Body(string text, bool stream, string options = "{}") =>
        $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"{{text}}"}],"stream":{{(stream ? "true" : "false")}},"options":{{options}}}""";
}
