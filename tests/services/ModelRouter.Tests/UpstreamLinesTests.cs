using System.Net;
using System.Text;
using CsCheck;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Tests;

public class UpstreamLinesTests
{
    private static readonly Gen<string> s_line = Gen.Select(Gen.OneOf("", "data: x", "a", "\r", "ü😀"), Gen.OneOf(0, 1, 3, 4095, 4096, 9000)).Select((text, filled) => text + new string('.', filled));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task Gives_every_line_that_is_not_empty_however_the_answer_comes() =>
        Gen.Select(s_line.List[0, 12], Gen.OneOf("\n", "\r\n"), Gen.Bool, Gen.OneOf(1, 2, 7, 1000, 100_000)).SampleAsync(async (lines, end, ended, most) =>
        {
            var text = string.Join(end, lines) + (ended ? end : "");

            var read = await ReadAsync(new Trickle(Encoding.UTF8.GetBytes(text), most));

            Assert.Equal(text.Split('\n').Select(l => l.EndsWith('\r') ? l[..^1] : l).Where(l => l is not ""), read);
        });

    [Fact]
    public async Task Has_no_patience_with_a_line_that_never_ends() =>
        Assert.Equal(502, (await Assert.ThrowsAsync<ModelException>(() => ReadAsync(new Trickle(new byte[(64 << 20) + 2], 1 << 20)))).Status);

    [Fact]
    public async Task Tells_an_answer_that_breaks_off_from_one_that_ends() =>
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(new Trickle("one\ntw"u8.ToArray(), 5) { Breaks = true }));

    private static async Task<List<string>> ReadAsync(Stream stream)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) };
        await using var lines = await UpstreamLines.OpenAsync(response, Cancelled);
        List<string> read = [];
        while (lines.Take(await lines.ReadAsync(Cancelled)))
        {
            while (lines.TryNext(out var line))
            {
                read.Add(Encoding.UTF8.GetString(line));
            }
        }

        return read;
    }

    /// <summary>Gives so many bytes at a time at most.</summary>
    private sealed class Trickle(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public bool Breaks { get; init; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = Read(buffer.Span[..Math.Min(most, buffer.Length)]);
            return read == 0 && Breaks ? throw new IOException("broken") : new(read);
        }
    }
}
