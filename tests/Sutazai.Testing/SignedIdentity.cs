namespace Sutazai.Testing;

/// <summary>Signs every request for a caller, as the gateway does on the way to a service.</summary>
public sealed class SignedIdentity(CallerIdentity identity, Caller caller) : DelegatingHandler(new SocketsHttpHandler { MaxResponseDrainSize = 0 })
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Remove(CallerIdentity.Header);
        request.Headers.Add(CallerIdentity.Header, identity.Sign(caller));
        return base.SendAsync(request, cancellationToken);
    }
}
