using System.Text;
using System.Text.Json;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Backends;

/// <summary>
/// Reads one answer of an OpenAI-compatible server. Text passes as it comes; tool calls come in fragments and are kept until they are whole;
/// the end waits for the usage, which follows the finish reason.
/// </summary>
internal sealed class OpenAIAnswer(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly SortedDictionary<int, PartialCall> _calls = [];
    private long? _first;
    private string? _reason;
    private OpenAIUsage? _usage;
    private OpenAITimings? _timings;

    public ChatChunk Whole(OpenAIPiece answer)
    {
        var text = Next(answer) ?? new ChatChunk();
        return End() is { } end ? text with { ToolCalls = end.ToolCalls, Finish = end.Finish } : throw ModelException.Broken("the model backend's answer has no choices");
    }

    /// <returns>What the event adds to the answer, or null.</returns>
    public ChatChunk? Next(in OpenAIPiece piece)
    {
        if (piece.Error is { ValueKind: not JsonValueKind.Null } error)
        {
            throw OpenAIBackend.Failed(error);
        }

        _usage = piece.Usage ?? _usage;
        _timings = piece.Timings ?? _timings;
        _reason = piece.FinishReason ?? _reason;
        Add(piece.ToolCalls);
        if (string.IsNullOrEmpty(piece.Content) && string.IsNullOrEmpty(piece.Reasoning) && piece.Logprobs is null)
        {
            return null;
        }

        var chunk = new ChatChunk { Content = piece.Content ?? "", Thinking = piece.Reasoning, Logprobs = piece.Logprobs };
        _first ??= time.GetTimestamp();
        return chunk;
    }

    /// <returns>The last chunk, or null if the server never said why it stopped: then the answer was cut off.</returns>
    public ChatChunk? End()
    {
        if (_reason is null)
        {
            return null;
        }

        var reading = time.GetElapsedTime(_started, _first ?? time.GetTimestamp());
        return new ChatChunk
        {
            ToolCalls = _calls.Count == 0 ? null : [.. _calls.Values.Select(c => new ToolCall(c.Id is { Length: > 0 } id ? id : OllamaToolCalls.NewId(), c.Name, c.Arguments.ToString()))],
            Finish = new Finish(_reason is "length" ? "length" : "stop")
            {
                PromptTokens = _usage?.PromptTokens ?? 0,
                CompletionTokens = _usage?.CompletionTokens ?? 0,
                Total = time.GetElapsedTime(_started),
                // Of an answer in one piece only the server knows how its time was spent.
                PromptEvaluation = Milliseconds(_timings?.PromptMs) ?? reading,
                Evaluation = Milliseconds(_timings?.PredictedMs) ?? time.GetElapsedTime(_started) - reading,
            },
        };
    }

    private static TimeSpan? Milliseconds(double? time) => time is >= 0 and < 1e9 ? TimeSpan.FromMilliseconds(time.Value) : null;

    private void Add(IReadOnlyList<OpenAIToolCall?>? fragments)
    {
        for (var i = 0; i < fragments?.Count; i++)
        {
            if (fragments[i] is not { } fragment)
            {
                continue;
            }

            var index = fragment.Index ?? i;
            if (!_calls.TryGetValue(index, out var call))
            {
                _calls[index] = call = new PartialCall();
            }

            call.Id ??= fragment.Id;
            call.Name += fragment.Function?.Name;
            call.Arguments.Append(fragment.Function?.Arguments);
        }
    }

    private sealed class PartialCall
    {
        public string? Id { get; set; }

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();
    }
}
