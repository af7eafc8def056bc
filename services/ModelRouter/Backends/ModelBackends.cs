using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Backends;

/// <summary>The servers of the backend that was chosen, all of one kind; none where the platform has no model.</summary>
internal sealed class ModelBackends(string name, IReadOnlyList<IModelBackend> servers) : IDisposable
{
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

    /// <summary>Asks one server after another until one can be reached.</summary>
    /// <exception cref="ModelException">There is none, or none can be reached.</exception>
    public async Task<T> FirstAsync<T>(Func<IModelBackend, Task<T>> ask)
    {
        Exception? failure = null;
        foreach (var server in servers)
        {
            try
            {
                return await ask(server);
            }
            catch (Exception e) when (Unreachable(e))
            {
                failure = e;
            }
        }

        throw failure is null ? ModelException.NoBackend() : ModelException.Unreachable(name, failure);
    }

    /// <summary>Whether a failure says that a server could not be talked to, and nothing of what was asked.</summary>
    public static bool Unreachable(Exception e) => e is HttpRequestException or IOException or System.Text.Json.JsonException;
}
