using System.Runtime.CompilerServices;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>The texts inside an artifact: itself, or every file of the archive that it is.</summary>
internal static class SourceFiles
{
    /// <summary>Each file's path and reader, valid until the next is asked for. A plain file of any size is streamed.</summary>
    public static async IAsyncEnumerable<(string Path, TextReader Text, bool Binary)> ReadAsync(
        Artifact source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await IsArchiveAsync(source, cancellationToken))
        {
            using var text = await source.OpenTextAsync(cancellationToken);
            yield return (source.Name, text, false);
            yield break;
        }

        await foreach (var file in source.FilesAsync(cancellationToken))
        {
            if (IsGitObject(file.Path))
            {
                continue;
            }

            var content = new Artifact(file.Path, "application/octet-stream", null, _ => ValueTask.FromResult(file.Content));
            using var text = await content.OpenTextAsync(cancellationToken);
            yield return (file.Path, text, IsBinary(file.Path));
        }
    }

    public static async ValueTask<bool> IsArchiveAsync(Artifact source, CancellationToken cancellationToken)
    {
        await using var stream = await source.OpenAsync(cancellationToken);
        var head = new byte[512];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return head.AsSpan(0, read) is [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] or [0x1F, 0x8B, ..]
            || (read > 262 && head.AsSpan(257, 5).SequenceEqual("ustar"u8));
    }

    /// <summary>Compressed by git, so there is no text to search; the history tool reads them.</summary>
    private static bool IsGitObject(string path) => $"/{path}".Contains("/.git/objects/", StringComparison.Ordinal);

    private static bool IsBinary(string path) => Path.GetExtension(path).ToLowerInvariant() is
        ".png" or ".jpg" or ".jpeg" or ".gif" or ".webp" or ".ico" or ".pdf" or ".zip" or ".gz" or ".tgz" or ".7z" or ".jar" or ".war" or ".nupkg" or ".dll" or ".exe" or ".so" or ".dylib"
        or ".woff" or ".woff2" or ".ttf" or ".otf" or ".mp3" or ".mp4" or ".wasm" or ".class" or ".pyc" or ".o" or ".a" or ".bin" or ".db" or ".sqlite" or ".parquet";
}
