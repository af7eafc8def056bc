using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator.Scheduling;

/// <summary>The options that a model is loaded with; a request with others makes the server load it anew.</summary>
internal sealed record RunnerOptions(int NumCtx, bool NumCtxIsAuto, int? NumBatch, int NumGpu, int? MainGpu, bool? UseMmap, int NumThread, int DraftNumPredict, bool Shift)
{
    private const int SmallestContext = 4;
    private const int SmallestVisionContext = 2048;

    public static RunnerOptions From(JsonObject options, bool? shift, int defaultContext, SimulatedModel model)
    {
        var asked = Integer(options, "num_ctx");
        return new RunnerOptions(
            Math.Min(Math.Max(asked ?? defaultContext, model.Can("vision") ? SmallestVisionContext : SmallestContext), model.ContextLength),
            asked is null,
            Integer(options, "num_batch"),
            Integer(options, "num_gpu") ?? -1,
            Integer(options, "main_gpu"),
            options["use_mmap"] is JsonValue mmap && mmap.TryGetValue<bool>(out var useMmap) ? useMmap : null,
            Integer(options, "num_thread") ?? 0,
            Integer(options, "draft_num_predict") ?? 0,
            shift ?? true);
    }

    /// <summary>Whether a model loaded with these options serves a request with others.</summary>
    public bool Serves(RunnerOptions asked) => this == asked with
    {
        NumCtx = NumCtxIsAuto && asked.NumCtxIsAuto ? NumCtx : asked.NumCtx,
        NumCtxIsAuto = NumCtxIsAuto,
        NumBatch = NumBatch is null && asked.NumBatch is null ? NumBatch : asked.NumBatch,
        NumGpu = asked.NumGpu < 0 ? NumGpu : asked.NumGpu,
    };

    private static int? Integer(JsonObject options, string name) =>
        options[name] is JsonValue value && value.TryGetValue<double>(out var number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;
}
