using Spectre.Console;

namespace Sutazai.Host.Commands;

/// <summary>Where a command prints: the terminal at its width, or a file or pipe at one that few lines need to wrap at.</summary>
internal static class Terminal
{
    private const int FileWidth = 160;

    public static IAnsiConsole Output { get; } = Create();

    private static IAnsiConsole Create()
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = FileWidth;
        }

        return console;
    }
}
