namespace Sutazai.ModelRouter.Scheduling;

/// <summary>How the scheduler weighs throughput, fairness and promptness.</summary>
internal sealed record SchedulerOptions
{
    /// <summary>Calls that the backend works on at the same time. On a CPU more than one makes all of them slower.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>Calls at the same time that are tried, as long as each one more raises what gets done; null for no more than <see cref="Concurrency"/>.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>Models in memory at the same time.</summary>
    public int MaxLoaded { get; init; } = 3;

    /// <summary>Bytes for all models in memory; null where only their number counts.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>False where the backend loads models by itself: then every model counts as loaded.</summary>
    public bool OwnsResidency { get; init; } = true;

    public int MaxWaiting { get; init; } = 512;

    /// <summary>No admitted interactive call waits longer than this and the work and the load under way when its time comes.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The same for batch calls.</summary>
    public TimeSpan MaxBatchWait { get; init; } = TimeSpan.FromHours(2);

    /// <summary>A model that still has work keeps its place for at least this many times the load of the model that would replace it.</summary>
    public double Stay { get; init; } = 2;

    /// <summary>What a second of a batch call's wait counts beside one of an interactive call's.</summary>
    public double BatchWeight { get; init; } = 0.02;

    /// <summary>Tokens by which the tenant served last may be ahead of the others and still go on, because its prompt's beginning is still evaluated.</summary>
    public double PrefixWindow { get; init; } = 800;

    /// <summary>The same for batch calls that are known to begin alike: nobody sits and waits, and each turn more has a beginning evaluated again.</summary>
    public double BatchPrefixWindow { get; init; } = 16_000;

    /// <summary>Part of the estimated work that must fit before the deadline for the call to be tried at all.</summary>
    public double HopeFactor { get; init; } = 0.8;

    /// <summary>Part of the wait foreseen that must fit before it for the call to be admitted: forecasts are often wrong by half.</summary>
    public double DoubtFactor { get; init; } = 0.4;

    /// <summary>Prompts' beginnings that a machine keeps evaluated for each model.</summary>
    public int Prefixes { get; init; } = 8;

    /// <summary>Whether an idle machine loads what will probably be asked for.</summary>
    public bool Preloads { get; init; }

    /// <summary>Bytes in memory of a model; 0 where that is not known.</summary>
    public Func<string, long> Bytes { get; init; } = _ => 0;

    /// <summary>Bytes of a model's file, by which its speed is guessed until it is measured; null where that is its <see cref="Bytes"/>.</summary>
    public Func<string, long>? FileBytes { get; init; }
}
