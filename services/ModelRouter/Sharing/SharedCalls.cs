using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Catalog;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Sharing;

/// <summary>Answers a call as an identical one was answered or is being answered, and else has the model asked.</summary>
internal sealed class SharedCalls(
    ModelCalls calls, ModelCatalog catalog, AnswerCache cache, UsageMeter usage, ModelTelemetry telemetry, IOptions<ModelRouterOptions> options, TimeProvider time)
{
    private readonly Flights<ChatChunk> _chats = new(options.Value.SharedAnswerBytes, Footprint.Of, c => c.Finish is not null, cache, time);
    private readonly Flights<Embeddings> _embeds = new(options.Value.SharedAnswerBytes, Footprint.Of, _ => true, cache, time);

    public async Task<ChatAnswer> ChatAsync(ChatCall call, CallTerms terms, CancellationToken cancellationToken)
    {
        var deterministic = IsDeterministic(call.Options);
        if (call.OnlyLoads || !(deterministic || terms.Share))
        {
            var progress = new CallProgress();
            var (answers, chunks) = await calls.ChatAsync(call, terms, progress, cancellationToken);
            return new ChatAnswer(answers, default, progress, chunks);
        }

        var model = await ResolveAsync(call.Model, terms, cancellationToken);
        var key = AnswerKey.Of(call with { Model = model }, catalog.Digest(model), terms);
        Func<IReadOnlyList<ChatChunk>, TimeSpan?>? worth = deterministic ? chunks => AnswerWorth.Of(chunks, terms.Writes) : null;
        var entered = _chats.Enter(key, (progress, token) => AskAsync(call, terms, progress, token), worth, terms.Deadline, cancellationToken);
        telemetry.Decided(call.Operation, model, entered.Source, entered.Saved);
        return new ChatAnswer(model, entered.Source, entered.Progress, Counted(model, terms, entered, c => c.Finish is { } f ? f.PromptEvaluation + f.Evaluation : null));
    }

    public async Task<EmbedAnswer> EmbedAsync(EmbedCall call, CallTerms terms, CancellationToken cancellationToken)
    {
        var model = await ResolveAsync(call.Model, terms, cancellationToken);
        var key = AnswerKey.Of(call with { Model = model }, catalog.Digest(model), terms);
        var entered = _embeds.Enter(key, (progress, token) => AskAsync(call, terms, progress, token), one => AnswerWorth.Of(one[0]), terms.Deadline, cancellationToken);
        telemetry.Decided(EmbedCall.Operation, model, entered.Source, entered.Saved);
        return new EmbedAnswer(model, entered.Source, await Counted(model, terms, entered, e => e.Total > e.Load ? e.Total - e.Load : TimeSpan.Zero).FirstAsync(cancellationToken));
    }

    /// <summary>
    /// Whether the same call has the same answer: always the likeliest token, or a sampler with a seed. Ollama's own seed, -1, is a random one.
    /// </summary>
    internal static bool IsDeterministic(JsonElement? options) =>
        Number(options, "temperature") is { } temperature && (temperature == 0 || Number(options, "seed") >= 0);

    private static double? Number(JsonElement? options, string name) =>
        options is { } given && given.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null;

    private ValueTask<string> ResolveAsync(string name, CallTerms terms, CancellationToken cancellationToken) =>
        terms.Deadline <= time.GetUtcNow() ? throw ModelException.DeadlinePassed() : catalog.ResolveAsync(name, cancellationToken);

    /// <param name="work">What the model worked on the answer, where the piece is the last one.</param>
    private IAsyncEnumerable<T> Counted<T>(string model, CallTerms terms, Entered<T> entered, Func<T, TimeSpan?> work)
        where T : class
    {
        switch (entered.Source)
        {
            case { Cache: CacheUse.Hit }:
                usage.Saved(model, terms, entered.Saved);
                return entered.Pieces;
            case { Share: ShareUse.Joined }:
                return entered.Pieces.Select(piece =>
                {
                    if (work(piece) is { } saved)
                    {
                        usage.Saved(model, terms, saved);
                    }

                    return piece;
                });
            default:
                return entered.Pieces;
        }
    }

    /// <summary>Streamed, whoever asks first: one who joins may want it so. The deadline is each reader's own.</summary>
    private async IAsyncEnumerable<ChatChunk> AskAsync(ChatCall call, CallTerms terms, CallProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (_, chunks) = await calls.ChatAsync(call with { Stream = true }, terms with { Deadline = null }, progress, cancellationToken);
        await foreach (var chunk in chunks)
        {
            yield return chunk;
        }
    }

    private async IAsyncEnumerable<Embeddings> AskAsync(EmbedCall call, CallTerms terms, CallProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (_, embeddings) = await calls.EmbedAsync(call, terms with { Deadline = null }, progress, cancellationToken);
        yield return embeddings;
    }
}
