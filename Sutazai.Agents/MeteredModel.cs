using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using OllamaSharp.Models.Chat;

namespace Sutazai.Agents;

/// <summary>Notes what Semantic Kernel does not pass on: whether the model came to the end of its answer, and what the answer cost.</summary>
internal sealed class MeteredModel(IChatClient model) : DelegatingChatClient(model)
{
    /// <summary>The last answer was whole.</summary>
    public bool Finished { get; private set; }

    public int PromptTokens { get; private set; }

    public int CompletionTokens { get; private set; }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Finished = false;
        await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            if (update.RawRepresentation is ChatDoneResponseStream end)
            {
                Finished = true;
                PromptTokens += end.PromptEvalCount;
                CompletionTokens += end.EvalCount;
            }

            yield return update;
        }
    }
}
