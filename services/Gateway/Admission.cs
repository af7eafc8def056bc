using System.Globalization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Sutazai.Clients;

namespace Sutazai.Gateway;

/// <summary>An endpoint that anyone may read.</summary>
internal sealed record OpenToAll;

/// <summary>An endpoint that charges its caller itself, once it has read what is called.</summary>
internal sealed record ChargesItself;

/// <summary>What every public request passes: who is it, may they, how often, how long.</summary>
internal sealed class Admission(
    RequestDelegate next, Listeners listeners, KeyRing keys, RequestLimits limits, IOptions<GatewayOptions> options, TimeProvider clock)
{
    /// <summary>Seconds that the caller is willing to wait.</summary>
    private const string TimeoutHeader = "x-sutazai-timeout";

    private static readonly string[] s_loopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<OpenToAll>() is not null)
        {
            await next(context);
            return;
        }

        if (await IdentifyAsync(context) is not { } admitted)
        {
            return;
        }

        if (endpoint.Metadata.GetMetadata<RequiredScope>() is { } required && !Scopes.Allow(admitted.Caller.Scopes, required.Scope))
        {
            await context.RefuseAsync(403, "forbidden", $"This needs a key with the scope '{required.Scope}'; the one given has {string.Join(", ", admitted.Caller.Scopes)}.");
            return;
        }

        var most = endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is { } limit ? limit.MaxRequestBodySize : Listeners.MaxBodyBytes;
        if (context.Request.ContentLength > most)
        {
            await context.RefuseAsync(413, "too-large", $"The body has {context.Request.ContentLength} bytes; {most} is the most here. Larger files go through POST /api/artifacts.");
            return;
        }

        if (!TrySetDeadline(context))
        {
            await context.RefuseAsync(400, "invalid-request", $"'{TimeoutHeader}' is a number of seconds above 0; it was '{context.Request.Headers[TimeoutHeader]}'.");
            return;
        }

        context.Features.Set(admitted);
        context.Features.Set(admitted.Caller);
        if (endpoint.Metadata.GetMetadata<ChargesItself>() is not null)
        {
            await next(context);
            return;
        }

        var target = context.Request.RouteValues.TryGetValue("agent", out var agent) ? (string)agent! : "*";
        using var lease = limits.Enter(context, admitted, target, out var refusal);
        await (lease is null ? context.RefuseAsync(429, "rate-limited", refusal) : next(context));
    }

    /// <returns>The caller, or null where the request has been refused.</returns>
    private async ValueTask<Admitted?> IdentifyAsync(HttpContext context)
    {
        if (KeyOf(context.Request.Headers) is { } key)
        {
            var found = await keys.FindAsync(key);
            if (found is null)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                await context.RefuseAsync(401, "unauthenticated", "The API key is not valid: it is unknown, revoked or expired.");
            }

            return found;
        }

        if (!listeners.PublicIsLoopback)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await context.RefuseAsync(401, "unauthenticated", "An API key is needed: send it as 'Authorization: Bearer <key>'.");
            return null;
        }

        // Without a key only the operator at this machine is meant. A web page elsewhere must not be able to speak for them.
        if (!s_loopbackHosts.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase) || IsFromForeignPage(context.Request.Headers))
        {
            await context.RefuseAsync(403, "foreign-origin", "Without an API key only requests to localhost, and not from another site's page, are taken.");
            return null;
        }

        return Admitted.Local;
    }

    private static string? KeyOf(IHeaderDictionary headers)
    {
        var authorization = headers.Authorization.ToString();
        return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..].Trim()
            : headers["x-api-key"] is [{ Length: > 0 } key] ? key
            : null;
    }

    private static bool IsFromForeignPage(IHeaderDictionary headers) =>
        headers["Sec-Fetch-Site"] == "cross-site"
        || headers.Origin.Any(origin => !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && s_loopbackHosts.Contains(page.Host, StringComparer.OrdinalIgnoreCase)));

    private bool TrySetDeadline(HttpContext context)
    {
        var allowed = options.Value.Deadline;
        if (context.Request.Headers[TimeoutHeader] is [{ } asked])
        {
            if (!double.TryParse(asked, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds is not > 0)
            {
                return false;
            }

            allowed = TimeSpan.FromSeconds(Math.Min(seconds, allowed.TotalSeconds));
        }

        context.Features.Set(new Deadline(clock.GetUtcNow() + allowed));
        return true;
    }
}
