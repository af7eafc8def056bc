using System.Text;
using System.Text.Json;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using OllamaSharp.Models.Exceptions;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>What the model said, or why it said nothing that counts.</summary>
internal sealed record Said(string? Answer, string? Reason);

/// <summary>
/// The conversation of one run with the model: Semantic Kernel offers the agent's tools, the model chooses, the run calls. Tool calls are
/// invoked here and not by the kernel, so that budgets, the loop breaker and the one repair of a malformed call hold for every model.
/// </summary>
internal sealed class ModelRun(AgentRun run, ModelAccess model) : IDisposable
{
    /// <summary>Characters of a tool's result that the model reads; the caller gets all of it.</summary>
    private const int ResultCharacters = 12_000;
    private const int Repairs = 1;
    private const string Again = "Call the tool again, corrected.";

    /// <summary>Characters of a question that a model on a CPU reads in reasonable time; longer ones come as files.</summary>
    private const int QuestionCharacters = 40_000;

    /// <summary>What is left of the run's time for an answer without the model.</summary>
    private static readonly TimeSpan s_reserve = TimeSpan.FromSeconds(5);

    private readonly LoopBreaker _loop = new();
    private readonly MeteredModel _model = new(model.Client);
    private int _repairs;
    private string? _malformed;

    public async Task<Said> SayAsync()
    {
        if (run.Question.Text.Length + run.Question.Earlier.Sum(t => t.Text.Length) > QuestionCharacters)
        {
            return new(null, $"the question is longer than the {QuestionCharacters} characters that a model is given; upload the text as a file to have the model explain what is in it");
        }

        var definition = run.Agent.Definition;
        var kernel = new Kernel();
        var settings = new PromptExecutionSettings
        {
            ModelId = ModelAccess.Alias(definition.Model),
            FunctionChoiceBehavior = FunctionChoiceBehavior.Auto([.. run.Tools.Select(Function)], autoInvoke: false),
        };
        var history = History();
        using var patience = Patience();
        try
        {
            while (true)
            {
                var turn = await NextAsync(history, settings, kernel, patience.Token);
                if (turn.IsGarbled)
                {
                    const string Error = "The call is not JSON.";
                    history.AddAssistantMessage(turn.Text);
                    if (Repair(Error, () => history.AddUserMessage($"Error: {Error} {Again}")) is { } garbled)
                    {
                        return new(null, garbled);
                    }

                    continue;
                }

                if (turn.Calls is [] && _malformed is { } error && !run.HasResult)
                {
                    return new(null, Malformed(error));
                }

                if (turn.Calls is [])
                {
                    return turn.Text.Trim() is { Length: > 0 } answer ? new(answer, null) : new(null, "the model answered nothing");
                }

                history.Add(turn.ToMessage());
                foreach (var call in turn.Calls)
                {
                    if (await CallAsync(call, history) is { } stop)
                    {
                        return new(null, stop);
                    }
                }

                if (run.PromptTokens + run.CompletionTokens > RunLimits.Tokens)
                {
                    return new(null, $"the run's budget of {RunLimits.Tokens} tokens is spent");
                }
            }
        }
        catch (OperationCanceledException) when (run.Cancelled.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return new(null, "the model was not done when the deadline came near");
        }
        catch (ModelRefusedException e)
        {
            return new(null, e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OllamaException or JsonException or KernelException or InvalidOperationException or OperationCanceledException)
        {
            return new(null, $"the model failed: {e.Message}");
        }
    }

    /// <summary>Leaves the shared model's connection open, which is not its own.</summary>
    public void Dispose() => _model.Dispose();

    /// <summary>Ends early enough that a quarter of the time, or a few seconds, remain to answer without the model.</summary>
    private CancellationTokenSource Patience()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(run.Cancelled);
        if (run.Question.Due is { } due)
        {
            var left = due - run.Agent.Clock.GetUtcNow();
            var wait = left - (left / 4 < s_reserve ? left / 4 : s_reserve);
            source.CancelAfter(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }

        return source;
    }

    private static KernelFunction Function(AgentTool tool) => KernelFunctionFactory.CreateFromMethod(
        // Never invoked: the run calls the tool itself, under its limits.
        static () => { },
        tool.Name,
        tool.Description,
        tool.Schema.GetProperty("properties").EnumerateObject().Select(p => new KernelParameterMetadata(p.Name)
        {
            IsRequired = tool.Parameters.Any(q => q.Name == p.Name && q.Required),
            Schema = KernelJsonSchema.Parse(p.Value.GetRawText()),
        }));

    private ChatHistory History()
    {
        ChatHistory history = new(run.Agent.Definition.Instructions);
        foreach (var turn in run.Question.Earlier)
        {
            history.AddMessage(turn.ByUser ? AuthorRole.User : AuthorRole.Assistant, turn.Text);
        }

        var words = run.Question.Text;
        history.AddUserMessage(run.Question.Files is [] ? words : $"{words}\n\nAttached artifacts, to be passed to tools by id: {string.Join(", ", run.Question.Files)}");
        return history;
    }

    private async Task<Turn> NextAsync(ChatHistory history, PromptExecutionSettings settings, Kernel kernel, CancellationToken cancellationToken)
    {
        var (text, shown) = (new StringBuilder(), 0);
        await foreach (var part in _model.AsChatCompletionService().GetStreamingChatMessageContentsAsync(history, settings, kernel, cancellationToken))
        {
            text.Append(part.Content);
            // What may be a tool call written as text is held back until it is known not to be one.
            if (text.Length > shown && !WrittenCall.MayStart(text))
            {
                await run.SayAsync(text.ToString(shown, text.Length - shown));
                shown = text.Length;
            }
        }

        (run.PromptTokens, run.CompletionTokens) = (_model.PromptTokens, _model.CompletionTokens);
        if (!_model.Finished)
        {
            throw new ModelRefusedException("the model's answer broke off");
        }

        run.ModelCalls++;
        IReadOnlyList<FunctionCallContent> calls = [.. _model.Calls.Select(c => new FunctionCallContent(
            c.Name, id: c.CallId, arguments: new KernelArguments(c.Arguments ?? new Dictionary<string, object?>())) { Exception = c.Exception })];
        var said = text.ToString();
        if (calls is [] && WrittenCall.Read(said, run.Tools) is { } written)
        {
            return new Turn("", [written], IsGarbled: false);
        }

        var garbled = calls is [] && WrittenCall.IsGarbled(said, run.Tools);
        if (calls is [] && !garbled && shown < said.Length)
        {
            await run.SayAsync(said[shown..]);
        }

        return new Turn(said, calls, garbled);
    }

    /// <returns>Why the run's conversation with the model must end, or null.</returns>
    private async Task<string?> CallAsync(FunctionCallContent call, ChatHistory history)
    {
        if (run.ToolCalls >= RunLimits.ToolCalls)
        {
            return $"the run's budget of {RunLimits.ToolCalls} tool calls is spent";
        }

        var arguments = JsonSerializer.SerializeToElement(call.Arguments?.ToDictionary(a => a.Key, a => a.Value) ?? [], SutazaiJson.Options);
        if (run.Tools.FirstOrDefault(t => t.Name == call.FunctionName) is not { } tool)
        {
            return Repair(call, history, $"There is no tool '{call.FunctionName}'. The tools are {string.Join(", ", run.Tools.Select(t => t.Name))}.");
        }

        if (call.Exception is { } unreadable)
        {
            return Repair(call, history, $"The arguments are not JSON: {unreadable.Message} The schema is {tool.Schema.GetRawText()}");
        }

        try
        {
            var result = (await run.CallAsync(tool, arguments)).GetRawText();
            history.Add(new FunctionResultContent(call, Shorten(result)).ToChatMessage());
            return _loop.Add($"{tool.Name} {arguments.GetRawText()}", result) ? "the model repeated the same tool calls" : null;
        }
        catch (InvalidInputException e)
        {
            return Repair(call, history, $"{e.Message} The schema is {tool.Schema.GetRawText()}");
        }
        catch (RunRefusedException e)
        {
            return e.Message;
        }
    }

    private string? Repair(FunctionCallContent call, ChatHistory history, string error) =>
        Repair(error, () => history.Add(new FunctionResultContent(call, $"Error: {error} {Again}").ToChatMessage()));

    private string? Repair(string error, Action tell)
    {
        _malformed = error;
        if (_repairs++ >= Repairs)
        {
            return Malformed(error);
        }

        tell();
        return null;
    }

    private static string Malformed(string error) => $"the model's tool calls stay malformed: {error.Split(" The schema is", 2)[0]}";

    private static string Shorten(string result) => result.Length <= ResultCharacters
        ? result
        : $"{result.AsSpan(0, ResultCharacters)}… (cut: {result.Length} characters in all)";

    private sealed record Turn(string Text, IReadOnlyList<FunctionCallContent> Calls, bool IsGarbled)
    {
        public ChatMessageContent ToMessage()
        {
            var message = new ChatMessageContent(AuthorRole.Assistant, Text);
            foreach (var call in Calls)
            {
                message.Items.Add(call);
            }

            return message;
        }
    }
}
