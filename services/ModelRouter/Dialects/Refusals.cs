using System.Globalization;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Answers a refused call in its dialect.</summary>
internal sealed class Refusals(Func<HttpContext, ModelException, Task> reply) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (ModelException refusal) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = refusal.Status;
            if (refusal.RetryAfter is { } wait)
            {
                http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            }

            if (refusal.Code is { } code)
            {
                DecisionHeader.Add(http, $"refused={code}");
            }

            await reply(http, refusal);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            if (!http.Response.HasStarted)
            {
                http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }

        return Results.Empty;
    }
}
