using System.Text.Json;
using CsCheck;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Tests;

public class AnswerJsonTests
{
    // What models write: other alphabets, quotes, ends of lines, characters of two code units.
    private static readonly Gen<string> s_text = Gen.OneOf("", " the", "\"quoted\"", "\n", "\u0000", "größer", "日本語", "👩‍💻", "<b>&amp;</b>", "\\u0041");

    private static readonly Gen<ChatChunk> s_chunk = Gen.Select(s_text, s_text, Gen.Bool, Gen.Bool).Select((content, other, thinks, calls) => new ChatChunk
    {
        Content = content,
        Thinking = thinks ? other : null,
        ToolCalls = calls ? [new ToolCall("call_1", "find", "{\"q\": "), new ToolCall("", other, "")] : null,
        Logprobs = calls ? null : [JsonElement.Parse("""{"token":"a","logprob":-0.25,"bytes":[97]}""")],
    });

    private static readonly Gen<Finish> s_finish = Gen.Select(Gen.Int[0, 5000], Gen.Long[0, long.MaxValue / 4], Gen.Bool).Select((tokens, ticks, told) => new Finish("stop")
    {
        PromptTokens = tokens,
        CompletionTokens = tokens / 2,
        Total = TimeSpan.FromTicks(ticks),
        Evaluation = TimeSpan.FromTicks(ticks / 3),
        Context = told ? JsonElement.Parse("[1,2,3]") : null,
        Changed = told ? "num_ctx=4096" : null,
    });

    [Fact]
    public void Reads_an_answer_as_it_was_written_piece_by_piece() =>
        Gen.Select(s_chunk.List[0, 20], s_finish).Sample((chunks, finish) =>
        {
            ChatChunk[] all = [.. chunks, new ChatChunk { Finish = finish }];

            var read = AnswerJson.Read<ChatChunk>(AnswerJson.Write<ChatChunk>(all)!);

            Assert.Equal(all.Select(Plain), read.Select(Plain));
        });

    [Fact]
    public void Reads_vectors_as_they_were_written_to_the_last_bit() =>
        Gen.Float.Array[0, 50].Array[1, 5].Sample(vectors =>
        {
            var read = AnswerJson.Read<Embeddings>(AnswerJson.Write<Embeddings>([new Embeddings(vectors) { PromptTokens = 7, Total = TimeSpan.FromTicks(11) }])!);

            var one = Assert.Single(read);
            Assert.Equal((7, TimeSpan.FromTicks(11)), (one.PromptTokens, one.Total));
            Assert.Equal(vectors.Select(Bits), one.Vectors.Select(Bits));
        });

    [Fact]
    public void Takes_a_fraction_of_the_memory_that_the_pieces_take_as_objects()
    {
        ChatChunk[] words = [.. Enumerable.Repeat(new ChatChunk { Content = " word" }, 100), new ChatChunk { Finish = new Finish("stop") }];
        Embeddings[] vectors = [new(Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, 768).Select(j => MathF.Sin(i + j)).ToArray()).ToArray())];

        Assert.InRange(AnswerJson.Write<ChatChunk>(words)!.Length, 1, 3000);
        Assert.InRange(AnswerJson.Write<Embeddings>(vectors)!.Length, 1, 10 * 768 * sizeof(float) * 1.4);
    }

    [Fact]
    public void Does_not_write_what_is_half_a_character() =>
        Assert.Null(AnswerJson.Write<ChatChunk>([new ChatChunk { Logprobs = [JsonElement.Parse("""{"token":"\ud83d"}""")] }]));

    private static string Plain(ChatChunk chunk) => string.Join(
        '|',
        chunk.Content,
        chunk.Thinking ?? "none",
        chunk.ToolCalls is null ? "none" : string.Join(',', chunk.ToolCalls),
        chunk.Logprobs is null ? "none" : string.Join(',', chunk.Logprobs.Select(l => l.GetRawText())),
        chunk.Finish is { } f ? (f with { Context = null }).ToString() + f.Context?.GetRawText() : "none");

    private static string Bits(float[] vector) => string.Join(',', vector.Select(BitConverter.SingleToUInt32Bits));
}
