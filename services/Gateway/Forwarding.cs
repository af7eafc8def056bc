using System.Diagnostics;
using System.Net;
using Sutazai.Clients;
using Yarp.ReverseProxy.Forwarder;

namespace Sutazai.Gateway;

/// <summary>Sends a public request on to a service, with the caller's signed identity, the deadline and the trace context.</summary>
internal sealed partial class Forwarding(IHttpForwarder forwarder, RouteBook routes, CallerIdentity identity, TimeProvider clock, ILogger<Forwarding> logger) : IDisposable
{
    /// <summary>The service knows the deadline and is to have the last word: an error of its own shape, or an event that ends a stream.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
    });

    /// <param name="path">The internal path, beginning with the service's name.</param>
    public async Task SendAsync(HttpContext context, string service, string path)
    {
        if (routes.AddressOf(service) is not { } address)
        {
            context.Response.Headers.RetryAfter = "1";
            await context.RefuseAsync(503, "unavailable", $"The service '{service}' is not there just now.");
            return;
        }

        var deadline = context.Features.Get<Deadline>()!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var left = deadline.At - clock.GetUtcNow() + s_grace;
        limit.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);

        var transformer = new ToService(path, identity.Sign(Caller.Known(context)), deadline.ToHeader());
        // Silence is no failure: a model may think for as long as the deadline lets it.
        var config = new ForwarderRequestConfig { ActivityTimeout = Timeout.InfiniteTimeSpan, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var error = await forwarder.SendAsync(context, address, _client, config, transformer, limit.Token);
        var exception = context.GetForwarderErrorFeature()?.Exception;
        if (!limit.IsCancellationRequested && IsTheServices(error))
        {
            Log.Failed(logger, service, address, error, exception?.Message);
        }

        if (error == ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
        {
            routes.Unreachable(address);
        }

        context.Response.Clear();
        await RefuseAsync(context, service, exception, limit.IsCancellationRequested ? deadline : null);
    }

    public void Dispose() => _client.Dispose();

    private static bool IsTheServices(ForwarderError error) => error is
        not (ForwarderError.None or ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient);

    private static Task RefuseAsync(HttpContext context, string service, Exception? exception, Deadline? passed)
    {
        if (passed is not null)
        {
            return context.RefuseAsync(504, "deadline-passed", $"'{service}' did not answer before the request's deadline, {passed.At:O}.");
        }

        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is BadHttpRequestException bad)
            {
                return context.RefuseAsync(bad.StatusCode, Problems.TypeOf(bad.StatusCode), bad.Message);
            }
        }

        context.Response.Headers.RetryAfter = "1";
        return context.RefuseAsync(503, "unavailable", $"The service '{service}' does not answer just now.");
    }

    private sealed class ToService(string path, string identity, string deadline) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.RequestUri = new Uri(string.Concat(destinationPrefix, path, httpContext.Request.QueryString.ToUriComponent()));
            var headers = proxyRequest.Headers;
            headers.Host = null;
            headers.Remove("Authorization");
            headers.Remove("x-api-key");
            headers.Remove("Cookie");
            headers.Remove(CallerIdentity.Header);
            headers.Remove(Deadline.Header);
            headers.Remove(AgentHeader.Name);
            headers.TryAddWithoutValidation(CallerIdentity.Header, identity);
            headers.TryAddWithoutValidation(Deadline.Header, deadline);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "'{Service}' at {Address} failed: {Error}: {Reason}")]
        public static partial void Failed(ILogger logger, string service, string address, ForwarderError error, string? reason);
    }
}
