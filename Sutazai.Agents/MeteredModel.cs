using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using ChatDoneResponseStream = OllamaSharp.Models.Chat.ChatDoneResponseStream;

namespace Sutazai.Agents;

/// <summary>
/// Notes what Semantic Kernel does not pass on: whether the model came to the end of its answer, what the answer cost, and which calls it
/// holds (Semantic Kernel takes whole calls for pieces of one). Tools' results reach the model as they are, and not as JSON in a string in
/// JSON, which a small model reads less well and a CPU longer.
/// </summary>
internal sealed class MeteredModel(IChatClient model) : DelegatingChatClient(model)
{
    /// <summary>The last answer was whole.</summary>
    public bool Finished { get; private set; }

    /// <summary>The tool calls of the last answer.</summary>
    public List<FunctionCallContent> Calls { get; } = [];

    public int PromptTokens { get; private set; }

    public int CompletionTokens { get; private set; }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Finished = false;
        Calls.Clear();
        await foreach (var update in base.GetStreamingResponseAsync(messages.Select(Plain), options, cancellationToken))
        {
            Calls.AddRange(update.Contents.OfType<FunctionCallContent>());
            if (update.RawRepresentation is ChatDoneResponseStream end)
            {
                Finished = true;
                PromptTokens += end.PromptEvalCount;
                CompletionTokens += end.EvalCount;
            }

            yield return update;
        }
    }

    private static ChatMessage Plain(ChatMessage message) => message.Role == ChatRole.Tool
        ? new ChatMessage(ChatRole.Tool, [.. message.Contents.Select(c => c is FunctionResultContent result ? new TextContent(result.Result?.ToString()) : c)])
        : message;
}
