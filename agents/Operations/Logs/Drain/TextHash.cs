using System.Runtime.InteropServices;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>A 64-bit hash that is the same in every process, unlike <see cref="string.GetHashCode()"/>: template ids are made of it.</summary>
internal static class TextHash
{
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var bytes = MemoryMarshal.AsBytes(text);
        var hash = 0x9E3779B97F4A7C15UL ^ (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[8..];
        }

        ulong tail = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            tail |= (ulong)bytes[i] << (8 * i);
        }

        hash = Mix(hash ^ tail);
        return hash == 0 ? 1 : hash;
    }

    public static string Short(string text, string prefix) => $"{prefix}{Of(text) >> 32:x8}";

    // The finalizer of MurmurHash3 (public domain, Austin Appleby).
    private static ulong Mix(ulong h)
    {
        h ^= h >> 33;
        h *= 0xFF51AFD7ED558CCDUL;
        h ^= h >> 33;
        h *= 0xC4CEB9FE1A85EC53UL;
        return h ^ (h >> 33);
    }
}
