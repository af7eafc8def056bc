using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Caching.Redis;
using Sutazai.ModelRouter.Caching.Semantic;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Catalog;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter.Sharing;

/// <summary>Answers a call as an identical one was answered or is being answered, and else has the model asked.</summary>
internal sealed class SharedCalls(
    ModelCalls calls, ModelCatalog catalog, AnswerCache cache, SemanticCache semantic, UsageMeter usage, ModelTelemetry telemetry, IOptions<ModelRouterOptions> options,
    TimeProvider time, RedisAnswers? redis = null)
{
    private readonly Flights<ChatChunk> _chats = new(options.Value.SharedAnswerBytes, Footprint.Of, c => c.Finish is not null, cache, time);
    private readonly Flights<Embeddings> _embeds = new(options.Value.SharedAnswerBytes, Footprint.Of, _ => true, cache, time);

    public async Task<ChatAnswer> ChatAsync(ChatCall call, CallTerms terms, CancellationToken cancellationToken)
    {
        var model = await ResolveAsync(call.Model, terms, cancellationToken);
        var deterministic = IsDeterministic(call.Options);
        if (call.OnlyLoads || !(deterministic || terms.Share))
        {
            var alone = _chats.Alone((progress, token) => calls.ChatAsync(call, model, terms, progress, token), terms.Deadline, cancellationToken);
            return new ChatAnswer(model, alone.Source, alone.Progress, alone.Pieces);
        }

        var digest = catalog.Digest(model);
        var resolved = call.Model == model ? call : call with { Model = model };
        var key = AnswerKey.Of(resolved, digest, terms);
        var search = deterministic && cache.IsOn ? new Search(call.Operation, model, key, terms) { Question = semantic.Of(resolved, digest, terms) } : null;
        var entered = _chats.Enter(
            key, (progress, token) => FindOrAsk(call, model, search, terms, progress, token), search is null ? null : chunks => Keep(search, chunks), terms.Deadline, cancellationToken);
        Entered(call.Operation, model, terms, entered, call.KeepAlive);
        return new ChatAnswer(model, entered.Source, entered.Progress, Counted(model, terms, entered, c => c.Finish is { } f ? f.PromptEvaluation + f.Evaluation : null));
    }

    public async Task<EmbedAnswer> EmbedAsync(EmbedCall call, CallTerms terms, CancellationToken cancellationToken)
    {
        var model = await ResolveAsync(call.Model, terms, cancellationToken);
        var key = AnswerKey.Of(call with { Model = model }, catalog.Digest(model), terms);
        var search = cache.IsOn ? new Search(EmbedCall.Operation, model, key, terms) : null;
        var entered = _embeds.Enter(
            key, (progress, token) => FindOrAskAsync(call, model, search, terms, progress, token), search is null ? null : one => Keep(search, one), terms.Deadline, cancellationToken);
        Entered(EmbedCall.Operation, model, terms, entered, call.KeepAlive);
        var embeddings = await Counted(model, terms, entered, e => e.Total > e.Load ? e.Total - e.Load : TimeSpan.Zero).FirstAsync(cancellationToken);
        return new EmbedAnswer(model, entered.Source, entered.Progress, embeddings);
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

    private void Entered<T>(string operation, string model, CallTerms terms, Entered<T> entered, TimeSpan? keepAlive)
        where T : class
    {
        switch (entered.Source)
        {
            // Who leads looks further before it is known whether there is an answer.
            case { Cache: CacheUse.Miss, Share: ShareUse.Leader }:
                return;
            case { Share: ShareUse.Joined }:
                entered.Progress.Join(new Urgency(!terms.Batch, terms.Deadline));
                break;
        }

        telemetry.Decided(operation, model, entered.Source, entered.Saved);
        if (entered.Source.Share != ShareUse.Leader)
        {
            // Nobody asks the model for this one's sake, but how long it stays was said.
            calls.Keep(model, keepAlive);
        }
    }

    private IAsyncEnumerable<ChatChunk> FindOrAsk(ChatCall call, string model, Search? search, CallTerms terms, CallProgress progress, CancellationToken cancellationToken)
    {
        // Streamed, whoever asks first: one who joins may want it so.
        var asked = call.Stream ? call : call with { Stream = true };
        if (search is not null && (redis is not null || search.Question is not null))
        {
            return FindOrAskAsync(asked, model, search, terms, progress, cancellationToken);
        }

        if (search is not null)
        {
            Found(search, progress, TimeSpan.Zero);
        }

        return calls.ChatAsync(asked, model, terms, progress, cancellationToken);
    }

    private async IAsyncEnumerable<ChatChunk> FindOrAskAsync(
        ChatCall call, string model, Search search, CallTerms terms, CallProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await FindAsync(search, progress, cancellationToken) is { } found)
        {
            progress.Repeat(found[^1]);
            calls.Keep(search.Model, call.KeepAlive);
            foreach (var chunk in found)
            {
                yield return chunk;
            }

            yield break;
        }

        await foreach (var chunk in calls.ChatAsync(call, model, terms, progress, cancellationToken))
        {
            yield return chunk;
        }
    }

    private async IAsyncEnumerable<Embeddings> FindOrAskAsync(
        EmbedCall call, string model, Search? search, CallTerms terms, CallProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (search is not null && await FindInRedisAsync<Embeddings>(search, one => one is [{ Vectors.Count: > 0 }], cancellationToken) is { } found)
        {
            progress.Repeat(found[0]);
            calls.Keep(search.Model, call.KeepAlive);
            Found(search, progress, AnswerWorth.Of(found[0]) ?? TimeSpan.Zero);
            yield return found[0];
            yield break;
        }

        if (search is not null)
        {
            Found(search, progress, TimeSpan.Zero);
        }

        yield return await calls.EmbedAsync(call, model, terms, progress, cancellationToken);
    }

    private async Task<IReadOnlyList<ChatChunk>?> FindAsync(Search search, CallProgress progress, CancellationToken cancellationToken)
    {
        var found = await FindInRedisAsync<ChatChunk>(
            search, chunks => AnswerWorth.Of(chunks, search.Terms.Writes) is not null && chunks.SkipLast(1).All(c => c.Finish is null), cancellationToken);
        var saved = found is null ? null : AnswerWorth.Of(found, search.Terms.Writes);
        if (found is null && search.Question is { } question
            && await semantic.FindAsync(question, (texts, token) => EmbedAsync(texts, search.Terms with { Deadline = null }, token), cancellationToken) is { } kept)
        {
            (search.Use, found, saved) = (CacheUse.Semantic, AnswerJson.Read<ChatChunk>(kept.Value), kept.Worth);
        }

        Found(search, progress, saved ?? TimeSpan.Zero);
        return found;
    }

    private async Task<IReadOnlyList<T>?> FindInRedisAsync<T>(Search search, Func<IReadOnlyList<T>, bool> isWhole, CancellationToken cancellationToken)
        where T : class
    {
        if (redis is null || await redis.FindAsync(search.Key, isWhole, cancellationToken) is not { } shared)
        {
            return null;
        }

        (search.Use, search.Age) = (CacheUse.Redis, shared.Age);
        return shared.Pieces;
    }

    private void Found(Search search, CallProgress progress, TimeSpan saved)
    {
        if (search.Use != CacheUse.Miss)
        {
            progress.FoundIn(search.Use);
            usage.Saved(search.Model, search.Terms, saved);
        }

        telemetry.Decided(search.Operation, search.Model, new AnswerSource(search.Use, ShareUse.Leader), saved);
    }

    private Keeping? Keep(Search search, IReadOnlyList<ChatChunk> chunks)
    {
        // What was given for a question in other words is kept for those words.
        if (search.Use == CacheUse.Semantic || AnswerWorth.Of(chunks, search.Terms.Writes) is not { } worth)
        {
            return null;
        }

        if (search.Question is { } question)
        {
            semantic.Keep(question, search.Key, chunks, worth, (texts, token) => EmbedAsync(texts, search.Terms with { Deadline = null, Batch = true }, token));
        }

        return Keep(search, chunks, worth);
    }

    private Keeping? Keep(Search search, IReadOnlyList<Embeddings> one) => AnswerWorth.Of(one[0]) is { } worth ? Keep(search, one, worth) : null;

    private Keeping Keep<T>(Search search, IReadOnlyList<T> pieces, TimeSpan worth)
        where T : class
    {
        if (search.Use == CacheUse.Miss)
        {
            redis?.Fill(search.Key, pieces);
        }

        return new Keeping(worth, search.Age);
    }

    private async Task<Embeddings> EmbedAsync(IReadOnlyList<string> texts, CallTerms terms, CancellationToken cancellationToken) =>
        (await EmbedAsync(new EmbedCall { Model = SemanticCache.EmbeddingModel, Inputs = texts }, terms, cancellationToken)).Embeddings;

    /// <summary>What becomes of a call whose answer may be kept.</summary>
    private sealed record Search(string Operation, string Model, AnswerKey Key, CallTerms Terms)
    {
        public Question? Question { get; init; }

        public CacheUse Use { get; set; } = CacheUse.Miss;

        /// <summary>For how long the answer found has been kept.</summary>
        public TimeSpan Age { get; set; }
    }
}
