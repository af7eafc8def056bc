using System.Runtime.CompilerServices;
using System.Text.Json;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Calls;

/// <summary>The way of every call: queue, server.</summary>
internal sealed class ModelCalls(ModelBackends backends, ModelShapes shapes, ModelQueue queue, UsageMeter usage, ModelTelemetry telemetry, TimeProvider time)
{
    /// <param name="model">The backend's name of the model that the call asks for.</param>
    public IAsyncEnumerable<ChatChunk> ChatAsync(ChatCall call, string model, CallTerms terms, CallProgress progress, CancellationToken cancellationToken)
    {
        if (call is { OnlyLoads: true, KeepAlive: { } keep } && keep == TimeSpan.Zero)
        {
            queue.Keep(model, TimeSpan.Zero);
            return new[] { new ChatChunk { Finish = new Finish("unload") } }.ToAsyncEnumerable();
        }

        return RunAsync(call.Model, call.Model == model ? call : call with { Model = model }, terms, progress, cancellationToken);
    }

    /// <param name="model">The backend's name of the model that the call asks for.</param>
    public async Task<Embeddings> EmbedAsync(EmbedCall call, string model, CallTerms terms, CallProgress progress, CancellationToken cancellationToken)
    {
        var asked = call with { Model = model };
        using var attempt = await BeginAsync(EmbedCall.Operation, call.Model, model, asked.Options, Demands.Of(asked, terms), terms, progress, cancellationToken);
        while (true)
        {
            try
            {
                var embeddings = await attempt.Server.EmbedAsync(asked with { Options = attempt.Options(call.Options) }, attempt.Token);
                attempt.Heard();
                attempt.Succeeded(new WorkDone(embeddings.PromptTokens, 0, (embeddings.Total - embeddings.Load).TotalSeconds, 0));
                Keep(model, call.KeepAlive);
                return embeddings with { Changed = progress.Changed };
            }
            catch (Exception e) when (attempt.MayTryAgain(e))
            {
                await attempt.AgainAsync(e);
            }
            catch (Exception e) when (attempt.Ends(e, out var failure))
            {
                throw failure;
            }
        }
    }

    private async IAsyncEnumerable<ChatChunk> RunAsync(
        string requested, ChatCall call, CallTerms terms, CallProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var attempt = await BeginAsync(call.Operation, requested, call.Model, call.Options, Demands.Of(call, terms), terms, progress, cancellationToken);
        var chunks = Ask();
        try
        {
            while (true)
            {
                ChatChunk chunk;
                try
                {
                    chunk = await chunks.MoveNextAsync()
                        ? chunks.Current
                        : throw ModelException.Broken($"the model backend '{backends.Name}' ended the answer before it was complete");
                }
                catch (Exception e) when (attempt.MayTryAgain(e))
                {
                    await chunks.DisposeAsync();
                    await attempt.AgainAsync(e);
                    chunks = Ask();
                    continue;
                }
                catch (Exception e) when (attempt.Ends(e, out var failure))
                {
                    throw failure;
                }

                attempt.Heard();
                if (chunk.Finish is { } finish)
                {
                    attempt.Succeeded(new WorkDone(finish.PromptTokens, finish.CompletionTokens, finish.PromptEvaluation.TotalSeconds, finish.Evaluation.TotalSeconds));
                    Keep(call.Model, call.KeepAlive);
                    yield return progress.Changed is { } changed ? chunk with { Finish = finish with { Changed = changed } } : chunk;
                    yield break;
                }

                yield return chunk;
            }
        }
        finally
        {
            await chunks.DisposeAsync();
        }

        IAsyncEnumerator<ChatChunk> Ask() => attempt.Server.ChatAsync(call with { Options = attempt.Options(call.Options) }, attempt.Token).GetAsyncEnumerator(attempt.Token);
    }

    private async Task<Attempt> BeginAsync(
        string operation, string requested, string model, JsonElement? options, Demand demand, CallTerms terms, CallProgress progress, CancellationToken cancellationToken)
    {
        await shapes.KnowAsync(backends, model, cancellationToken);
        var context = ContextPlan.Asked(options);
        var attempt = new Attempt(operation, requested, model, backends, usage.Meter(model, terms), telemetry, time);
        await attempt.EnterAsync(queue, demand, context, progress, cancellationToken);
        return attempt;
    }

    /// <summary>Has a model stay in memory for as long as a call wants, from now on.</summary>
    public void Keep(string model, TimeSpan? keepAlive)
    {
        if (keepAlive is { } time)
        {
            queue.Keep(model, time);
        }
    }
}
