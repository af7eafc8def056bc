using Sutazai.Clients;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Reads a call's terms, which are the same in all dialects, from its request.</summary>
internal static class RequestTerms
{
    private const string Share = "x-router-share";
    private const string Priority = "x-router-priority";
    private const string Writes = "x-router-agent-writes";

    /// <exception cref="ModelException">A header is neither true nor false.</exception>
    public static CallTerms Of(HttpContext context) => new(Caller.Known(context).Subject)
    {
        Deadline = Deadline.Of(context)?.At,
        Agent = context.Request.Headers[AgentHeader.Name] is [{ Length: > 0 and < 100 } agent] ? agent : null,
        Batch = context.Request.Headers[Priority] switch
        {
            [] or ["interactive"] => false,
            ["batch"] => true,
            _ => throw OllamaRequests.Wrong(Priority, "interactive or batch"),
        },
        Share = Flag(context, Share),
        Writes = Flag(context, Writes),
    };

    private static bool Flag(HttpContext context, string name) => context.Request.Headers[name] switch
    {
        [] => false,
        [{ } text] when bool.TryParse(text, out var flag) => flag,
        _ => throw OllamaRequests.Wrong(name, "true or false"),
    };
}
