using System.Diagnostics;
using System.Text.Json;
using System.Threading.RateLimiting;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>One agent in service: its tools behind its bulkhead, its breaker, its time and memory limits.</summary>
public sealed class RunningAgent(
    AgentEntry entry, object target, ModelAccess model, StoredArtifacts artifacts, HeapWatch heap, TimeProvider clock) : IDisposable
{
    private readonly CircuitBreaker _breaker = new(clock);
    private readonly RunLimits _limits = RunLimits.Of(entry.Definition.Size);
    private readonly ConcurrencyLimiter _bulkhead = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = RunLimits.Of(entry.Definition.Size).Concurrency,
        QueueLimit = RunLimits.Of(entry.Definition.Size).Queue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public AgentDefinition Definition => entry.Definition;

    internal TimeProvider Clock => clock;

    public IReadOnlyList<AgentTool> Tools => entry.Tools;

    public bool Healthy => _breaker.State == CircuitState.Closed;

    /// <summary>Calls one tool.</summary>
    /// <returns>The tool's result.</returns>
    /// <exception cref="InvalidInputException">The caller's input is at fault.</exception>
    /// <exception cref="RunRefusedException">A limit of the agent refused or ended the call.</exception>
    public async Task<object?> CallAsync(AgentTool tool, JsonElement arguments, CancellationToken cancellationToken)
    {
        using var place = await EnterAsync(cancellationToken);
        return await InvokeAsync(place, tool, arguments, cancellationToken);
    }

    /// <summary>Answers a question: through the model where there is one, else by the planner's choice of a tool.</summary>
    /// <param name="observe">Told of every step as it happens.</param>
    /// <exception cref="InvalidInputException">The caller's input is at fault.</exception>
    /// <exception cref="RunRefusedException">A limit of the agent refused or ended the run.</exception>
    public async Task<AskReply> AskAsync(Question question, Func<AgentEvent, ValueTask> observe, CancellationToken cancellationToken)
    {
        using var activity = AgentTelemetry.Source.StartActivity($"invoke_agent {Definition.Name}");
        activity?.SetTag("agent.id", Definition.Name).SetTag("gen_ai.operation.name", "invoke_agent").SetTag("gen_ai.agent.name", Definition.Name).SetTag("request.size", question.Size);
        var started = clock.GetTimestamp();
        using var place = await EnterAsync(cancellationToken);
        var run = new AgentRun(this, place, question, observe, cancellationToken);
        await observe(new RunStarted(run.Id, Definition.Name));
        var reply = await run.AnswerAsync(model);
        AgentTelemetry.Ran(Definition.Name, reply.Degraded is null ? "model" : "degraded", clock.GetElapsedTime(started));
        return reply;
    }

    public void Dispose() => _bulkhead.Dispose();

    /// <summary>Runs a tool under the agent's limits, from within a run that has its place already.</summary>
    internal async Task<object?> InvokeAsync(Place place, AgentTool tool, JsonElement arguments, CancellationToken cancellationToken)
    {
        using var activity = AgentTelemetry.Source.StartActivity($"execute_tool {tool.Name}");
        activity?.SetTag("agent.id", Definition.Name).SetTag("gen_ai.operation.name", "execute_tool").SetTag("gen_ai.tool.name", tool.Name);
        if (!_breaker.TryEnter(out var retryAfter))
        {
            throw RunRefusedException.Broken(Definition.Name, retryAfter);
        }

        using var time = new CancellationTokenSource(_limits.ToolTime, clock);
        using var call = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        using var watched = heap.Watch(_limits.HeapBytes, call);
        var started = clock.GetTimestamp();
        var outcome = "failed";
        try
        {
            var bound = await tool.BindAsync(arguments, artifacts, call.Token);
            // On another thread, so that a tool that is deaf to cancellation holds up its own place and nobody else.
            var work = Task.Factory.StartNew(
                () => tool.InvokeAsync(target, bound, call.Token), CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();
            place.HoldUntil(work);
            var result = await work.WaitAsync(call.Token);
            _breaker.Succeeded();
            outcome = "ok";
            return result;
        }
        catch (InvalidInputException)
        {
            _breaker.Succeeded();
            outcome = "refused";
            throw;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            _breaker.Abandoned();
            outcome = "cancelled";
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (call.IsCancellationRequested)
        {
            // The input asked for too much; that says nothing against the agent.
            _breaker.Abandoned();
            outcome = watched.Ended ? "memory" : "time";
            throw watched.Ended
                ? RunRefusedException.OutOfMemory($"'{Definition.Name}.{tool.Name}'", _limits.HeapBytes)
                : RunRefusedException.OutOfTime($"'{Definition.Name}.{tool.Name}'", _limits.ToolTime);
        }
        catch (InsufficientExecutionStackException e)
        {
            _breaker.Succeeded();
            outcome = "refused";
            throw new InvalidInputException("The input is nested too deeply.", e);
        }
        catch (System.Text.RegularExpressions.RegexMatchTimeoutException e)
        {
            _breaker.Succeeded();
            outcome = "refused";
            throw new InvalidInputException("The text takes too long to search; send it in smaller parts.", e);
        }
        catch (OutOfMemoryException)
        {
            _breaker.Abandoned();
            outcome = "memory";
            throw RunRefusedException.OutOfMemory($"'{Definition.Name}.{tool.Name}'", _limits.HeapBytes);
        }
        catch (Exception e)
        {
            _breaker.Failed();
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
        finally
        {
            activity?.SetTag("sutazai.outcome", outcome);
            AgentTelemetry.Called(Definition.Name, tool.Name, outcome, clock.GetElapsedTime(started));
        }
    }

    private async ValueTask<Place> EnterAsync(CancellationToken cancellationToken)
    {
        if (_breaker.Refuses(out var retryAfter))
        {
            throw RunRefusedException.Broken(Definition.Name, retryAfter);
        }

        var lease = await _bulkhead.AcquireAsync(1, cancellationToken);
        if (!lease.IsAcquired)
        {
            lease.Dispose();
            throw RunRefusedException.Busy(Definition.Name);
        }

        return new Place(lease);
    }

    /// <summary>A run's place in the bulkhead: free again when the run is over and all that it started has really ended.</summary>
    internal sealed class Place(RateLimitLease lease) : IDisposable
    {
        private int _holds = 1;

        public void HoldUntil(Task work)
        {
            if (!work.IsCompleted)
            {
                Interlocked.Increment(ref _holds);
                _ = work.ContinueWith(_ => Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        public void Dispose() => Release();

        private void Release()
        {
            if (Interlocked.Decrement(ref _holds) == 0)
            {
                lease.Dispose();
            }
        }
    }
}

/// <summary>A question as the run sees it.</summary>
/// <param name="Text">The words, or the JSON text that was asked.</param>
/// <param name="Files">Ids of uploaded artifacts.</param>
/// <param name="Tool">The one tool to use, or null.</param>
/// <param name="Earlier">Turns of the conversation before this one, oldest first.</param>
/// <param name="Size">Bytes of the request.</param>
public sealed record Question(string Text, IReadOnlyList<string> Files, string? Tool, IReadOnlyList<EarlierTurn> Earlier, long? Size)
{
    /// <summary>When the answer is due; a model that is not done well before it is not waited for.</summary>
    public DateTimeOffset? Due { get; init; }

    public static Question Of(AskRequest request, long? size) => new(
        request.Input switch
        {
            null => "",
            { ValueKind: JsonValueKind.String } text => TextOf(text),
            { } json => json.GetRawText(),
        },
        request.Files ?? [],
        request.Tool,
        [],
        size);

    /// <exception cref="InvalidInputException">The string is not Unicode: its bytes are no UTF-8, or it holds half a surrogate pair.</exception>
    internal static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidInputException("The body holds text that is not valid Unicode; expected UTF-8 without half surrogate pairs.", e);
        }
    }
}

public sealed record EarlierTurn(bool ByUser, string Text);
