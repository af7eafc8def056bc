using Microsoft.AspNetCore.Http;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>A run as server-sent events. A comment every ten seconds keeps proxies from thinking that nothing comes.</summary>
internal sealed class EventStream(HttpContext context, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Whether the status has been sent: from then on a failure is an event.</summary>
    public bool HasBegun => context.Response.HasStarted;

    /// <summary>Runs the agent, with signs of life on the way.</summary>
    public async Task<AskReply> RunAsync(RunningAgent agent, Question question, Func<AgentEvent, ValueTask> observe, CancellationToken cancellationToken)
    {
        var run = agent.AskAsync(question, observe, cancellationToken);
        await LiveResponse.BeatUntilAsync(run, s_heartbeat, clock, () => SendAsync(": working\n\n", CancellationToken.None), context.RequestAborted);
        return await run;
    }

    public Task WriteAsync(string text) => SendAsync(text, context.RequestAborted);

    private async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            LiveResponse.Begin(context.Response, LiveResponse.Events);
            await context.Response.WriteAsync(text, cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();
}
