namespace Sutazai;

/// <summary>The services that this process hosts, and the names of all that they call.</summary>
public sealed class LocalServices(IReadOnlyList<ServiceModule> modules)
{
    private readonly HashSet<string> _local = new(modules.Select(m => m.Name), StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _known = new(
        modules.Select(m => m.Name).Concat(modules.SelectMany(m => m.Calls)).Append("registry"), StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<ServiceModule> Modules { get; } = modules;

    /// <summary>Whether the service is hosted here.</summary>
    public bool Contains(string name) => _local.Contains(name);

    /// <summary>Whether the host name is one of ours, here or elsewhere, so that the caller's identity may travel to it.</summary>
    public bool Knows(string host) => _known.Contains(host);

    /// <summary>Whether everything that is called from here is also hosted here.</summary>
    public bool SelfContained => _known.IsSubsetOf(_local);
}

/// <summary>
/// Sends calls for a service hosted here to this process's own internal listener, so that a client is the same code whether the callee is
/// next door or in another container.
/// </summary>
internal sealed class LocalServiceHandler(LocalServices local, Listeners listeners) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { } uri && local.Contains(uri.Host))
        {
            // Read per call: with port 0 the address exists only once Kestrel has bound it.
            var self = listeners.Internal;
            request.RequestUri = new UriBuilder(uri) { Scheme = self.Scheme, Host = self.Host, Port = self.Port }.Uri;
        }

        return base.SendAsync(request, cancellationToken);
    }
}
