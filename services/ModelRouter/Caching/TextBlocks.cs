using System.Buffers.Binary;

namespace Sutazai.ModelRouter.Caching;

/// <summary>
/// Texts in blocks of one size, each of which says where the next one is. As arrays of their own, texts that live for some seconds would have the
/// garbage collector move each of them twice and look through the old ones all the time; here it has nothing to do, however fast they come and go.
/// It grows with what it holds and does not shrink. Not thread-safe.
/// </summary>
internal sealed class TextBlocks
{
    private const int BlockBytes = 256;
    private const int LinkBytes = sizeof(int);
    private const int TextBytes = BlockBytes - LinkBytes;
    private const int BlocksAPage = 256;
    private const int None = -1;

    private readonly List<byte[]> _pages = [];
    private int _free = None;
    private int _used;

    /// <summary>Memory of a text of that many bytes.</summary>
    public static long Bytes(int length) => (length + (TextBytes - 1L)) / TextBytes * BlockBytes;

    /// <returns>The text's first block.</returns>
    public int Add(ReadOnlySpan<byte> text)
    {
        // From the end, so that each block knows the next.
        var next = None;
        for (var start = (text.Length - 1) / TextBytes * TextBytes; start >= 0 && !text.IsEmpty; start -= TextBytes)
        {
            var taken = Take();
            var block = Block(taken);
            BinaryPrimitives.WriteInt32LittleEndian(block, next);
            text[start..].CopyTo(block[LinkBytes..]);
            text = text[..start];
            next = taken;
        }

        return next;
    }

    /// <param name="first">As <see cref="Add"/> returned it.</param>
    public byte[] Copy(int first, int length)
    {
        var text = GC.AllocateUninitializedArray<byte>(length);
        for (var left = text.AsSpan(); !left.IsEmpty;)
        {
            var block = Block(first);
            var part = block.Slice(LinkBytes, Math.Min(left.Length, TextBytes));
            part.CopyTo(left);
            left = left[part.Length..];
            first = BinaryPrimitives.ReadInt32LittleEndian(block);
        }

        return text;
    }

    public void Remove(int first)
    {
        while (first != None)
        {
            var block = Block(first);
            var next = BinaryPrimitives.ReadInt32LittleEndian(block);
            BinaryPrimitives.WriteInt32LittleEndian(block, _free);
            (_free, first) = (first, next);
        }
    }

    private int Take()
    {
        if (_free == None)
        {
            if (_used == _pages.Count * BlocksAPage)
            {
                _pages.Add(GC.AllocateUninitializedArray<byte>(BlocksAPage * BlockBytes, pinned: true));
            }

            return _used++;
        }

        var taken = _free;
        _free = BinaryPrimitives.ReadInt32LittleEndian(Block(taken));
        return taken;
    }

    private Span<byte> Block(int number) => _pages[number / BlocksAPage].AsSpan(number % BlocksAPage * BlockBytes, BlockBytes);
}
