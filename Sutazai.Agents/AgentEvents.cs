using System.Text.Json;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>A step of a run, as it is streamed to the caller.</summary>
/// <param name="Name">The event's name on the wire.</param>
public abstract record AgentEvent(string Name);

public sealed record RunStarted(string RunId, string Agent) : AgentEvent("run");

public sealed record ToolStarted(string Tool, JsonElement Arguments) : AgentEvent("tool");

public sealed record ToolEnded(ToolResult Result) : AgentEvent("result");

/// <summary>More of the model's words. The reply at the end is what counts.</summary>
public sealed record TextAdded(string Text) : AgentEvent("delta");

public sealed record RunEnded(AskReply Reply) : AgentEvent("done");
