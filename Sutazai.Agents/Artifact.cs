using System.Text;
using System.Text.Json.Serialization;

namespace Sutazai.Agents;

/// <summary>
/// A file given to a tool: uploaded before (its id), or inline text. A tool opens it as often as it likes; each opening starts at the
/// first byte.
/// </summary>
[JsonConverter(typeof(ArtifactJsonConverter))]
public sealed class Artifact(string name, string mediaType, long? size, Func<CancellationToken, ValueTask<Stream>> open)
{
    /// <summary>The file's name with its extension; never a path of the host.</summary>
    public string Name { get; } = name;

    public string MediaType { get; } = mediaType;

    /// <summary>Bytes, where known.</summary>
    public long? Size { get; } = size;

    /// <summary>A stream to be read once, forwards.</summary>
    public ValueTask<Stream> OpenAsync(CancellationToken cancellationToken) => open(cancellationToken);

    /// <summary>A stream that can seek; a large one is spooled to a temporary file that is deleted on close.</summary>
    public async ValueTask<Stream> OpenSeekableAsync(CancellationToken cancellationToken)
    {
        var stream = await open(cancellationToken);
        if (stream.CanSeek)
        {
            return stream;
        }

        await using (stream)
        {
            var spool = new FileStream(
                Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
            try
            {
                await stream.CopyToAsync(spool, cancellationToken);
                spool.Position = 0;
                return spool;
            }
            catch
            {
                await spool.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>The content as text, decoded as <see cref="TextEncoding.Detect"/> finds.</summary>
    public async ValueTask<StreamReader> OpenTextAsync(CancellationToken cancellationToken)
    {
        var stream = await open(cancellationToken);
        try
        {
            var head = new byte[TextEncoding.SampleBytes];
            var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
            var detected = TextEncoding.Detect(head.AsSpan(0, read));
            var whole = new PrefixedStream(head.AsMemory(detected.PreambleBytes, read - detected.PreambleBytes), stream);
            return new StreamReader(whole, detected.Encoding, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The whole content as text.</summary>
    /// <param name="maxCharacters">More than this is refused.</param>
    /// <exception cref="InvalidInputException">The text is longer than <paramref name="maxCharacters"/>.</exception>
    public async ValueTask<string> ReadTextAsync(CancellationToken cancellationToken, int maxCharacters = 10_000_000)
    {
        using var reader = await OpenTextAsync(cancellationToken);
        var text = new StringBuilder();
        var buffer = new char[1 << 15];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (text.Length + read > maxCharacters)
            {
                throw new InvalidInputException($"'{Name}' is longer than {maxCharacters:N0} characters, the most this tool takes as one text.");
            }

            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    public static Artifact FromText(string text, string name = "input.txt") =>
        FromBytes(Encoding.UTF8.GetBytes(text), name, "text/plain");

    public static Artifact FromBytes(byte[] bytes, string name, string mediaType = "application/octet-stream") =>
        new(name, mediaType, bytes.Length, _ => ValueTask.FromResult<Stream>(new MemoryStream(bytes, writable: false)));
}

/// <summary>Bytes already read, followed by the stream they came from.</summary>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : Stream
{
    private ReadOnlyMemory<byte> _prefix = prefix;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (_prefix.IsEmpty)
        {
            return rest.Read(buffer);
        }

        return TakePrefix(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _prefix.IsEmpty ? rest.ReadAsync(buffer, cancellationToken) : ValueTask.FromResult(TakePrefix(buffer.Span));

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
            rest.Dispose();
        }

        base.Dispose(disposing);
    }

    private int TakePrefix(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, _prefix.Length);
        _prefix.Span[..taken].CopyTo(buffer);
        _prefix = _prefix[taken..];
        return taken;
    }
}
