using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sutazai.Bench.Policies;
using Sutazai.Bench.Router;
using Sutazai.Clients;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.Bench.Ollama;

/// <summary>An Ollama with nothing before it or with our router, asked over HTTP in Ollama's API.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    private readonly HttpClient _http = ChatClient.Plain();
    private readonly OllamaSimulator _ollama;
    private HostProcess? _router;
    private CallerIdentity? _identity;

    private Server(OllamaSimulator ollama) => (_ollama, _http.BaseAddress) = (ollama, ollama.Address);

    public static async Task<Server> AloneAsync(CancellationToken cancellationToken) => new(await HastyMachine.StartAsync(cancellationToken));

    /// <param name="settings">The router's, as <c>name=value</c>.</param>
    public static async Task<Server> BehindRouterAsync(string folder, IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        var server = await AloneAsync(cancellationToken);
        try
        {
            await server.PutRouterBeforeAsync(folder, settings, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks every job at its time and waits for all. Times are the simulated machine's seconds.</summary>
    public async Task<Outcome> PlayAsync(IReadOnlyList<Job> jobs, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetUtcNow();
        var loads = _ollama.Loads;
        await Task.WhenAll(jobs.Select(job => AskAsync(job, began, cancellationToken)));
        var starts = _ollama.Requests.Where(r => r.StartedAt is not null && Number().IsMatch(r.Body))
            .ToDictionary(r => int.Parse(Number().Match(r.Body).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), r => (r.StartedAt!.Value - began) / HastyMachine.Scale);
        foreach (var job in jobs.Where(j => starts.ContainsKey(j.Number)))
        {
            job.Started = starts[job.Number].TotalSeconds;
        }

        return new Outcome(jobs, _ollama.Loads - loads, 0, 0);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _router?.Dispose();
        await _ollama.DisposeAsync();
    }

    private async Task AskAsync(Job job, DateTimeOffset began, CancellationToken cancellationToken)
    {
        var wait = began + TimeSpan.FromSeconds(job.Arrival * HastyMachine.Scale) - TimeProvider.System.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, cancellationToken);
        }

        var options = new JsonObject { ["stop"] = new JsonArray(HastyMachine.StopAfter(job.Output)) };
        if (job.Context is { } context)
        {
            options["num_ctx"] = context;
        }

        JsonArray messages = [new JsonObject { ["role"] = "user", ["content"] = HastyMachine.Prompt(job.Number, job.Prompt - job.Instructions) }];
        if (job.Instructions > 0)
        {
            messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = HastyMachine.Instructions(job.Agent, job.Instructions) });
        }

        var body = new JsonObject
        {
            ["model"] = job.Model.Name,
            ["stream"] = false,
            ["messages"] = messages,
            ["options"] = options,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/chat") { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        if (_identity is not null)
        {
            Sign(request);
            request.Headers.Add(AgentHeader.Name, job.Agent);
            request.Headers.Add("x-router-priority", job.Batch ? "batch" : "interactive");
        }

        using var response = await _http.SendAsync(request, cancellationToken);
        await response.Content.ReadAsStringAsync(cancellationToken);
        job.Refused = !response.IsSuccessStatusCode;
        job.Finished = job.Refused ? null : (TimeProvider.System.GetUtcNow() - began).TotalSeconds / HastyMachine.Scale;
    }

    private async Task PutRouterBeforeAsync(string folder, IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        var inside = HostProcess.FreeUrl();
        var secret = RandomNumberGenerator.GetHexString(64);
        var data = Directory.CreateDirectory(Path.Combine(folder, "router-" + inside.Port)).FullName;
        _router = HostProcess.StartProgram(
            "dotnet",
            inside,
            [
                Path.Combine(AppContext.BaseDirectory, "Sutazai.Host.dll"), "--target=model-router", $"--urls={inside}", $"--data={data}", "--Logging:LogLevel:Default=Warning",
                "--Backends:models:Provider=ollama", $"--ConnectionStrings:ollama=Endpoint={_ollama.Address}", "--ModelRouter:MaxLoadedModels=1", "--ModelRouter:MaxQueue=10000",
                "--ModelRouter:CacheBytes=0", .. settings.Select(s => "--ModelRouter:" + s),
            ],
            ("Internal__Key", secret));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Internal:Key", secret)]).Build();
        _identity = new CallerIdentity(configuration, new LocalServices([]), TimeProvider.System);
        _http.BaseAddress = new Uri(inside, "model-router/");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await AnswersAsync(patience.Token))
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "api/tags");
            Sign(request);
            using var response = await _http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode && (await response.Content.ReadAsStringAsync(cancellationToken)).Contains(SimModel.Six[0].Name, StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    private void Sign(HttpRequestMessage request) => request.Headers.Add(CallerIdentity.Header, _identity!.Sign(Caller.Local));

    [GeneratedRegex("call-([0-9]+) ")]
    private static partial Regex Number();
}
