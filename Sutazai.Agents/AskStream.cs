using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>Streams a run to whoever asked: <c>event: tool</c>, <c>data: {…}</c>.</summary>
internal sealed class AskStream(HttpContext context, EventStream stream)
{
    /// <summary>Runs the agent; every step, the reply and any failure become events.</summary>
    public async Task RunAsync(RunningAgent agent, Question question, CancellationToken cancellationToken)
    {
        try
        {
            await stream.RunAsync(agent, question, SendAsync, cancellationToken);
        }
        catch (Exception e) when (AgentApi.Refusal(e, context) is { } refusal)
        {
            await WriteErrorAsync(refusal.Type, refusal.Status, refusal.Message);
        }
        catch (Exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The status has been sent, so this is all that the caller gets to see of it.
            await WriteErrorAsync("internal", StatusCodes.Status500InternalServerError, "The run failed inside the platform. The trace id finds it in traces and logs.");
            throw;
        }
    }

    private async ValueTask SendAsync(AgentEvent step) => await WriteAsync(step.Name, step switch
    {
        ToolEnded ended => JsonSerializer.Serialize(ended.Result, SutazaiJson.Options),
        RunEnded ended => JsonSerializer.Serialize(ended.Reply, SutazaiJson.Options),
        ToolStarted started => JsonSerializer.Serialize(new { started.Tool, started.Arguments }, SutazaiJson.Options),
        TextAdded added => JsonSerializer.Serialize(new { added.Text }, SutazaiJson.Options),
        RunStarted started => JsonSerializer.Serialize(new { started.RunId, started.Agent }, SutazaiJson.Options),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "No such event."),
    });

    private Task WriteErrorAsync(string type, int status, string detail) => WriteAsync(
        "error", JsonSerializer.Serialize(new ErrorEvent("urn:sutazai:problem:" + type, status, detail, Problems.TraceId(context)), SutazaiJson.Options));

    private Task WriteAsync(string name, string data) => stream.WriteAsync($"event: {name}\ndata: {data}\n\n");

    private sealed record ErrorEvent(string Type, int Status, string Detail, string TraceId);
}
