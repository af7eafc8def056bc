using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Sutazai.Clients;
using Sutazai.Host;
using Sutazai.Identity;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.EndToEnd.Tests;

/// <summary>Services in processes of their own, started as an operator starts them.</summary>
[Trait("Category", "Processes")]
public sealed class ProcessTests : IAsyncDisposable
{
    private static readonly string[] s_services = ["registry", "identity", "artifacts", "model-router", "data-files", "gateway"];

    /// <summary>So fast that only the fault takes time.</summary>
    private static readonly SimulatedModel[] s_models = [.. SimulatedModel.Defaults.Select(m => m with { Speed = new SpeedProfile(1_000_000, 100_000, 0, 0) })];

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("sutazai-");
    private readonly Dictionary<string, HostProcess> _processes = [];
    private readonly Dictionary<string, string> _addresses = Modules.All.ToDictionary(m => m.Name, _ => FreeAddress());
    private readonly HttpClient _client = new() { BaseAddress = new Uri(FreeAddress()), Timeout = TimeSpan.FromMinutes(1) };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_main_job_runs_over_processes_and_survives_the_death_of_one()
    {
        await StartAllAsync();
        using var form = new MultipartFormDataContent { { new ByteArrayContent("city,people\nBern,134794\nBasel,173552\n"u8.ToArray()), "file", "cities.csv" } };
        using var uploaded = await _client.PostAsync("api/artifacts", form, Cancelled);
        var id = (await uploaded.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("id").GetString();
        var question = $$"""{"input":"What is in this table?","files":["{{id}}"]}""";

        using var answered = await AskAsync(question);
        Assert.Contains("154173", await answered.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);

        await _processes["data-files"].KillAsync(Cancelled);
        using var dead = await AskAsync(question);
        var problem = await ProblemAssert.ReadAsync(dead, 503, "unavailable", Cancelled);
        Assert.Contains("data-files", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.NotNull(dead.Headers.RetryAfter);

        Start("data-files");
        using var alive = await UntilAsync(() => AskAsync(question), r => r.StatusCode != HttpStatusCode.ServiceUnavailable);
        Assert.Contains("154173", await alive.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_told_to_stop_ends_the_run_under_way_and_signs_off()
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Models = s_models, Script = Script.Of(Turn.Say("A table has rows.")), Faults = [new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromSeconds(3) }], TimeScale = 1 }, Cancelled);
        await StartAllAsync("--ollama", simulator.Address.ToString());
        var call = AskAsync("""{"input":"What is a table?"}""");
        await simulator.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);

        await _processes["data-files"].TerminateAsync(Cancelled);

        using var response = await call;
        var said = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.IsSuccessStatusCode ? said.Contains("A table has rows.", StringComparison.Ordinal) : (int)response.StatusCode == 503 && response.Headers.RetryAfter is not null, said);
        Assert.True(await _processes["data-files"].ExitAsync(Cancelled) == 0, _processes["data-files"].Output);
        using var gone = await UntilAsync(() => _client.GetAsync("api/agents/csv-profiler", Cancelled), r => r.StatusCode == HttpStatusCode.NotFound);
        await ProblemAssert.ReadAsync(gone, 404, "unknown-agent", Cancelled);
    }

    [Fact]
    public async Task An_open_host_needs_a_key_to_start_and_of_everyone_who_asks()
    {
        var port = new Uri(FreeAddress()).Port;
        string[] open = ["--urls", $"http://0.0.0.0:{port}", "--data", _data.FullName];
        await using (var keyless = HostProcess.Start(open))
        {
            Assert.Equal(1, await keyless.ExitAsync(Cancelled));
            Assert.Contains("keys create", keyless.Output, StringComparison.Ordinal);
        }

        using var keys = new KeyCommands(_data.FullName);
        var key = await keys.CreateAsync(new CreateKey("first", [Scopes.AskAgents]), Cancelled);
        await using var host = HostProcess.Start(open);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        (await UntilAsync(() => http.GetAsync("health/ready", Cancelled), r => r.IsSuccessStatusCode)).Dispose();

        using var refused = await http.GetAsync("api/agents", Cancelled);
        await ProblemAssert.ReadAsync(refused, 401, "unauthenticated", Cancelled);
        http.DefaultRequestHeaders.Add("x-api-key", key.Key);
        using var taken = await http.GetAsync("api/agents", Cancelled);
        Assert.Equal(200, (int)taken.StatusCode);
        await host.TerminateAsync(Cancelled);
        Assert.Equal(0, await host.ExitAsync(Cancelled));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var process in _processes.Values)
        {
            await process.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }

    private async Task StartAllAsync(params string[] settings)
    {
        foreach (var service in s_services)
        {
            Start(service, settings);
        }

        (await UntilAsync(() => _client.GetAsync("api/agents/csv-profiler", Cancelled), r => r.IsSuccessStatusCode)).Dispose();
        (await UntilAsync(() => _client.PostAsync("api/agents/csv-profiler/tools/profile", SharedFleet.Json("""{"csv":"a,b\n1,2"}"""), Cancelled), r => r.IsSuccessStatusCode)).Dispose();
    }

    private void Start(string service, params string[] settings)
    {
        string[] listen = service == "gateway" ? ["--urls", _client.BaseAddress!.ToString(), "--Internal:Url", _addresses[service]] : ["--urls", _addresses[service]];
        _processes[service] = HostProcess.Start(
        [
            "--target", service, .. listen, "--data", _data.FullName, "--Internal:Key", "a key that all processes of this test share", "--Registry:Lease", "00:00:10",
            .. _addresses.Select(a => $"--services:{a.Key}:http:0={a.Value}"), .. settings,
        ]);
    }

    private Task<HttpResponseMessage> AskAsync(string question) => _client.PostAsync("api/agents/csv-profiler/ask", SharedFleet.Json(question), Cancelled);

    private async Task<HttpResponseMessage> UntilAsync(Func<Task<HttpResponseMessage>> ask, Predicate<HttpResponseMessage> done)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var last = "no answer";
        while (!patience.IsCancellationRequested)
        {
            try
            {
                var response = await ask();
                if (done(response))
                {
                    return response;
                }

                last = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Cancelled)}";
                response.Dispose();
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }

            // Less often than the local operator may ask.
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancelled);
        }

        throw new TimeoutException($"The state did not come; last: {last}\n{string.Join('\n', _processes.Select(p => $"{p.Key}: {p.Value.Output}"))}");
    }
}
