namespace Sutazai.Agents.Code.CSharpAnalysis.Async;

public enum Severity
{
    Suggestion,
    Warning,
    Error,
}

/// <param name="Fix">What to write instead.</param>
internal sealed record AsyncRule(string Id, string Name, Severity Severity, string Message, string Fix)
{
    public static readonly AsyncRule BlocksOnTask = new(
        "ASY001", "sync-over-async", Severity.Warning, "blocks a thread until a task ends; under load this starves the thread pool, with a context it deadlocks",
        "Make the method async and await the task.");

    public static readonly AsyncRule TokenNotPassed = new(
        "ASY002", "token-not-passed", Severity.Warning, "does not pass on the cancellation token in scope, so the work goes on after the caller has left",
        "Pass the token.");

    public static readonly AsyncRule AsyncVoid = new(
        "ASY003", "async-void", Severity.Error, "is async void: nobody can await it, and an exception in it ends the process",
        "Return Task; keep async void for event handlers.");

    public static readonly AsyncRule AsyncVoidLambda = new(
        "ASY004", "async-void-lambda", Severity.Error, "is an async lambda where a void delegate is wanted: nobody awaits it, and an exception in it ends the process",
        "Use an overload that takes a function returning Task, or a loop that awaits.");

    public static readonly AsyncRule NotAwaited = new(
        "ASY005", "task-not-awaited", Severity.Warning, "starts a task that nobody awaits: its exception is lost and its work may outlive the request",
        "Await it; if it must run on its own, keep it and observe its failure.");

    public static readonly AsyncRule NotDisposed = new(
        "ASY006", "not-disposed", Severity.Warning, "holds a resource that is never disposed",
        "Declare it with using, or await using where it is IAsyncDisposable.");

    public static readonly AsyncRule SyncDispose = new(
        "ASY007", "sync-dispose", Severity.Suggestion, "is disposed synchronously in an async method although it can be disposed asynchronously",
        "Write await using.");

    public static readonly AsyncRule NoAwait = new(
        "ASY008", "async-without-await", Severity.Suggestion, "is async but awaits nothing: it runs synchronously behind a state machine",
        "Drop async and return the task, or await what it should.");

    public static readonly AsyncRule ReturnedFromUsing = new(
        "ASY009", "task-returned-from-using", Severity.Error, "returns a task from inside using without awaiting it: the resource is disposed while the task still uses it",
        "Make the method async and return await.");

    public static readonly AsyncRule ReturnedFromTry = new(
        "ASY010", "task-returned-from-try", Severity.Warning, "returns a task from inside try without awaiting it: the catch never sees the task's exception",
        "Make the method async and return await.");

    public static readonly AsyncRule AwaitInLock = new(
        "ASY011", "await-in-lock", Severity.Error, "awaits inside a lock: the lock belongs to a thread, and the rest may run on another",
        "Use SemaphoreSlim.WaitAsync, or move the await out of the lock.");

    public static readonly AsyncRule Sleeps = new(
        "ASY012", "thread-sleep-in-async", Severity.Warning, "blocks the thread in an async method",
        "Write await Task.Delay(..., cancellationToken).");

    public static readonly AsyncRule SyncCall = new(
        "ASY013", "sync-call-in-async", Severity.Suggestion, "calls a blocking method in an async method although an async one exists",
        "Await the async method.");

    public static readonly AsyncRule RunInHandler = new(
        "ASY014", "task-run-in-handler", Severity.Warning, "moves work to another pool thread inside a request handler: it costs a switch and frees nothing",
        "Call the work directly; await it where it is async.");

    public static readonly AsyncRule StartNewAsync = new(
        "ASY015", "start-new-async", Severity.Error, "gives an async lambda to Task.Factory.StartNew: the outer task ends at the first await",
        "Use Task.Run, or Unwrap the result.");

    public static readonly AsyncRule ReturnsNull = new(
        "ASY016", "null-task", Severity.Error, "returns null where a task is expected: the caller's await throws",
        "Return Task.CompletedTask or Task.FromResult(...).");

    public static readonly AsyncRule InlineContinuations = new(
        "ASY017", "inline-continuations", Severity.Suggestion, "makes a TaskCompletionSource whose continuations run inside SetResult, on the setter's thread and under its locks",
        "Pass TaskCreationOptions.RunContinuationsAsynchronously.");

    public static readonly AsyncRule TokenOfEnumerator = new(
        "ASY018", "enumerator-cancellation", Severity.Warning, "is an async iterator whose token does not get the one of WithCancellation",
        "Mark the parameter [EnumeratorCancellation].");
}
