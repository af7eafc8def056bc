using System.Runtime.CompilerServices;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Catalog;
using Sutazai.ModelRouter.Scheduling;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Calls;

/// <summary>The way of every call: name, deadline, breaker, queue, backend.</summary>
internal sealed class ModelCalls(
    IModelBackend backend, ModelCatalog catalog, ModelQueue queue, ModelBreakers breakers, UsageMeter usage, ModelTelemetry telemetry, TimeProvider time)
{
    /// <returns>The model that will answer, and the answer as it comes.</returns>
    public async Task<(string Model, IAsyncEnumerable<ChatChunk> Chunks)> ChatAsync(
        ChatCall call, CallTerms terms, CallProgress progress, CancellationToken cancellationToken)
    {
        var model = await catalog.ResolveAsync(call.Model, cancellationToken);
        return (model, RunAsync(call.Model, call with { Model = model }, terms, progress, cancellationToken));
    }

    public async Task<(string Model, Embeddings Embeddings)> EmbedAsync(EmbedCall call, CallTerms terms, CallProgress progress, CancellationToken cancellationToken)
    {
        var model = await catalog.ResolveAsync(call.Model, cancellationToken);
        using var attempt = new Attempt(EmbedCall.Operation, call.Model, model, backend, usage.Meter(model, terms), telemetry, time);
        await attempt.EnterAsync(queue, breakers.Of(model), Demands.Of(call with { Model = model }, terms), progress, cancellationToken);
        try
        {
            var embeddings = await backend.EmbedAsync(call with { Model = model }, attempt.Token);
            attempt.Seen();
            attempt.Succeeded(new WorkDone(embeddings.PromptTokens, 0, (embeddings.Total - embeddings.Load).TotalSeconds, 0));
            return (model, embeddings);
        }
        catch (Exception e) when (attempt.Ends(e, out var failure))
        {
            throw failure;
        }
    }

    private async IAsyncEnumerable<ChatChunk> RunAsync(
        string requested, ChatCall call, CallTerms terms, CallProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var attempt = new Attempt(call.Operation, requested, call.Model, backend, usage.Meter(call.Model, terms), telemetry, time);
        await attempt.EnterAsync(queue, breakers.Of(call.Model), Demands.Of(call, terms), progress, cancellationToken);
        await using var chunks = backend.ChatAsync(call, attempt.Token).GetAsyncEnumerator(attempt.Token);
        while (true)
        {
            ChatChunk chunk;
            try
            {
                chunk = await chunks.MoveNextAsync()
                    ? chunks.Current
                    : throw ModelException.Broken($"the model backend '{backend.Name}' ended the answer before it was complete");
            }
            catch (Exception e) when (attempt.Ends(e, out var failure))
            {
                throw failure;
            }

            attempt.Seen();
            if (chunk.Finish is { } finish)
            {
                attempt.Succeeded(new WorkDone(finish.PromptTokens, finish.CompletionTokens, finish.PromptEvaluation.TotalSeconds, finish.Evaluation.TotalSeconds));
                yield return chunk;
                yield break;
            }

            yield return chunk;
        }
    }
}
