using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>The response header that says how a call was decided, as facts in a list: <c>x-router-decision: cache=miss, share=leader</c>.</summary>
internal static class DecisionHeader
{
    public const string Name = "x-router-decision";

    /// <summary>The options that the model ran with instead of those that the call gave: <c>x-router-options: num_ctx=8192, num_thread=unset</c>.</summary>
    public const string Options = "x-router-options";

    /// <summary>Before the body starts.</summary>
    public static void Add(HttpContext context, AnswerSource source)
    {
        Add(context, "cache", source.Cache.ToString().ToLowerInvariant());
        if (source.Cache is CacheUse.Off or CacheUse.Miss || source.Share == ShareUse.Joined)
        {
            Add(context, "share", source.Share switch { ShareUse.Leader => "leader", ShareUse.Joined => "joined", _ => "off" });
        }
    }

    /// <summary>With where the answer was found, the wait and whether a model was swapped for it, as far as that is known when the response starts.</summary>
    public static void Add(HttpContext context, AnswerSource source, CallProgress progress)
    {
        context.Response.OnStarting(() =>
        {
            Add(context, source with { Cache = progress.Found ?? source.Cache });
            if (progress.Decision is { } decision)
            {
                context.Response.Headers[Name] = $"{context.Response.Headers[Name]}, {decision}";
            }

            if (progress.Changed is { } changed)
            {
                context.Response.Headers[Options] = changed;
            }

            return Task.CompletedTask;
        });
    }

    public static void Add(HttpContext context, string fact, string value)
    {
        var headers = context.Response.Headers;
        headers[Name] = headers.TryGetValue(Name, out var facts) ? $"{facts}, {fact}={value}" : $"{fact}={value}";
    }
}
