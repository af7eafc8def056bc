using System.Text.Json;

namespace Sutazai.Clients;

/// <summary>A question to an agent.</summary>
/// <param name="Input">Words, or a JSON object whose members are a tool's arguments.</param>
/// <param name="Files">Ids of uploaded artifacts.</param>
/// <param name="Tool">The one tool to use; without it the model or the planner chooses.</param>
public sealed record AskRequest(JsonElement? Input = null, IReadOnlyList<string>? Files = null, string? Tool = null);

/// <param name="Answer">Markdown: the model's words or, degraded, a rendering of <paramref name="Results"/>.</param>
/// <param name="Degraded">Null when a model answered.</param>
/// <param name="Results">The tools' own output, untouched, in the order of the calls.</param>
public sealed record AskReply(
    string RunId, string Agent, string Answer, Degradation? Degraded, IReadOnlyList<ToolResult> Results, AgentUsage Usage, string TraceId);

public sealed record Degradation(string Reason);

public sealed record ToolResult(string Tool, JsonElement Arguments, JsonElement? Result, double Milliseconds, string? Error = null);

public sealed record AgentUsage(int PromptTokens, int CompletionTokens, int ModelCalls, int ToolCalls, bool Cached);
