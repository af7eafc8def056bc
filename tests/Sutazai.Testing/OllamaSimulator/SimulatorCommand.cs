using System.Globalization;
using System.Text.Json;

namespace Sutazai.Testing.OllamaSimulator;

/// <summary>Runs the simulator as a program until it is interrupted.</summary>
public static class SimulatorCommand
{
    private const string Usage = """
        Usage: Sutazai.Testing ollama [--urls URL] [--script FILE] [--models FILE] [--time-scale NUMBER]

          --urls URL           where to listen; http://127.0.0.1:11434 without it, port 0 for a free one
          --script FILE        what the models say, as JSON
          --models FILE        the models to serve, as a JSON list
          --time-scale NUMBER  real seconds for a simulated one; 1 without it, 0 for no delays
        """;

    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter errors, CancellationToken cancellationToken = default)
    {
        OllamaSimulatorOptions options;
        try
        {
            options = await ReadAsync(args, cancellationToken);
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"{exception.Message}\n\n{Usage}");
            return 2;
        }

        await using var simulator = await OllamaSimulator.StartAsync(options, cancellationToken);
        await output.WriteLineAsync($"Simulating Ollama {options.Version} at {simulator.Address}, a simulated second in {options.TimeScale.ToString(CultureInfo.InvariantCulture)} s");
        foreach (var model in options.Models)
        {
            await output.WriteLineAsync($"  {model.FullName,-28} {string.Join(", ", model.Capabilities)}");
        }

        await output.WriteLineAsync($"Faults: PUT {simulator.Address}simulator/faults; requests: GET {simulator.Address}simulator/requests");
        await simulator.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static async Task<OllamaSimulatorOptions> ReadAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (args is not ["ollama", ..])
        {
            throw new ArgumentException("The first argument names what to run; known: ollama.");
        }

        var options = new OllamaSimulatorOptions { Url = "http://127.0.0.1:11434", TimeScale = 1 };
        for (var at = 1; at < args.Count; at += 2)
        {
            var value = at + 1 < args.Count ? args[at + 1] : throw new ArgumentException($"{args[at]} needs a value.");
            options = args[at] switch
            {
                "--urls" => options with { Url = value },
                "--script" => options with { Script = await Script.FromFileAsync(value, cancellationToken) },
                "--models" => options with { Models = JsonSerializer.Deserialize<SimulatedModel[]>(await File.ReadAllTextAsync(value, cancellationToken), SimulatorJson.Options) ?? [] },
                "--time-scale" when double.TryParse(value, CultureInfo.InvariantCulture, out var scale) && scale >= 0 => options with { TimeScale = scale },
                "--time-scale" => throw new ArgumentException($"--time-scale is '{value}'; expected a number from 0 up."),
                var unknown => throw new ArgumentException($"Unknown option {unknown}."),
            };
        }

        return options;
    }
}
