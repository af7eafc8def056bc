using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>The response header that says how a call was decided, as facts in a list: <c>x-router-decision: cache=miss, share=leader</c>.</summary>
internal static class DecisionHeader
{
    public const string Name = "x-router-decision";

    /// <summary>The options that the model ran with instead of those that the call gave: <c>x-router-options: num_ctx=8192, num_thread=unset</c>.</summary>
    public const string Options = "x-router-options";

    /// <summary>Has the reply say that nothing kept was used, should nobody have more to say of it: what it tells was looked up for it.</summary>
    public static void Promise(HttpContext context) => context.Response.OnStarting(
        static response =>
        {
            ((HttpResponse)response).Headers.TryAdd(Name, "cache=off");
            return Task.CompletedTask;
        },
        context.Response);

    /// <summary>Before the body starts: where the answer was found, the wait and whether a model was swapped for it, as far as that is known when it does.</summary>
    public static void Add(HttpContext context, AnswerSource source, CallProgress progress)
    {
        context.Response.OnStarting(() =>
        {
            var facts = Facts(source with { Cache = progress.Found ?? source.Cache });
            Add(context, progress.Decision is { } decision ? $"{facts}, {decision}" : facts);
            if (progress.Changed is { } changed)
            {
                context.Response.Headers[Options] = changed;
            }

            return Task.CompletedTask;
        });
    }

    public static void Add(HttpContext context, string facts)
    {
        var headers = context.Response.Headers;
        headers[Name] = headers.TryGetValue(Name, out var known) ? $"{known}, {facts}" : facts;
    }

    private static string Facts(AnswerSource source)
    {
        var cache = source.Cache switch
        {
            CacheUse.Off => "cache=off",
            CacheUse.Miss => "cache=miss",
            CacheUse.Hit => "cache=hit",
            CacheUse.Redis => "cache=redis",
            _ => "cache=semantic",
        };
        return source.Cache is CacheUse.Off or CacheUse.Miss || source.Share == ShareUse.Joined
            ? cache + source.Share switch { ShareUse.Leader => ", share=leader", ShareUse.Joined => ", share=joined", _ => ", share=off" }
            : cache;
    }
}
