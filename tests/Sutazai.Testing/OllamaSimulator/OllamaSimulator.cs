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
        _server = new ModelServer(options, _time, _scheduler, new Inference(_time, Requests), new ScriptedAnswers(options.Script), Faults, Requests);

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

    /// <summary>How often the server has begun to load a model.</summary>
    public int Loads => _scheduler.Loads;

    public static async Task<OllamaSimulator> StartAsync(OllamaSimulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        var simulator = new OllamaSimulator(options ?? new OllamaSimulatorOptions());
        await simulator._app.StartAsync(cancellationToken);
        simulator.Address = new Uri(simulator._app.Urls.First());
        return simulator;
    }

    /// <summary>A client whose base address is the simulator's.</summary>
    public HttpClient CreateClient() =>
        // Without the limit a response disposed in mid-stream is read on for two seconds before its connection is closed.
        new(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };

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
        var left = false;
        try
        {
            await AnswerAsync(exchange, next);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            left = !exchange.WasReset;
            http.Response.StatusCode = http.Response.HasStarted ? http.Response.StatusCode : StatusCodes.Status499ClientClosedRequest;
        }
        finally
        {
            exchange.Note(record => record with
            {
                Phase = RequestPhase.Ended,
                Status = exchange.WasReset && !http.Response.HasStarted ? null : http.Response.StatusCode,
                EndedAt = _time.Now,
                AbortedAt = left ? _time.Now : null,
            });
        }
    }

    private async Task AnswerAsync(Exchange exchange, RequestDelegate next)
    {
        try
        {
            if (ModelServer.Serves(exchange.Path) || !await _server.StrikesOutsideAsync(exchange))
            {
                await next(exchange.Http);
                await WriteMissingRouteAsync(exchange);
            }
        }
        catch (ApiException exception)
        {
            await WriteErrorAsync(exchange, exception.Status, exception.Message);
        }
        catch (Exception exception) when (!exchange.Http.RequestAborted.IsCancellationRequested && !exchange.Http.Response.HasStarted)
        {
            // Nothing is logged, so that a mistake in the simulator has to show in its answer.
            await WriteErrorAsync(exchange, 500, $"the simulator failed: {exception}");
        }
    }

    private static Task WriteErrorAsync(Exchange exchange, int status, string message) =>
        exchange.Http.Request.Path.StartsWithSegments("/v1")
            ? exchange.WriteAsync(status, AnswerFormat.OpenAiError(status, message), "application/json")
            : exchange.WriteAsync(status, AnswerFormat.OllamaError(message));

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
