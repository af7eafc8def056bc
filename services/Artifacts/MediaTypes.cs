using System.Text.Unicode;

namespace Sutazai.Artifacts;

/// <summary>What a file is, by its first bytes; the name decides only among kinds of text and of zip.</summary>
internal static class MediaTypes
{
    public const int SampleBytes = 1 << 13;

    private static readonly Dictionary<string, string> s_text = new(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = "text/csv",
        [".tsv"] = "text/tab-separated-values",
        [".json"] = "application/json",
        [".jsonl"] = "application/x-ndjson",
        [".ndjson"] = "application/x-ndjson",
        [".xml"] = "application/xml",
        [".html"] = "text/html",
        [".md"] = "text/markdown",
        [".yaml"] = "application/yaml",
        [".yml"] = "application/yaml",
        [".cs"] = "text/x-csharp",
    };

    private static readonly Dictionary<string, string> s_zip = new(StringComparer.OrdinalIgnoreCase)
    {
        [".xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        [".docx"] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        [".pptx"] = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        [".nupkg"] = "application/zip",
        [".jar"] = "application/java-archive",
    };

    /// <param name="head">The file's first bytes, up to <see cref="SampleBytes"/>.</param>
    public static string Sniff(ReadOnlySpan<byte> head, string name) => head switch
    {
        [] => "application/x-empty",
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "application/vnd.apache.parquet",
        [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => s_zip.GetValueOrDefault(Path.GetExtension(name), "application/zip"),
        [0x1F, 0x8B, ..] => "application/gzip",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "application/zstd",
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] => "application/x-executable",
        [(byte)'M', (byte)'Z', ..] when head.Contains((byte)0) => "application/vnd.microsoft.portable-executable",
        _ when head.StartsWith("%PDF-"u8) => "application/pdf",
        _ when head.StartsWith("SQLite format 3\0"u8) => "application/vnd.sqlite3",
        _ when head.Length > 262 && head[257..262].SequenceEqual("ustar"u8) => "application/x-tar",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => Text(head, name),
        _ when head.Contains((byte)0) && !LooksUtf16(head) => "application/octet-stream",
        _ => Text(head, name),
    };

    private static string Text(ReadOnlySpan<byte> head, string name)
    {
        if (s_text.TryGetValue(Path.GetExtension(name), out var byName))
        {
            return byName;
        }

        var start = head.TrimStart(" \t\r\n\uFEFF"u8);
        return start switch
        {
            [(byte)'{' or (byte)'[', ..] when Utf8.IsValid(head[..^Math.Min(3, head.Length)]) => "application/json",
            _ when start.StartsWith("<?xml"u8) => "application/xml",
            _ when start.StartsWith("<!DOCTYPE html"u8) || start.StartsWith("<html"u8) => "text/html",
            _ => "text/plain",
        };
    }

    private static bool LooksUtf16(ReadOnlySpan<byte> head)
    {
        var (even, odd) = (0, 0);
        for (var i = 0; i + 1 < head.Length; i += 2)
        {
            even += head[i] == 0 ? 1 : 0;
            odd += head[i + 1] == 0 ? 1 : 0;
        }

        var pairs = head.Length / 2;
        return (odd > pairs * 0.7 && even < pairs * 0.1) || (even > pairs * 0.7 && odd < pairs * 0.1);
    }
}
