using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Sutazai;

/// <summary>
/// Keeps the two listeners apart: the public one never reaches a module's internal routes, and the internal one serves nothing but those,
/// health and metrics, to callers with a signed identity.
/// </summary>
internal sealed class ListenerGate(RequestDelegate next, LocalServices local, CallerIdentity identity)
{
    public Task InvokeAsync(HttpContext context)
    {
        var segment = FirstSegment(context.Request.Path);
        if (!Listeners.IsInternal(context))
        {
            return local.Contains(segment) ? Refuse(context, StatusCodes.Status404NotFound) : next(context);
        }

        if (segment is "health" or "metrics")
        {
            return next(context);
        }

        if (!local.Contains(segment))
        {
            return Refuse(context, StatusCodes.Status404NotFound);
        }

        if (identity.Verify(context.Request.Headers[CallerIdentity.Header]) is not { } caller)
        {
            return Refuse(context, StatusCodes.Status401Unauthorized);
        }

        context.Features.Set(caller);
        return next(context);
    }

    private static string FirstSegment(PathString path)
    {
        var value = path.Value.AsSpan().TrimStart('/');
        var end = value.IndexOf('/');
        return (end < 0 ? value : value[..end]).ToString();
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}

/// <summary>Says which scope an endpoint demands of its caller.</summary>
public sealed record RequiredScope(string Scope);

public static class RequiredScopeExtensions
{
    /// <summary>The gateway lets only callers through that hold the scope.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequiredScope(scope));
}
