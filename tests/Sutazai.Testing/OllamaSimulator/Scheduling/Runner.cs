namespace Sutazai.Testing.OllamaSimulator.Scheduling;

/// <summary>A model in memory.</summary>
internal sealed class Runner(SimulatedModel model, RunnerOptions options, int parallel, TimeSpan keepAlive)
{
    // About what a model of a few billion parameters keeps for a token of context.
    private const long CacheBytesPerToken = 32 * 1024;

    public SimulatedModel Model => model;

    public RunnerOptions Options => options;

    public RunnerSlots Slots { get; } = new(parallel);

    public long SizeBytes { get; } = model.SizeBytes + (long)options.NumCtx * parallel * CacheBytesPerToken;

    /// <summary>Requests that use or wait for this model.</summary>
    public int Users { get; set; }

    public TimeSpan KeepAlive { get; set; } = keepAlive;

    public ITimer? Expiry { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public void StopExpiry()
    {
        Expiry?.Dispose();
        Expiry = null;
    }
}

/// <summary>A row of <c>/api/ps</c>.</summary>
internal sealed record LoadedModel(SimulatedModel Model, long SizeBytes, int ContextLength, DateTimeOffset ExpiresAt);
