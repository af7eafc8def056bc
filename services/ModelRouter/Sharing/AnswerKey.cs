using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Sharing;

/// <summary>
/// What makes two calls the same: caller, model with its digest, and everything that a model reads or that steers it. How the answer is delivered
/// (<c>stream</c>) and how long the model stays (<c>keep_alive</c>) are no part of it.
/// </summary>
internal readonly record struct AnswerKey(UInt128 High, UInt128 Low)
{
    /// <param name="digest">Null where the backend tells none.</param>
    public static AnswerKey Of(ChatCall call, string? digest, CallTerms terms) => Of(call, call.Prompt is null ? "chat" : "generate", digest, terms);

    /// <summary>What calls share that differ in nothing but the text of their last message.</summary>
    /// <param name="digest">Null where the backend tells none.</param>
    public static AnswerKey OfGroup(ChatCall call, string? digest, CallTerms terms) =>
        Of(call with { Messages = [.. call.Messages.SkipLast(1), call.Messages[^1] with { Content = "" }] }, "group", digest, terms);

    /// <param name="digest">Null where the backend tells none.</param>
    public static AnswerKey Of(EmbedCall call, string? digest, CallTerms terms)
    {
        using var key = new Writer();
        key.Begin(call.Unscaled ? "embeddings" : "embed", call.Model, digest, terms);
        key.Add(call.Inputs);
        key.Add(call.Truncate);
        key.Add(call.Dimensions);
        key.Add(call.Options, sorted: true);
        return key.End();
    }

    private static AnswerKey Of(ChatCall call, string kind, string? digest, CallTerms terms)
    {
        using var key = new Writer();
        key.Begin(kind, call.Model, digest, terms);
        key.Add(call.Messages.Count);
        foreach (var message in call.Messages)
        {
            key.Add(message.Role);
            key.Add(message.Content);
            key.Add(message.Thinking);
            key.Add(message.Images);
            key.Add(message.ToolCalls?.Count);
            foreach (var toolCall in message.ToolCalls ?? [])
            {
                key.Add(toolCall.Id);
                key.Add(toolCall.Name);
                key.Add(toolCall.Arguments);
            }

            key.Add(message.ToolName);
            key.Add(message.ToolCallId);
        }

        if (call.Prompt is { } prompt)
        {
            key.Add(prompt.Text);
            key.Add(prompt.System);
            key.Add(prompt.Suffix);
            key.Add(prompt.Template);
            key.Add(prompt.Raw);
            key.Add(prompt.Context);
            key.Add(prompt.Images);
        }

        key.Add(call.Tools?.Count);
        foreach (var tool in call.Tools ?? [])
        {
            key.Add(tool.Name);
            key.Add(tool.Description);
            key.Add(tool.Parameters);
        }

        key.Add(call.ToolChoice, sorted: true);
        key.Add(call.Format);
        key.Add(call.Options, sorted: true);
        key.Add(call.Think);
        key.Add(call.Truncate);
        key.Add(call.Shift);
        key.Add(call.Logprobs);
        key.Add(call.TopLogprobs);
        return key.End();
    }

    /// <summary>Hashes values so that different lists of values are different bytes: each has its kind and its length before it.</summary>
    private sealed class Writer : IDisposable
    {
        // Most calls fit, and one hash of them all is far cheaper than one that is begun and added to.
        private readonly byte[] _head = ArrayPool<byte>.Shared.Rent(4096);
        private int _used;
        private IncrementalHash? _rest;

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(_head);
            _rest?.Dispose();
        }

        public void Begin(string kind, string model, string? digest, CallTerms terms)
        {
            Add(kind);
            Add(terms.Caller);
            // A caller whose calls write must not be given a call that was kept for one whose calls do not.
            Add(terms.Writes);
            Add(model);
            Add(digest);
        }

        public AnswerKey End()
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            if (_rest is null)
            {
                SHA256.HashData(_head.AsSpan(0, _used), hash);
            }
            else
            {
                _rest.GetHashAndReset(hash);
            }

            return new AnswerKey(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
        }

        public void Add(string? text)
        {
            Head(text is null ? 'n' : 's', text?.Length ?? 0);
            Append(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        public void Add(int? number) => Head(number is null ? 'n' : 'i', number ?? 0);

        public void Add(bool? flag) => Head(flag is null ? 'n' : 'b', flag == true ? 1 : 0);

        public void Add(IReadOnlyList<string>? texts)
        {
            Add(texts?.Count);
            foreach (var text in texts ?? [])
            {
                Add(text);
            }
        }

        /// <param name="sorted">Whether the order of members says nothing. In a schema it does: a model writes, and reads, them in that order.</param>
        public void Add(JsonElement? json, bool sorted = false)
        {
            switch (json)
            {
                case null:
                    Head('n', 0);
                    break;
                case { ValueKind: JsonValueKind.Object } members:
                    var list = members.EnumerateObject().ToList();
                    Head('o', list.Count);
                    foreach (var member in sorted && list.Count > 1 ? list.OrderBy(m => m, s_byName) : list.AsEnumerable())
                    {
                        Raw('m', JsonMarshal.GetRawUtf8PropertyName(member));
                        Add(member.Value, sorted);
                    }

                    break;
                case { ValueKind: JsonValueKind.Array } items:
                    Head('a', items.GetArrayLength());
                    foreach (var item in items.EnumerateArray())
                    {
                        Add(item, sorted);
                    }

                    break;
                case { ValueKind: JsonValueKind.Number } number:
                    Number(number);
                    break;
                default:
                    // As it was written, quotes and escapes included: half a surrogate pair has no text.
                    Raw('v', JsonMarshal.GetRawUtf8Value(json.Value));
                    break;
            }
        }

        private static readonly Comparer<JsonProperty> s_byName =
            Comparer<JsonProperty>.Create((a, b) => JsonMarshal.GetRawUtf8PropertyName(a).SequenceCompareTo(JsonMarshal.GetRawUtf8PropertyName(b)));

        /// <summary>One form for 1, 1.0 and 1e0.</summary>
        private void Number(JsonElement number)
        {
            var raw = JsonMarshal.GetRawUtf8Value(number);
            Span<byte> bytes = stackalloc byte[sizeof(double)];
            if (number.TryGetDouble(out var value) && (Math.Abs(value) < 1L << 53 || (double.IsFinite(value) && raw.IndexOfAny(".eE"u8) >= 0)))
            {
                // Adding zero makes -0 the same as 0.
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, value + 0.0);
                Raw('d', bytes);
            }
            else
            {
                Raw('v', raw);
            }
        }

        private void Raw(char kind, ReadOnlySpan<byte> bytes)
        {
            Head(kind, bytes.Length);
            Append(bytes);
        }

        private void Head(char kind, int length)
        {
            Span<byte> head = stackalloc byte[1 + sizeof(int)];
            head[0] = (byte)kind;
            BinaryPrimitives.WriteInt32LittleEndian(head[1..], length);
            Append(head);
        }

        private void Append(ReadOnlySpan<byte> bytes)
        {
            if (_rest is null && bytes.Length <= _head.Length - _used)
            {
                bytes.CopyTo(_head.AsSpan(_used));
                _used += bytes.Length;
                return;
            }

            if (_rest is null)
            {
                _rest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                _rest.AppendData(_head.AsSpan(0, _used));
            }

            _rest.AppendData(bytes);
        }
    }
}
