using System.Threading.Channels;

namespace Sutazai.Testing.Tests;

using Sutazai.Testing.OllamaSimulator;

public sealed class SimulatorCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Serves_the_models_and_the_script_that_it_is_given()
    {
        var models = await FileAsync("models.json", """[{ "name": "tiny", "speed": { "prefillTokensPerSecond": 10, "generationTokensPerSecond": 5, "loadFromDiskSeconds": 1, "loadFromPageCacheSeconds": 0.5 } }]""");
        var script = await FileAsync("script.json", """{ "rules": [{ "then": { "text": "Scripted." } }] }""");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var output = new Lines();

        var run = SimulatorCommand.RunAsync(["ollama", "--urls", "http://127.0.0.1:0", "--models", models, "--script", script, "--time-scale", "0"], output, output, stop.Token);
        var first = await output.NextAsync(Cancel);
        Assert.StartsWith("Simulating Ollama 0.32.0 at http://127.0.0.1:", first, StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = new Uri(first.Split(' ')[4].TrimEnd(',')) };
        var answer = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false, "tiny"), Cancel);
        await stop.CancelAsync();

        Assert.Equal("Scripted.", (string?)answer["message"]!["content"]);
        Assert.Equal(1_000_000_000, (long)answer["load_duration"]!);
        Assert.Contains("tiny:latest", await output.NextAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(0, await run);
    }

    [Theory]
    [InlineData("The first argument names what to run; known: ollama.")]
    [InlineData("Unknown option --color.", "ollama", "--color", "red")]
    [InlineData("--urls needs a value.", "ollama", "--urls")]
    [InlineData("--time-scale is '-1'; expected a number from 0 up.", "ollama", "--time-scale", "-1")]
    [InlineData("Could not find file '/nothing.json'.", "ollama", "--script", "/nothing.json")]
    public async Task Says_what_is_wrong_with_its_arguments(string message, params string[] args)
    {
        using var errors = new StringWriter();

        Assert.Equal(2, await SimulatorCommand.RunAsync(args, TextWriter.Null, errors, Cancel));
        Assert.StartsWith(message + "\n\nUsage: ", errors.ToString(), StringComparison.Ordinal);
    }

    private async Task<string> FileAsync(string name, string content)
    {
        var path = Path.Combine(_directory.FullName, name);
        await File.WriteAllTextAsync(path, content, Cancel);
        return path;
    }

    private sealed class Lines : StringWriter
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public override Task WriteLineAsync(string? value) => _lines.Writer.WriteAsync(value ?? "").AsTask();

        public async Task<string> NextAsync(CancellationToken cancellationToken) => await _lines.Reader.ReadAsync(cancellationToken);
    }
}
