using System.Diagnostics;
using System.Text.Json;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// One call under way: its place in the queue and at a server, its deadline and its measurements. All are given back when it succeeds, fails
/// or is disposed of, whichever comes first.
/// </summary>
internal sealed class Attempt(
    string operation, string requested, string model, ModelBackends backends, CallMeter meter, ModelTelemetry telemetry, TimeProvider time) : IDisposable
{
    private readonly long _started = time.GetTimestamp();
    private readonly Activity? _span = telemetry.Start(operation, requested, model);
    private CancellationTokenSource? _deadline;
    private CancellationTokenSource? _linked;
    private CancellationToken _caller;
    private Lease? _lease;
    private bool _again;
    private bool _seen;
    private bool _ended;

    /// <summary>Cancelled when the caller leaves or its deadline passes.</summary>
    public CancellationToken Token { get; private set; }

    public IModelBackend Server => _lease!.Backend;

    /// <param name="context">Tokens of context that the call asks for.</param>
    public async ValueTask EnterAsync(ModelQueue queue, Demand demand, int? context, CallProgress progress, CancellationToken cancellationToken)
    {
        _caller = Token = cancellationToken;
        try
        {
            if (demand.Deadline is { } at)
            {
                Bound(at - time.GetUtcNow());
            }

            await meter.ReserveAsync(queue.Estimate(demand), Token);
            _lease = await queue.EnterAsync(demand, context, progress, Token);
            _span?.SetTag("server.address", Server.Address?.Host);
            _span?.SetTag("server.port", Server.Address?.Port);
            telemetry.Queued(operation, model, time.GetElapsedTime(_started));
            meter.Begin();
        }
        catch (Exception e) when (Ends(e, out var failure))
        {
            throw failure;
        }
    }

    /// <summary>The call's options as its server is to have them.</summary>
    public JsonElement? Options(JsonElement? given) => _lease!.Options(given);

    /// <summary>Whether a call whose server was lost before anything of the answer came gets a second try. It is given once.</summary>
    public bool MayTryAgain(Exception exception) =>
        !_seen && !_again && (exception is HttpRequestException or IOException) && !Token.IsCancellationRequested && _lease!.MayTryAgain();

    /// <summary>Waits for the second try.</summary>
    public async ValueTask AgainAsync(Exception why)
    {
        _again = true;
        try
        {
            _lease = await _lease!.AgainAsync(why, Token);
        }
        catch (Exception e) when (Ends(e, out var failure))
        {
            throw failure;
        }
    }

    public void Seen()
    {
        if (!_seen)
        {
            _seen = true;
            telemetry.FirstChunk(operation, model, time.GetElapsedTime(_started));
        }
    }

    /// <summary>The answer is complete; the model may take the next call although the caller has not read everything.</summary>
    public void Succeeded(WorkDone done)
    {
        meter.Answered(done);
        _lease?.Succeeded(done);
        End(done.PromptTokens, done.AnswerTokens, error: null);
    }

    /// <summary>Ends the call, as a filter of its exception.</summary>
    /// <param name="failure">What to tell the caller instead.</param>
    /// <returns>False where the exception says it best itself.</returns>
    public bool Ends(Exception exception, out Exception failure)
    {
        failure = exception switch
        {
            ModelException known => known,
            OperationCanceledException when _caller.IsCancellationRequested => exception,
            OperationCanceledException when _deadline?.IsCancellationRequested == true => ModelException.DeadlinePassed(),
            OperationCanceledException => ModelException.Unreachable(backends.Name, exception),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } =>
                ModelException.Unreachable(backends.Name, exception),
            HttpRequestException or IOException => ModelException.Broken($"the model backend '{backends.Name}' broke the connection", exception),
            JsonException => ModelException.Broken($"the model backend '{backends.Name}' answered something else than its API says", exception),
            _ => exception,
        };
        var translated = !ReferenceEquals(failure, exception);
        if (_ended)
        {
            return translated;
        }

        Fail(
            failure is ModelException { } refusal ? refusal.Code ?? "invalid_request" : exception is OperationCanceledException ? "cancelled" : exception.GetType().Name,
            (failure as ModelException)?.Fault);
        return translated;
    }

    /// <summary>Whoever read the answer stopped before its end.</summary>
    public void Dispose()
    {
        if (!_ended)
        {
            Fail("cancelled", fault: null);
        }

        _linked?.Dispose();
        _deadline?.Dispose();
    }

    private void Bound(TimeSpan left)
    {
        if (left <= TimeSpan.Zero)
        {
            throw ModelException.DeadlinePassed();
        }

        // Timers reach 49 days.
        _deadline = new CancellationTokenSource(left < TimeSpan.FromDays(40) ? left : TimeSpan.FromDays(40), time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_caller, _deadline.Token);
        Token = _linked.Token;
    }

    // The meter first: whoever the lease goes to next is let in by what it says.
    private void Fail(string error, Fault? fault)
    {
        telemetry.Failed(operation, model, meter.Failed(), error);
        switch (fault)
        {
            case Fault.Backend:
                _lease?.Failed();
                break;
            case Fault.Caller:
                _lease?.Succeeded(default);
                break;
            default:
                _lease?.Abandoned();
                break;
        }

        End(0, 0, error);
    }

    private void End(int promptTokens, int completionTokens, string? error)
    {
        _ended = true;
        telemetry.End(operation, model, time.GetElapsedTime(_started), promptTokens, completionTokens, error, _span);
    }
}
