using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>
/// A run as server-sent events: <c>event: tool</c>, <c>data: {…}</c>. A comment every ten seconds keeps proxies from thinking that
/// nothing comes.
/// </summary>
internal sealed class EventStream : IAsyncDisposable
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);

    private readonly HttpContext _context;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _over = new();
    private readonly Task _beating;

    public EventStream(HttpContext context)
    {
        _context = context;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        _beating = BeatAsync();
    }

    /// <summary>Runs the agent; every step, the reply and any failure become events.</summary>
    public async Task RunAsync(RunningAgent agent, Question question, CancellationToken cancellationToken)
    {
        try
        {
            await agent.AskAsync(question, SendAsync, cancellationToken);
        }
        catch (Exception e) when (AgentApi.Refusal(e, _context) is { } refusal)
        {
            await WriteErrorAsync(refusal.Type, refusal.Status, refusal.Message);
        }
        catch (Exception) when (!_context.RequestAborted.IsCancellationRequested)
        {
            // The status has been sent, so this is all that the caller gets to see of it.
            await WriteErrorAsync("internal", StatusCodes.Status500InternalServerError, "The run failed inside the platform. The trace id finds it in traces and logs.");
            throw;
        }
    }

    public async ValueTask SendAsync(AgentEvent step) => await WriteAsync(step.Name, step switch
    {
        ToolEnded ended => JsonSerializer.Serialize(ended.Result, SutazaiJson.Options),
        RunEnded ended => JsonSerializer.Serialize(ended.Reply, SutazaiJson.Options),
        ToolStarted started => JsonSerializer.Serialize(new { started.Tool, started.Arguments }, SutazaiJson.Options),
        TextAdded added => JsonSerializer.Serialize(new { added.Text }, SutazaiJson.Options),
        RunStarted started => JsonSerializer.Serialize(new { started.RunId, started.Agent }, SutazaiJson.Options),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "No such event."),
    });

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _beating;
        _over.Dispose();
        _writing.Dispose();
    }

    private Task WriteErrorAsync(string type, int status, string detail) => WriteAsync(
        "error", JsonSerializer.Serialize(new ErrorEvent("urn:sutazai:problem:" + type, status, detail, Problems.TraceId(_context)), SutazaiJson.Options));

    private Task WriteAsync(string name, string data) => WriteAsync($"event: {name}\ndata: {data}\n\n");

    private async Task WriteAsync(string text)
    {
        await _writing.WaitAsync(_context.RequestAborted);
        try
        {
            await _context.Response.WriteAsync(text, _context.RequestAborted);
            await _context.Response.Body.FlushAsync(_context.RequestAborted);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task BeatAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_heartbeat, _over.Token);
                await WriteAsync(": working\n\n");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The run is over, or the client is gone and the run is being cancelled by that.
        }
    }

    private sealed record ErrorEvent(string Type, int Status, string Detail, string TraceId);
}
