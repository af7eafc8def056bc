using System.Numerics.Tensors;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Caching.Semantic;

/// <summary>
/// Finds the answer to a question that was put in other words. The verifier decides from the texts alone, and an embedding model is asked only about a
/// pair that passes it: no call that misses waits for one. Questions are kept in the cache's own memory, as an entry for each group of them.
/// </summary>
internal sealed partial class SemanticCache(AnswerCache cache, ModelTelemetry telemetry, IOptions<ModelRouterOptions> options, ILogger<SemanticCache> logger)
{
    public const string EmbeddingModel = "base-embed";

    /// <summary>Questions of a group that are kept.</summary>
    private const int Most = 256;

    /// <summary>The newest of them, which a question that has no equal is compared with to say what sets it apart.</summary>
    private const int Newest = 32;

    /// <summary>Part of two questions that has to be the same for one to count as rejected, and not as a question of its own.</summary>
    private const double Near = 0.5;

    /// <summary>Cosine from which two answers in different words are taken for the same.</summary>
    private const float AnswersAlike = 0.9f;

    /// <summary>An embedding that has to wait longer would cost more than it saves.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly SemanticCacheMode _mode = options.Value.SemanticCache;
    private readonly double _threshold = options.Value.SemanticCacheThreshold;
    private readonly Lock _lock = new();
    private int _complained;

    /// <returns>Null where no other question's answer may be given.</returns>
    public Question? Of(ChatCall call, string? digest, CallTerms terms) =>
        _mode != SemanticCacheMode.Off && cache.IsOn && !terms.Writes
            && call.Prompt is null && call.Messages is [.., { Role: "user", Images: null or [], Content: { Length: > 0 and <= Wording.MaxLength } text }]
            ? new Question(AnswerKey.OfGroup(call, digest, terms), text, Wording.Of(text))
            : null;

    /// <summary>The answer to the same question in other words.</summary>
    /// <param name="embed">Asks the embedding model for the vectors of some texts.</param>
    public async Task<Kept<byte[]>?> FindAsync(
        Question question, Func<IReadOnlyList<string>, CancellationToken, Task<Embeddings>> embed, CancellationToken cancellationToken)
    {
        var known = cache.Find<AnsweredQuestion[]>(question.Group)?.Value ?? [];
        var same = known.LastOrDefault(k => k.Wording.Differs(question.Wording) is null);
        if (same is null || cache.Find<byte[]>(same.Answer) is not { } kept)
        {
            var near = same is null ? known.TakeLast(Newest).Select(k => (k.Wording, Shared: k.Wording.Shared(question.Wording))).DefaultIfEmpty().MaxBy(k => k.Shared) : default;
            telemetry.Compared(near.Shared >= Near ? $"rejected_{near.Wording.Differs(question.Wording)}".ToLowerInvariant() : "miss");
            return null;
        }

        if (_mode == SemanticCacheMode.Shadow)
        {
            question.Suspect = (same.Text, Text(AnswerJson.Read<ChatChunk>(kept.Value)));
            return null;
        }

        if (await CosineAsync(same.Text, question.Text, embed, cancellationToken) is not { } cosine)
        {
            telemetry.Compared("unavailable");
            return null;
        }

        telemetry.Compared(cosine >= _threshold ? "hit" : "rejected_cosine");
        return cosine >= _threshold ? kept : null;
    }

    /// <summary>Keeps a question with where its answer is kept, and compares that with the answer that might have been given instead.</summary>
    public void Keep(Question question, AnswerKey answer, IReadOnlyList<ChatChunk> pieces, TimeSpan worth, Func<IReadOnlyList<string>, CancellationToken, Task<Embeddings>> embed)
    {
        lock (_lock)
        {
            var known = cache.Find<AnsweredQuestion[]>(question.Group)?.Value ?? [];
            AnsweredQuestion[] all = [.. known.Where(k => k.Answer != answer && cache.Holds(k.Answer)).TakeLast(Most - 1), new(answer, question.Text, question.Wording)];
            cache.Keep(question.Group, all, all.Sum(k => k.Bytes), worth);
        }

        if (question.Suspect is { } suspect)
        {
            _ = CompareAsync(suspect.Text, question.Text, suspect.Answer, Text(pieces), embed);
        }
    }

    private async Task CompareAsync(
        string asked, string now, string kept, string made, Func<IReadOnlyList<string>, CancellationToken, Task<Embeddings>> embed)
    {
        var result = await CosineAsync(asked, now, embed, CancellationToken.None) switch
        {
            null => "unavailable",
            { } cosine when cosine < _threshold => "rejected_cosine",
            _ when kept == made => "shadow_agree",
            _ => await CosineAsync(kept, made, embed, CancellationToken.None) switch
            {
                null => "unavailable",
                >= AnswersAlike => "shadow_agree",
                _ => "shadow_disagree",
            },
        };
        telemetry.Compared(result);
    }

    private async Task<float?> CosineAsync(
        string one, string other, Func<IReadOnlyList<string>, CancellationToken, Task<Embeddings>> embed, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            return await embed([one, other], patience.Token) is { Vectors: [var a, var b] } && a.Length == b.Length ? TensorPrimitives.CosineSimilarity(a, b) : null;
        }
        catch (Exception e) when (e is ModelException or HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            if (Interlocked.Exchange(ref _complained, 1) == 0)
            {
                Log.NoEmbeddings(logger, e.Message);
            }

            return null;
        }
    }

    /// <summary>What an answer says, with its white space as it does not matter.</summary>
    private static string Text(IReadOnlyList<ChatChunk> pieces) =>
        string.Join(' ', string.Concat(pieces.Select(p => p.Content + string.Concat(p.ToolCalls?.Select(c => $" {c.Name} {c.Arguments}") ?? []))).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Questions in other words are answered by the model, since they cannot be compared with the model '" + EmbeddingModel + "': {Reason}. This is said once.")]
        public static partial void NoEmbeddings(ILogger logger, string reason);
    }
}
