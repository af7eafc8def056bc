using System.Text;
using Sutazai.Testing.OllamaSimulator.Answers;
using Sutazai.Testing.OllamaSimulator.Api;
using Sutazai.Testing.OllamaSimulator.Formats;
using Sutazai.Testing.OllamaSimulator.Scheduling;

namespace Sutazai.Testing.OllamaSimulator;

/// <summary>
/// A server that speaks Ollama's API over real HTTP and answers from a script, with the timing, queueing and errors of a machine
/// without a GPU. Written after ollama/ollama at fb3076099 (v0.32).
/// </summary>
public sealed class OllamaSimulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ModelScheduler _scheduler;
    private readonly ScaledTime _time;
    private readonly ModelServer _server;
    private int _received;

    private OllamaSimulator(OllamaSimulatorOptions options)
    {
        _time = new ScaledTime(options.Clock, options.TimeScale);
        _scheduler = new ModelScheduler(options, _time);
        Faults.Set(options.Faults);
        _server = new ModelServer(options, _time, _scheduler, new Inference(_time, Requests), new ScriptedAnswers(options.Script), Faults);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(options.Url).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.Use(HandleAsync);
        _app.UseRouting();
        new OllamaApi(options, _scheduler, _server).Map(_app);
        new OpenAiApi(options, _server).Map(_app);
        new SimulatorApi(Requests, Faults).Map(_app);
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    public RequestLog Requests { get; } = new();

    public FaultSwitches Faults { get; } = new();

    /// <summary>Requests that wait for a model to be loaded, without the one being served.</summary>
    public int PendingLoads => _scheduler.PendingLoads;

    public static async Task<OllamaSimulator> StartAsync(OllamaSimulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        var simulator = new OllamaSimulator(options ?? new OllamaSimulatorOptions());
        await simulator._app.StartAsync(cancellationToken);
        simulator.Address = new Uri(simulator._app.Urls.First());
        return simulator;
    }

    /// <summary>A client whose base address is the simulator's.</summary>
    public HttpClient CreateClient() => new() { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        await _scheduler.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.StartsWithSegments(SimulatorApi.Prefix))
        {
            await next(http);
            return;
        }

        var exchange = await RecordAsync(http);
        try
        {
            if (ModelServer.Serves(exchange.Path) || !await _server.StrikesOutsideAsync(exchange))
            {
                await next(http);
                await WriteMissingRouteAsync(exchange);
            }
        }
        catch (ApiException exception)
        {
            var openAi = http.Request.Path.StartsWithSegments("/v1");
            await exchange.WriteAsync(
                exception.Status,
                openAi ? AnswerFormat.OpenAiError(exception.Status, exception.Message) : AnswerFormat.OllamaError(exception.Message),
                openAi ? "application/json" : "application/json; charset=utf-8");
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = http.Response.HasStarted ? http.Response.StatusCode : StatusCodes.Status499ClientClosedRequest;
        }
        finally
        {
            var aborted = http.RequestAborted.IsCancellationRequested && !exchange.WasReset;
            exchange.Note(record => record with
            {
                Phase = RequestPhase.Ended,
                Status = exchange.WasReset && !http.Response.HasStarted ? null : http.Response.StatusCode,
                EndedAt = _time.Now,
                AbortedAt = aborted ? _time.Now : null,
            });
        }
    }

    private async Task<Exchange> RecordAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var number = Interlocked.Increment(ref _received);
        var headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        Requests.Add(new RecordedRequest(number, _time.Now, http.Request.Method, http.Request.Path, headers, body));
        var exchange = new Exchange(http, number, body, Requests);
        http.Items[typeof(Exchange)] = exchange;
        return exchange;
    }

    // gin's words.
    private static Task WriteMissingRouteAsync(Exchange exchange) => exchange.Http.Response is { HasStarted: false, ContentType: null } response
        ? response.StatusCode switch
        {
            404 => exchange.WriteTextAsync("404 page not found", "text/plain"),
            405 => exchange.WriteTextAsync("405 method not allowed", "text/plain"),
            _ => Task.CompletedTask,
        }
        : Task.CompletedTask;
}
