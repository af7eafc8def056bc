using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sutazai;

/// <summary>Answers that are sent as they come, for as long as they take.</summary>
public static class LiveResponse
{
    /// <summary>The content type of server-sent events.</summary>
    public const string Events = "text/event-stream";

    /// <summary>Says what follows, and that nobody on the way may hold it back. The status waits for the first thing to send: until then a failure has a status of its own.</summary>
    public static void Begin(HttpResponse response, string contentType)
    {
        if (response.HasStarted)
        {
            return;
        }

        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Waits until a task is over, however it ends, with a sign of life whenever it has taken so long again.</summary>
    /// <param name="heartbeat">The longest silence; proxies and clients take a longer one for a dead connection.</param>
    /// <param name="beat">Sends the sign; not called once the client has gone.</param>
    public static async Task BeatUntilAsync(Task over, TimeSpan heartbeat, TimeProvider time, Func<Task> beat, CancellationToken gone)
    {
        while (true)
        {
            await over.WaitAsync(heartbeat, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCompleted || gone.IsCancellationRequested)
            {
                return;
            }

            await beat();
        }
    }
}
