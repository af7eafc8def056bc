namespace Sutazai.Testing.OllamaSimulator;

/// <summary>What the simulated server holds and how it behaves; the defaults are Ollama's own on a machine without a GPU.</summary>
public sealed record OllamaSimulatorOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    public IReadOnlyList<SimulatedModel> Models { get; init; } = SimulatedModel.Defaults;

    public Script Script { get; init; } = Script.Empty;

    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>Real seconds for a simulated one: 1 is real time, 0.01 a hundred times faster, 0 no delays at all (keep-alives then run in real time).</summary>
    public double TimeScale { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public string Version { get; init; } = "0.32.0";

    /// <summary>OLLAMA_MAX_LOADED_MODELS; three is the automatic value on a CPU.</summary>
    public int MaxLoadedModels { get; init; } = 3;

    /// <summary>OLLAMA_NUM_PARALLEL.</summary>
    public int NumParallel { get; init; } = 1;

    /// <summary>OLLAMA_MAX_QUEUE: requests that wait for a model to be loaded, not all that wait.</summary>
    public int MaxQueue { get; init; } = 512;

    /// <summary>OLLAMA_KEEP_ALIVE.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>OLLAMA_CONTEXT_LENGTH.</summary>
    public int ContextLength { get; init; } = 4096;

    /// <summary>Memory for models; a load over it crashes, whereupon all other models are evicted and the load is tried once more. Null: unlimited.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Evict before a load that would not fit in <see cref="MemoryBytes"/>, as versions up to May 2026 did, instead of crashing.</summary>
    public bool EvictByMemory { get; init; }
}
