using System.Security.Cryptography;
using System.Text.Json;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>One question under way: what was called, what it cost, and the reply.</summary>
internal sealed class AgentRun(
    RunningAgent agent, RunningAgent.Place place, Question question, Func<AgentEvent, ValueTask> observe, CancellationToken cancellationToken)
{
    private readonly List<ToolResult> _results = [];

    public string Id { get; } = "run_" + RandomNumberGenerator.GetString("0123456789abcdefghjkmnpqrstvwxyz", 26);

    public RunningAgent Agent => agent;

    public Question Question => question;

    /// <summary>The tools that this run may use.</summary>
    public IReadOnlyList<AgentTool> Tools { get; } = question.Tool is null ? agent.Tools : [.. agent.Tools.Where(t => t.Name == question.Tool)];

    public CancellationToken Cancelled => cancellationToken;

    public int PromptTokens { get; set; }

    public int CompletionTokens { get; set; }

    public int ModelCalls { get; set; }

    public int ToolCalls { get; private set; }

    public bool HasResult => _results.Exists(r => r.Result is not null);

    public async Task<AskReply> AnswerAsync(ModelAccess model)
    {
        if (Tools is [] && question.Tool is { } wanted)
        {
            throw new InvalidInputException(
                $"'{agent.Definition.Name}' has no tool '{wanted}'. It has {string.Join(", ", agent.Tools.Select(t => $"'{t.Name}'"))}.");
        }

        if (question.Files is [] && string.IsNullOrWhiteSpace(question.Text))
        {
            throw new InvalidInputException("The question is empty: send 'input' (text or JSON), 'files' (artifact ids), or both.");
        }

        using var conversation = new ModelRun(this, model);
        var said = await conversation.SayAsync();
        var reply = said.Answer is { } answer ? Reply(answer, null) : await AnswerDegradedAsync(said.Reason!);
        await observe(new RunEnded(reply));
        return reply;
    }

    /// <summary>Calls a tool, records the result and tells the observer.</summary>
    /// <exception cref="InvalidInputException">The arguments are at fault.</exception>
    public async Task<JsonElement> CallAsync(AgentTool tool, JsonElement arguments)
    {
        ToolCalls++;
        await observe(new ToolStarted(tool.Name, arguments));
        var started = agent.Clock.GetTimestamp();
        try
        {
            var value = await agent.InvokeAsync(place, tool, arguments, cancellationToken);
            var result = JsonSerializer.SerializeToElement(value, SutazaiJson.Options);
            await RecordAsync(new ToolResult(tool.Name, arguments, result, Since(started)));
            return result;
        }
        catch (Exception e) when (e is InvalidInputException or RunRefusedException)
        {
            await RecordAsync(new ToolResult(tool.Name, arguments, null, Since(started), e.Message));
            throw;
        }
    }

    public ValueTask SayAsync(string text) => observe(new TextAdded(text));

    private double Since(long started) => Math.Round(agent.Clock.GetElapsedTime(started).TotalMilliseconds, 1);

    /// <summary>With results in hand, those are the answer; else the planner gets one.</summary>
    private async Task<AskReply> AnswerDegradedAsync(string reason)
    {
        if (!HasResult)
        {
            if (Planner.Plan(Tools, agent.Definition.Examples, question) is not { } plan)
            {
                return Reply($"The input fits none of this agent's tools. Send a file, or JSON with the members that a tool needs.\n\n{Planner.Missing(Tools)}", reason);
            }

            await CallAsync(plan.Tool, plan.Arguments);
        }

        var shown = _results.Where(r => r.Result is not null).DistinctBy(r => (r.Tool, r.Result!.Value.GetRawText()));
        return Reply(string.Join("\n\n", shown.Select(r => $"## {r.Tool}\n\n{MarkdownRendering.Render(r.Result!.Value)}")), reason);
    }

    private AskReply Reply(string answer, string? degraded) => new(
        Id,
        agent.Definition.Name,
        answer,
        degraded is null ? null : new Degradation(degraded),
        _results,
        new AgentUsage(PromptTokens, CompletionTokens, ModelCalls, ToolCalls, Cached: false),
        System.Diagnostics.Activity.Current?.TraceId.ToHexString() ?? "");

    private async Task RecordAsync(ToolResult result)
    {
        _results.Add(result);
        await observe(new ToolEnded(result));
    }
}
