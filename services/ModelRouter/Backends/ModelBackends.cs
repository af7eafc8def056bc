using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Backends;

/// <summary>The servers of the backend that was chosen, all of one kind; none where the platform has no model.</summary>
internal sealed class ModelBackends(string name, IReadOnlyList<IModelBackend> servers, TimeProvider time) : IDisposable
{
    /// <summary>For how long a server is asked about models. No model works on that; a server that takes longer has stopped.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    public string Name => name;

    public IReadOnlyList<IModelBackend> Servers => servers;

    public bool Any => servers.Count > 0;

    public void Dispose()
    {
        foreach (var server in servers.OfType<IDisposable>())
        {
            server.Dispose();
        }
    }

    /// <summary>Asks one server after another until one answers.</summary>
    /// <exception cref="ModelException">There is none, or none answers.</exception>
    public async Task<T> FirstAsync<T>(Func<IModelBackend, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        List<ModelException> failures = [];
        foreach (var server in servers)
        {
            var (answer, failure) = await AskAsync(server, ask, cancellationToken);
            if (failure is null)
            {
                return answer!;
            }

            failures.Add(failure);
        }

        throw Worst(failures) ?? ModelException.NoBackend();
    }

    /// <summary>What those servers answer that do.</summary>
    /// <exception cref="ModelException">There are some, and none answers.</exception>
    public async Task<IReadOnlyList<T>> AllAsync<T>(Func<IModelBackend, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        var asked = await Task.WhenAll(servers.Select(s => AskAsync(s, ask, cancellationToken)));
        T[] answers = [.. asked.Where(a => a.Failure is null).Select(a => a.Answer!)];
        return answers is [] && Worst(asked.Select(a => a.Failure!)) is { } failure ? throw failure : answers;
    }

    /// <summary>Whether a failure says that a server could not be talked to, and nothing of what was asked.</summary>
    public static bool Unreachable(Exception e) => e is HttpRequestException or IOException or System.Text.Json.JsonException;

    // A server that cannot be reached may have what another does not know.
    private static ModelException? Worst(IEnumerable<ModelException> failures) => failures.MaxBy(f => f.Status);

    private async Task<(T? Answer, ModelException? Failure)> AskAsync<T>(
        IModelBackend server, Func<IModelBackend, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return (await ask(server, either.Token), null);
        }
        catch (ModelException refusal)
        {
            return (default, refusal);
        }
        catch (Exception e) when (Unreachable(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (default, ModelException.Unreachable(name, e));
        }
    }
}
