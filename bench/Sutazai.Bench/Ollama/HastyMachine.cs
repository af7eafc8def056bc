using Sutazai.Bench.Policies;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.Bench.Ollama;

/// <summary>
/// The Ollama simulator as the simulated machine of the policies, but a hundred times as fast and with models of a hundredth of the size, so that
/// whoever guesses a model's speed from its size is as right or wrong as in life.
/// </summary>
internal static class HastyMachine
{
    public const double Scale = 0.01;
    private const int MostTokens = 800;

    // Four letters with the blank before them are a token, and no two are alike, so that a stop word ends the answer where the call wants it.
    private static readonly string[] s_words = [.. Enumerable.Range(0, MostTokens + 1).Select(Word)];

    /// <summary>One model in memory, always from disk.</summary>
    public static Task<OllamaSimulator> StartAsync(CancellationToken cancellationToken) => OllamaSimulator.StartAsync(
        new OllamaSimulatorOptions
        {
            TimeScale = 1,
            MaxLoadedModels = 1,
            KeepAlive = TimeSpan.FromMinutes(5) * Scale,
            Models = [.. SimModel.Six.Select(Hasty)],
            Script = new Script([new Rule(Turn.Say(string.Concat(s_words)))]),
        },
        cancellationToken);

    /// <summary>The word at which an answer of so many tokens stops.</summary>
    public static string StopAfter(int tokens) => s_words[tokens];

    /// <summary>A prompt of about so many tokens that begins like no other.</summary>
    public static string Prompt(int number, int tokens) => $"call-{number} " + Words(tokens);

    /// <summary>About so many tokens that only one agent's prompts begin with.</summary>
    public static string Instructions(string agent, int tokens) => $"{agent} " + Words(tokens);

    private static string Words(int tokens) => string.Concat(Enumerable.Repeat("word ", Math.Max(1, tokens - 6)));

    private static SimulatedModel Hasty(SimModel model) =>
        new(model.Name, new SpeedProfile(model.Prefill / Scale, model.Generation / Scale, model.LoadFromDisk * Scale, model.LoadFromDisk * Scale)) { SizeBytes = (long)(model.Bytes * Scale) };

    private static string Word(int number) => $" z{(char)('a' + (number / 676 % 26))}{(char)('a' + (number / 26 % 26))}{(char)('a' + (number % 26))}";
}
