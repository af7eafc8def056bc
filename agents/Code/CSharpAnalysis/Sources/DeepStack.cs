namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>
/// Runs the compiler on a thread of its own with a large stack. Not all of Roslyn's recursion watches the stack (chains of
/// <c>a?.b</c>, type arguments), and an overflow ends the process; <see cref="NestingGuard"/> keeps what is left below this size.
/// </summary>
internal static class DeepStack
{
    public const int Bytes = 64 << 20;

    public static Task<T> RunAsync<T>(string source, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(source, work, done), Bytes) { IsBackground = true, Name = "C# analysis" };
        thread.Start();
        return done.Task;
    }

    private static void Run<T>(string source, Func<T> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(work());
        }
        catch (InsufficientExecutionStackException e)
        {
            done.SetException(new InvalidInputException($"'{source}' is nested deeper than the compiler can follow.", e));
        }
        catch (OperationCanceledException e)
        {
            done.SetCanceled(e.CancellationToken);
        }
#pragma warning disable CA1031 // Nothing is swallowed: who awaits the task gets it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            done.SetException(e);
        }
    }
}
