using System.CommandLine;

namespace Sutazai.Host.Commands;

/// <summary>
/// <c>Sutazai.Host</c> alone runs the platform; <c>ask</c>, <c>agents</c>, <c>keys</c> and <c>usage</c> use one. Whatever is not a command is
/// configuration for the platform.
/// </summary>
internal static class HostCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        RootCommand root = new("Sutazai: private AI agents on one CPU-only machine. Without a command it runs the platform.")
        {
            AskCommand.Create(),
            AgentsCommand.Create(),
            KeysCommand.Create(),
            UsageCommand.Create(),
            new Option<string>("--urls") { Description = "Where the gateway listens (default http://localhost:8080)." },
            new Option<string>("--data") { Description = "The folder of embedded stores (default SUTAZAI_DATA, or ~/.sutazai)." },
            new Option<string>("--target") { Description = "Run only these services, separated by commas." },
            new Option<string>("--ollama") { Description = "URL of an Ollama server to use as the model." },
        };
        if (args is [var first, ..] && (root.Subcommands.Any(c => c.Name == first) || first is "-h" or "--help" or "-?" or "--version"))
        {
            return await root.Parse(args).InvokeAsync();
        }

        if (args.FirstOrDefault() is { } word && !word.StartsWith('-') && !word.StartsWith('/') && !word.Contains('=', StringComparison.Ordinal))
        {
            await Console.Error.WriteLineAsync($"There is no command '{word}'.{NearNames.DidYouMean(word, root.Subcommands.Select(c => c.Name))} See --help.");
            return 2;
        }

        try
        {
            await SutazaiApp.RunAsync(args, Modules.All);
            return Environment.ExitCode;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or Microsoft.Extensions.Options.OptionsValidationException)
        {
            // What the operator configured is at fault, or the port is taken: the message says which, a stack trace would hide it.
            await Console.Error.WriteLineAsync($"Sutazai cannot start: {e.Message}");
            return 1;
        }
    }
}
