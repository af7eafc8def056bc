using System.Security.Cryptography;
using System.Text;

namespace Sutazai.Testing.OllamaSimulator;

/// <summary>How fast a machine runs a model.</summary>
public sealed record SpeedProfile(double PrefillTokensPerSecond, double GenerationTokensPerSecond, double LoadFromDiskSeconds, double LoadFromPageCacheSeconds)
{
    public static SpeedProfile OneBillion { get; } = new(194, 39, 6, 1.5);

    public static SpeedProfile ThreeBillion { get; } = new(75, 14, 12, 2.5);

    public static SpeedProfile EightBillion { get; } = new(30, 6, 25, 4);

    public static SpeedProfile Embedding { get; } = new(1500, 1500, 1, 0.3);
}

/// <summary>A model that the simulator has on its imaginary disk.</summary>
public sealed record SimulatedModel(string Name, SpeedProfile Speed)
{
    private static readonly string[] OneAtATime =
        ["mllama", "qwen3vl", "qwen3vlmoe", "qwen35", "qwen35moe", "qwen3next", "lfm2", "lfm2moe", "nemotron_h", "nemotron_h_moe", "nemotron_h_omni"];

    public string Family { get; init; } = "llama";

    public string ParameterSize { get; init; } = "1.2B";

    public string Quantization { get; init; } = "Q4_K_M";

    public long SizeBytes { get; init; } = 800_000_000;

    /// <summary>Among completion, tools, thinking, insert, vision and embedding.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = ["completion", "tools"];

    /// <summary>The context that the model was trained with.</summary>
    public int ContextLength { get; init; } = 131_072;

    /// <summary>Numbers in an embedding.</summary>
    public int Dimensions { get; init; } = 2048;

    /// <summary>The name with its tag, as <c>/api/tags</c> shows it.</summary>
    public string FullName => Qualify(Name);

    /// <summary>The model whose file this one's is, under another name; both then share one place in memory.</summary>
    public string? SameFileAs { get; init; }

    internal string Weights => Qualify(SameFileAs ?? Name);

    /// <summary>Whether OLLAMA_NUM_PARALLEL holds for it.</summary>
    internal bool RunsParallel => Can("completion") && !OneAtATime.Contains(Family);

    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FullName)));

    public bool Can(string capability) => Capabilities.Contains(capability);

    /// <summary>Three chat models of the sizes that a CPU-only machine runs, and one for embeddings.</summary>
    public static IReadOnlyList<SimulatedModel> Defaults { get; } =
    [
        new("llama3.2:1b", SpeedProfile.OneBillion) { SizeBytes = 1_321_098_329 },
        new("llama3.2:3b", SpeedProfile.ThreeBillion) { ParameterSize = "3.2B", SizeBytes = 2_019_393_189, Dimensions = 3072 },
        new("llama3.1:8b", SpeedProfile.EightBillion) { ParameterSize = "8.0B", SizeBytes = 4_920_753_328, Dimensions = 4096 },
        new("nomic-embed-text", SpeedProfile.Embedding)
        {
            Family = "nomic-bert",
            ParameterSize = "137M",
            Quantization = "F16",
            SizeBytes = 274_302_450,
            Capabilities = ["embedding"],
            ContextLength = 2048,
            Dimensions = 768,
        },
    ];

    internal static string Qualify(string name) => name.LastIndexOf(':') > name.LastIndexOf('/') ? name : name + ":latest";

    internal static SimulatedModel? Find(IReadOnlyList<SimulatedModel> models, string name)
    {
        var full = Qualify(name);
        return models.FirstOrDefault(model => model.FullName.Equals(full, StringComparison.OrdinalIgnoreCase));
    }
}
