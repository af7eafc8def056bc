using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Sutazai.Agents;

/// <summary>One file inside an artifact. Its stream is valid only until the next file is asked for.</summary>
/// <param name="Path">With forward slashes, relative to the archive's root; for a plain artifact its name.</param>
public sealed record ArtifactFile(string Path, Stream Content)
{
    /// <summary>The whole content as text, decoded as <see cref="TextEncoding.Detect"/> finds.</summary>
    public async ValueTask<string> ReadTextAsync(CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await Content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (copy.Length + read > ArtifactFiles.MaxFileBytes)
            {
                throw new InvalidInputException($"'{Path}' is larger than {ArtifactFiles.MaxFileBytes >> 20} MiB, the most that is read as one text.");
            }

            copy.Write(buffer, 0, read);
        }

        var bytes = copy.GetBuffer().AsSpan(0, (int)copy.Length);
        var detected = TextEncoding.Detect(bytes[..Math.Min(bytes.Length, TextEncoding.SampleBytes)]);
        return detected.Encoding.GetString(bytes[detected.PreambleBytes..]);
    }
}

/// <summary>Walks the files of a zip, tar or tar.gz artifact; any other artifact, plain or gzipped, is one file.</summary>
public static class ArtifactFiles
{
    /// <summary>Bytes that all files of one archive may unpack to.</summary>
    public const long MaxUnpackedBytes = 512L << 20;

    /// <summary>Bytes that one file of an archive may unpack to.</summary>
    public const long MaxFileBytes = 64L << 20;

    public const int MaxFiles = 50_000;

    /// <exception cref="InvalidInputException">The archive is broken, or unpacks to more than the limits.</exception>
    public static async IAsyncEnumerable<ArtifactFile> FilesAsync(
        this Artifact artifact, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await artifact.OpenSeekableAsync(cancellationToken);
        var head = new byte[512];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        stream.Position = 0;
        var files = head.AsSpan(0, read) switch
        {
            [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => ZipFilesAsync(artifact, stream),
            [0x1F, 0x8B, ..] => GzipFilesAsync(artifact, stream),
            var start when IsTar(start) => TarFilesAsync(artifact, stream),
            _ => null,
        };
        if (files is null)
        {
            yield return new ArtifactFile(artifact.Name, stream);
            yield break;
        }

        var (count, budget) = (0, new UnpackBudget(artifact.Name));
        await foreach (var file in files.WithCancellation(cancellationToken))
        {
            if (++count > MaxFiles)
            {
                throw new InvalidInputException($"'{artifact.Name}' holds more than {MaxFiles:N0} files.");
            }

            await using var content = new BudgetedStream(file.Content, budget, MaxFileBytes);
            yield return file with { Content = content };
        }
    }

    private static bool IsTar(ReadOnlySpan<byte> head) => head.Length > 262 && head.Slice(257, 5).SequenceEqual("ustar"u8);

    private static async IAsyncEnumerable<ArtifactFile> GzipFilesAsync(Artifact artifact, Stream stream)
    {
        // What a reader of the tar skips is unpacked too, and has to be paid for.
        await using var unpacked = new BudgetedStream(
            new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true), new UnpackBudget(artifact.Name), MaxUnpackedBytes);
        var head = new byte[512];
        var read = await unpacked.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false);
        var whole = new PrefixedStream(head.AsMemory(0, read), unpacked);
        if (!IsTar(head.AsSpan(0, read)))
        {
            yield return new ArtifactFile(artifact.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? artifact.Name[..^3] : artifact.Name, whole);
            yield break;
        }

        await foreach (var file in TarFilesAsync(artifact, whole))
        {
            yield return file;
        }
    }

    private static async IAsyncEnumerable<ArtifactFile> ZipFilesAsync(Artifact artifact, Stream stream)
    {
        await using var archive = await Broken(artifact, async () => await ZipArchive.CreateAsync(stream, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null));
        foreach (var entry in archive.Entries)
        {
            if (!entry.FullName.EndsWith('/'))
            {
                await using var content = await Broken(artifact, async () => await entry.OpenAsync());
                yield return new ArtifactFile(entry.FullName.Replace('\\', '/'), content);
            }
        }
    }

    private static async IAsyncEnumerable<ArtifactFile> TarFilesAsync(Artifact artifact, Stream stream)
    {
        await using var tar = new TarReader(stream, leaveOpen: false);
        while (await Broken(artifact, async () => await tar.GetNextEntryAsync()) is { } entry)
        {
            if (entry is { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile, DataStream: { } content })
            {
                yield return new ArtifactFile(entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name, content);
            }
        }
    }

    private static async Task<T> Broken<T>(Artifact artifact, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException)
        {
            throw new InvalidInputException($"'{artifact.Name}' is not a readable archive: {e.Message}", e);
        }
    }

    private sealed class UnpackBudget(string name)
    {
        private long _spent;

        public void Spend(int bytes, ref long ofFile, long mostOfFile)
        {
            if ((_spent += bytes) > MaxUnpackedBytes || (ofFile += bytes) > mostOfFile)
            {
                throw new InvalidInputException(
                    $"'{name}' unpacks to more than {MaxUnpackedBytes >> 20} MiB, or one file in it to more than {MaxFileBytes >> 20} MiB.");
            }
        }
    }

    private sealed class BudgetedStream(Stream inner, UnpackBudget budget, long most) : Stream
    {
        private long _ofFile;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            try
            {
                return Spend(inner.Read(buffer));
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                throw new InvalidInputException($"A file in the archive cannot be unpacked: {e.Message}", e);
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return Spend(await inner.ReadAsync(buffer, cancellationToken));
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                throw new InvalidInputException($"A file in the archive cannot be unpacked: {e.Message}", e);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Spend(int read)
        {
            budget.Spend(read, ref _ofFile, most);
            return read;
        }
    }
}
