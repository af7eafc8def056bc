using System.Diagnostics;
using System.Text.Json;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// One call under way: its place in the queue and at a server, and its measurements. All are given back when it succeeds, fails or is disposed
/// of, whichever comes first. Deadlines are its readers' own; but a server that stops in the middle of an answer is not waited for.
/// </summary>
internal sealed class Attempt(
    string operation, string requested, string model, ModelBackends backends, CallMeter meter, ModelTelemetry telemetry, TimeProvider time) : IDisposable
{
    /// <summary>For how long a server may say nothing once it has begun to answer. Reading a prompt may take it an hour, a token takes a second or two.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>How often it is looked whether a server is still there, how soon it has to say so, and how often in a row it may miss that.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_probeLimit = TimeSpan.FromSeconds(10);
    private const int MostMissed = 5;

    private readonly long _started = time.GetTimestamp();
    private readonly Activity? _span = telemetry.Start(operation, requested, model);
    private CancellationTokenSource? _working;
    private ITimer? _watch;
    private long _heard;
    private CancellationToken _caller;
    private Lease? _lease;
    private bool _again;
    private bool _seen;
    private int _looking;
    private int _missed;
    private volatile bool _stalled;
    private volatile bool _gone;
    private bool _ended;

    /// <summary>Cancelled when the caller leaves, or the server hangs.</summary>
    public CancellationToken Token => _working!.Token;

    public IModelBackend Server => _lease!.Backend;

    /// <param name="context">Tokens of context that the call asks for.</param>
    public async ValueTask EnterAsync(ModelQueue queue, Demand demand, int? context, CallProgress progress, CancellationToken cancellationToken)
    {
        _caller = cancellationToken;
        try
        {
            await meter.ReserveAsync(queue.Estimate(demand), cancellationToken);
            _lease = await queue.EnterAsync(demand, context, progress, cancellationToken);
            _span?.SetTag("server.address", Server.Address?.Host);
            _span?.SetTag("server.port", Server.Address?.Port);
            telemetry.Queued(operation, model, time.GetElapsedTime(_started));
            meter.Begin();
            Work();
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
        !_seen && !_again && (_gone || exception is HttpRequestException or IOException) && !_caller.IsCancellationRequested && _lease!.MayTryAgain();

    /// <summary>Waits for the second try.</summary>
    public async ValueTask AgainAsync(Exception why)
    {
        _again = true;
        try
        {
            var gone = _gone ? new TimeoutException($"it has not answered for {MostMissed * s_look.TotalSeconds:0} s", why) : why;
            _lease = await _lease!.AgainAsync(gone, _caller);
            Work();
        }
        catch (Exception e) when (Ends(e, out var failure))
        {
            throw failure;
        }
    }

    /// <summary>A piece of the answer came.</summary>
    public void Heard()
    {
        Volatile.Write(ref _heard, time.GetTimestamp());
        if (!_seen)
        {
            Volatile.Write(ref _seen, true);
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
            OperationCanceledException when _stalled => ModelException.Stalled(backends.Name, s_patience),
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

        _watch?.Dispose();
        _working?.Dispose();
    }

    private void Work()
    {
        _watch?.Dispose();
        _working?.Dispose();
        _gone = false;
        _missed = 0;
        var working = _working = CancellationTokenSource.CreateLinkedTokenSource(_caller);
        _watch = time.CreateTimer(_ => _ = LookAsync(working), null, s_look, s_look);
    }

    // A server that reads a prompt for an hour says all the time that it is there; one that has begun to answer goes on.
    private async Task LookAsync(CancellationTokenSource working)
    {
        if (Interlocked.Exchange(ref _looking, 1) == 1)
        {
            return;
        }

        try
        {
            _stalled = Volatile.Read(ref _seen) && time.GetElapsedTime(Volatile.Read(ref _heard)) >= s_patience;
            _missed = Volatile.Read(ref _seen) || await IsThereAsync() ? 0 : _missed + 1;
            _gone = _missed >= MostMissed;
            if (_stalled || _gone)
            {
                await working.CancelAsync();
            }
        }
        catch (ObjectDisposedException)
        {
            // The call has ended meanwhile.
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private async Task<bool> IsThereAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(s_probeLimit, time);
            await Server.ReportAsync(limit.Token);
            return true;
        }
        catch (Exception e) when (ModelBackends.Unreachable(e) || e is ModelException or OperationCanceledException)
        {
            return false;
        }
    }

    // The meter first: whoever the lease goes to next is let in by what it says.
    private void Fail(string error, Fault? fault)
    {
        telemetry.Failed(operation, model, meter.Failed(), error);
        switch (fault)
        {
            case Fault.Backend when _stalled:
                _lease?.Stalled();
                break;
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
