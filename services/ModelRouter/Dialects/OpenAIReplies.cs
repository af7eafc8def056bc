using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Writes answers as OpenAI does; streamed, an event a chunk and <c>[DONE]</c>.</summary>
internal sealed class OpenAIReplies(string model, bool includeUsage, TimeProvider time) : IChunkFormat
{
    public const string Fingerprint = "fp_sutazai";

    private readonly string _id = "chatcmpl-" + Random.Shared.GetHexString(24, lowercase: true);
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();
    private bool _begun;
    private int _calls;

    // An event with nothing but text, before the text and after it.
    private byte[]? _head;
    private byte[]? _tail;

    public static ReadOnlySpan<byte> Done => "data: [DONE]\n\n"u8;

    public string ContentType => LiveResponse.Events;

    public void Write(IBufferWriter<byte> body, ChatChunk chunk)
    {
        if (_begun && chunk is { Finish: null, ToolCalls: null, Logprobs: null } && string.IsNullOrEmpty(chunk.Thinking))
        {
            WriteText(body, chunk.Content);
            return;
        }

        if (chunk.Finish is null || chunk.Content is not "" || chunk.ToolCalls is not null || !string.IsNullOrEmpty(chunk.Thinking))
        {
            WriteEvent(body, Chunk([new OpenAIChoice { Index = 0, Delta = Delta(chunk), Logprobs = Logprobs(chunk) }]));
        }

        if (chunk.Finish is not { } finish)
        {
            return;
        }

        WriteEvent(body, Chunk([new OpenAIChoice { Index = 0, Delta = new OpenAIReplyMessage(), FinishReason = Reason(finish, _calls > 0) }]));
        if (includeUsage)
        {
            WriteEvent(body, Chunk([]) with { Usage = Usage(finish) });
        }

        body.Write(Done);
    }

    public void WriteHeartbeat(IBufferWriter<byte> body, CallProgress progress) => WriteComment(body, progress);

    public void WriteError(IBufferWriter<byte> body, ModelException failure) => WriteErrorEvent(body, failure);

    public OpenAICompletion Of(ChatChunk whole) => Head("chat.completion") with
    {
        Choices =
        [
            new OpenAIChoice
            {
                Index = 0,
                Message = new OpenAIReplyMessage
                {
                    Role = "assistant",
                    Content = whole.Content,
                    Reasoning = string.IsNullOrEmpty(whole.Thinking) ? null : whole.Thinking,
                    ToolCalls = ToolCalls(whole.ToolCalls, 0),
                },
                Logprobs = Logprobs(whole),
                FinishReason = Reason(whole.Finish!, whole.ToolCalls is not null),
            },
        ],
        Usage = Usage(whole.Finish!),
    };

    public static OpenAIEmbedReply Of(string model, Embeddings embeddings, bool base64) => new()
    {
        Object = "list",
        Data = [.. embeddings.Vectors.Select((v, i) => new OpenAIEmbedding("embedding", Vector(v, base64), i))],
        Model = model,
        Usage = new OpenAIUsage { PromptTokens = embeddings.PromptTokens, TotalTokens = embeddings.PromptTokens },
    };

    public static Task ErrorAsync(HttpContext context, ModelException failure) =>
        WireBody.ReplyAsync(context, Error(failure), OpenAIJson.Wire.OpenAIErrorReply);

    /// <summary>A comment, such as <c>: waiting position=2 eta=31s</c>, <c>: loading</c> or <c>: working</c>.</summary>
    public static void WriteComment(IBufferWriter<byte> body, CallProgress progress)
    {
        var now = progress.Now;
        var position = now.Position is { } place ? string.Create(CultureInfo.InvariantCulture, $" position={place}") : "";
        var eta = now.Eta is { } left ? string.Create(CultureInfo.InvariantCulture, $" eta={Math.Ceiling(left.TotalSeconds)}s") : "";
        Encoding.ASCII.GetBytes($": {now.Word}{position}{eta}\n\n", body);
    }

    public static void WriteErrorEvent(IBufferWriter<byte> body, ModelException failure)
    {
        body.Write("data: "u8);
        JsonWriting.Write(body, Error(failure), OpenAIJson.Wire.OpenAIErrorReply);
        body.Write("\n\n"u8);
    }

    public static void WriteEvent(IBufferWriter<byte> body, OpenAICompletion value)
    {
        body.Write("data: "u8);
        JsonWriting.Write(body, value, OpenAIJson.Wire.OpenAICompletion);
        body.Write("\n\n"u8);
    }

    public static string Reason(Finish finish, bool calls) => calls ? "tool_calls" : finish.Reason is "length" ? "length" : "stop";

    public static OpenAIUsage Usage(Finish finish) => new()
    {
        PromptTokens = finish.PromptTokens,
        CompletionTokens = finish.CompletionTokens,
        TotalTokens = finish.PromptTokens + finish.CompletionTokens,
    };

    // Most pieces of an answer differ in nothing but their text.
    private void WriteText(IBufferWriter<byte> body, string text)
    {
        if (_head is null)
        {
            var bytes = new ArrayBufferWriter<byte>();
            WriteEvent(bytes, Chunk([new OpenAIChoice { Index = 0, Delta = new OpenAIReplyMessage { Content = "" } }]));
            var at = bytes.WrittenSpan.LastIndexOf("\"\""u8);
            (_head, _tail) = (bytes.WrittenSpan[..at].ToArray(), bytes.WrittenSpan[(at + 2)..].ToArray());
        }

        body.Write(_head);
        JsonWriting.Write(body, text);
        body.Write(_tail);
    }

    private static OpenAIErrorReply Error(ModelException failure) => new(new OpenAIError(
        failure.Message,
        failure switch { { Code: ModelException.QuotaCode } => ModelException.QuotaCode, { Status: 404 } => "not_found_error", { Status: < 500 } => "invalid_request_error", _ => "api_error" },
        Param: null,
        failure.Code));

    private OpenAIReplyMessage Delta(ChatChunk chunk)
    {
        var role = _begun ? null : "assistant";
        _begun = true;
        var calls = ToolCalls(chunk.ToolCalls, _calls);
        _calls += calls?.Count ?? 0;
        return new OpenAIReplyMessage
        {
            Role = role,
            Content = chunk.Content,
            Reasoning = string.IsNullOrEmpty(chunk.Thinking) ? null : chunk.Thinking,
            ToolCalls = calls,
        };
    }

    private static IReadOnlyList<OpenAIToolCall?>? ToolCalls(IReadOnlyList<ToolCall>? calls, int from) => calls is null
        ? null
        :
        [
            .. calls.Select((c, i) => new OpenAIToolCall
            {
                Index = from + i,
                Id = c.Id,
                Type = "function",
                Function = new OpenAIFunctionCall { Name = c.Name, Arguments = c.Arguments },
            })
        ];

    private static OpenAILogprobs? Logprobs(ChatChunk chunk) => chunk.Logprobs is { } logprobs ? new OpenAILogprobs(logprobs) : null;

    /// <summary>The bytes are little-endian, as those of every machine that .NET runs on.</summary>
    private static JsonElement Vector(float[] vector, bool base64) => base64
        ? JsonSerializer.SerializeToElement(Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan())), OllamaJson.Wire.String)
        : JsonSerializer.SerializeToElement(vector, OllamaJson.Wire.SingleArray);

    private OpenAICompletion Chunk(IReadOnlyList<OpenAIChoice> choices) => Head("chat.completion.chunk") with { Choices = choices };

    private OpenAICompletion Head(string kind) => new() { Id = _id, Object = kind, Created = _created, Model = model, SystemFingerprint = Fingerprint };
}
