using System.Diagnostics;
using System.Text.Json;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// One call under way: its place in the queue, its pass through the breaker, its deadline and its measurements. All are given back when it
/// succeeds, fails or is disposed of, whichever comes first.
/// </summary>
internal sealed class Attempt(
    string operation, string requested, string model, IModelBackend backend, CallMeter meter, ModelTelemetry telemetry, TimeProvider time) : IDisposable
{
    private readonly long _started = time.GetTimestamp();
    private readonly Activity? _span = telemetry.Start(operation, requested, model);
    private CancellationTokenSource? _deadline;
    private CancellationTokenSource? _linked;
    private CancellationToken _caller;
    private ModelQueue.Lease? _lease;
    private CircuitBreaker? _breaker;
    private bool _seen;
    private bool _ended;

    /// <summary>Cancelled when the caller leaves or its deadline passes.</summary>
    public CancellationToken Token { get; private set; }

    public async ValueTask EnterAsync(ModelQueue queue, CircuitBreaker breaker, Demand demand, CallProgress progress, CancellationToken cancellationToken)
    {
        _caller = Token = cancellationToken;
        try
        {
            if (demand.Deadline is { } at)
            {
                Bound(at - time.GetUtcNow());
            }

            if (breaker.Refuses(out var retryAfter))
            {
                throw ModelException.BreakerOpen(model, retryAfter);
            }

            await meter.ReserveAsync(queue.Estimate(demand), Token);
            _lease = await queue.EnterAsync(demand, progress, Token);
            telemetry.Queued(operation, model, time.GetElapsedTime(_started));

            // It may have opened during the wait.
            if (!breaker.TryEnter(out retryAfter))
            {
                throw ModelException.BreakerOpen(model, retryAfter);
            }

            _breaker = breaker;
            meter.Begin();
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
        _breaker?.Succeeded();
        if (_lease is not null)
        {
            _lease.Done = done;
        }

        meter.Answered(done);
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
            OperationCanceledException => ModelException.Unreachable(backend.Name, exception),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } =>
                ModelException.Unreachable(backend.Name, exception),
            HttpRequestException or IOException => ModelException.Broken($"the model backend '{backend.Name}' broke the connection", exception),
            JsonException => ModelException.Broken($"the model backend '{backend.Name}' answered something else than its API says", exception),
            _ => exception,
        };
        var translated = !ReferenceEquals(failure, exception);
        if (_ended)
        {
            return translated;
        }

        switch (failure)
        {
            case ModelException { Fault: Fault.Backend }:
                _breaker?.Failed();
                break;
            case ModelException { Fault: Fault.Caller }:
                _breaker?.Succeeded();
                break;
            default:
                _breaker?.Abandoned();
                break;
        }

        Fail(failure is ModelException { } refusal ? refusal.Code ?? "invalid_request" : exception is OperationCanceledException ? "cancelled" : exception.GetType().Name);
        return translated;
    }

    /// <summary>Whoever read the answer stopped before its end.</summary>
    public void Dispose()
    {
        if (!_ended)
        {
            _breaker?.Abandoned();
            Fail("cancelled");
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

    private void Fail(string error)
    {
        telemetry.Failed(operation, model, meter.Failed(), error);
        End(0, 0, error);
    }

    // The meter has been told before: whoever the lease goes to next is let in by what it says.
    private void End(int promptTokens, int completionTokens, string? error)
    {
        _ended = true;
        _lease?.Dispose();
        telemetry.End(operation, model, time.GetElapsedTime(_started), promptTokens, completionTokens, error, _span);
    }
}
