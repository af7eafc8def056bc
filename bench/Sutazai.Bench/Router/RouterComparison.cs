using System.Globalization;
using System.Runtime.InteropServices;

namespace Sutazai.Bench.Router;

/// <summary>
/// Our model router, alone and behind the gateway, against nginx and Portkey before the same upstream. Rounds are interleaved, and whatever
/// it starts it stops, also when it fails or is told to end.
/// </summary>
internal static class RouterComparison
{
    private const int Rounds = 9;

    /// <param name="args"><c>[rounds] [--slow seconds]</c></param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryRead(args, out var rounds, out var slow))
        {
            await Console.Error.WriteLineAsync($"router [rounds, default {Rounds}] [--slow seconds until the first token, default {SlowFirstToken.Seconds}]");
            return 2;
        }

        if (Tools.Missing() is { Count: > 0 } missing)
        {
            await Console.Error.WriteLineAsync(string.Join('\n', missing));
            return 1;
        }

        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            // The processes started here outlive this one unless it ends by itself.
            context.Cancel = true;
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        var folder = Directory.CreateTempSubdirectory("sutazai-bench-");
        try
        {
            await CompareAsync(folder.FullName, rounds, slow, stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 130;
        }
        catch (InvalidOperationException e)
        {
            await Console.Error.WriteLineAsync($"The comparison cannot go on: {e.Message}");
            return 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task CompareAsync(string folder, int rounds, int slow, CancellationToken cancellationToken)
    {
        Console.WriteLine($"# Model router: {await Tools.MachineAsync(cancellationToken)}");
        await PortkeyGateway.InstallAsync(folder, cancellationToken);
        List<Goal> goals = [.. await Throughput.RunAsync(folder, rounds, cancellationToken)];
        using (var behaviour = await Behaviour.StartAsync(folder, cancellationToken))
        {
            goals.AddRange(await Identical.RunAsync(behaviour, rounds, cancellationToken));
            goals.AddRange(await Aborts.RunAsync(behaviour, rounds, cancellationToken));
            goals.AddRange(await SlowFirstToken.RunAsync(behaviour, slow, cancellationToken));
            goals.AddRange(await Streams.RunAsync(behaviour, rounds, cancellationToken));
        }

        Goal.Print(goals);
    }

    private static bool TryRead(string[] args, out int rounds, out int slow)
    {
        (rounds, slow) = (Rounds, SlowFirstToken.Seconds);
        return args switch
        {
            [] => true,
            ["--slow", var seconds] => TryCount(seconds, out slow),
            [var count] => TryCount(count, out rounds),
            [var count, "--slow", var seconds] => TryCount(count, out rounds) && TryCount(seconds, out slow),
            _ => false,
        };
    }

    private static bool TryCount(string text, out int count) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
