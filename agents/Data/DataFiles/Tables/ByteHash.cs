using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>A 64-bit hash in the manner of wyhash: 16 bytes a step, folded 128-bit products.</summary>
internal static class ByteHash
{
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed = First)
    {
        ref var at = ref MemoryMarshal.GetReference(bytes);
        var length = bytes.Length;
        ulong a, b;
        if (length <= 16)
        {
            if (length >= 8)
            {
                a = Unsafe.ReadUnaligned<ulong>(ref at);
                b = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, length - 8));
            }
            else if (length >= 4)
            {
                a = Unsafe.ReadUnaligned<uint>(ref at);
                b = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref at, length - 4));
            }
            else
            {
                a = length == 0 ? 0 : ((ulong)at << 16) | ((ulong)Unsafe.Add(ref at, length >> 1) << 8) | Unsafe.Add(ref at, length - 1);
                b = 0;
            }
        }
        else
        {
            var left = length;
            while (left > 16)
            {
                seed = Fold(Unsafe.ReadUnaligned<ulong>(ref at) ^ Second, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, 8)) ^ seed);
                at = ref Unsafe.Add(ref at, 16);
                left -= 16;
            }

            a = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, left - 16));
            b = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, left - 8));
        }

        return Fold(Second ^ (ulong)length, Fold(a ^ Second, b ^ seed));
    }

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
