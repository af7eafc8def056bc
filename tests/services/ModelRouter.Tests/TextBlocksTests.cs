using CsCheck;
using Sutazai.ModelRouter.Caching;

namespace Sutazai.ModelRouter.Tests;

public class TextBlocksTests
{
    [Fact]
    public void Gives_back_every_text_as_it_was_whatever_came_and_went_meanwhile() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 30], Gen.Int[0, 1200], Gen.Byte).Array[0, 200].Sample(operations =>
        {
            var blocks = new TextBlocks();
            Dictionary<int, (int First, byte[] Text)> held = [];
            foreach (var (adds, name, length, seed) in operations)
            {
                if (held.Remove(name, out var old))
                {
                    blocks.Remove(old.First);
                }

                if (adds)
                {
                    var text = new byte[length];
                    new Random(seed).NextBytes(text);
                    held[name] = (blocks.Add(text), text);
                }

                Assert.All(held.Values, h => Assert.Equal(h.Text, blocks.Copy(h.First, h.Text.Length)));
            }
        });

    [Fact]
    public void Uses_the_room_of_texts_that_went()
    {
        var blocks = new TextBlocks();
        var text = new byte[10_000];
        blocks.Remove(blocks.Add(text));
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            blocks.Remove(blocks.Add(text));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 256)]
    [InlineData(252, 256)]
    [InlineData(253, 512)]
    public void Counts_whole_blocks(int length, long bytes) => Assert.Equal(bytes, TextBlocks.Bytes(length));
}
