using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Answers a call that is refused, or fails, in its dialect, and sees to it that every reply says what was decided.</summary>
internal sealed partial class Refusals(Func<HttpContext, ModelException, Task> reply)
{
    /// <summary>An endpoint that does this for whatever answers its calls.</summary>
    public RequestDelegate Around(Func<HttpContext, Task> answer) => http => AnswerAsync(http, answer);

    private async Task AnswerAsync(HttpContext http, Func<HttpContext, Task> answer)
    {
        DecisionHeader.Promise(http);
        try
        {
            await answer(http);
        }
        catch (Exception e) when (e is ConnectionResetException || (e is OperationCanceledException && http.RequestAborted.IsCancellationRequested))
        {
            if (!http.Response.HasStarted)
            {
                http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (ModelException refusal) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, refusal);
        }
#pragma warning disable CA1031 // Nothing is swallowed: it is logged, and whoever asked is told.
        catch (Exception e) when (e is not OperationCanceledException && !http.Response.HasStarted)
#pragma warning restore CA1031
        {
            Log.Failed(http.RequestServices.GetRequiredService<ILogger<Refusals>>(), http.Request.Method, http.Request.Path, e);
            await RefuseAsync(http, ModelException.Internal(Problems.TraceId(http), e));
        }
    }

    private Task RefuseAsync(HttpContext http, ModelException refusal)
    {
        http.Response.StatusCode = refusal.Status;
        if (refusal.RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        DecisionHeader.Add(http, $"refused={refusal.Code ?? "invalid_request"}");
        return reply(http, refusal);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed inside the router.")]
        public static partial void Failed(ILogger logger, string method, PathString path, Exception exception);
    }
}
