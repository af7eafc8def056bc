using System.Text;

namespace Sutazai.Agents.Data.DataFiles;

/// <summary>A text of any encoding, opened as UTF-8.</summary>
/// <param name="Head">Its first bytes, which <paramref name="Rest"/> follows.</param>
internal sealed record Utf8Text(ReadOnlyMemory<byte> Head, Stream Rest, string Encoding) : IAsyncDisposable
{
    public bool HeadIsWhole => Head.Length < TextEncoding.SampleBytes - 4;

    public static async ValueTask<Utf8Text> OpenAsync(Artifact artifact, CancellationToken cancellationToken)
    {
        var stream = await artifact.OpenAsync(cancellationToken);
        try
        {
            var head = await HeadAsync(stream, cancellationToken);
            RefuseBinary(artifact, head.Span);
            var detected = TextEncoding.Detect(head.Span);
            if (detected.Encoding is UTF8Encoding)
            {
                return new Utf8Text(head[detected.PreambleBytes..], stream, detected.Name);
            }

            await stream.DisposeAsync();
            stream = await artifact.OpenAsync(cancellationToken);
            await stream.ReadExactlyAsync(new byte[detected.PreambleBytes], cancellationToken);
            stream = System.Text.Encoding.CreateTranscodingStream(stream, detected.Encoding, System.Text.Encoding.UTF8);
            return new Utf8Text(await HeadAsync(stream, cancellationToken), stream, detected.Name);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Rest.DisposeAsync();

    private static async ValueTask<ReadOnlyMemory<byte>> HeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[TextEncoding.SampleBytes];
        return head.AsMemory(0, await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken));
    }

    private static void RefuseBinary(Artifact artifact, ReadOnlySpan<byte> head)
    {
        var format = head switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => "a zip archive or a workbook",
            [0x1F, 0x8B, ..] => "gzip",
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "Parquet",
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "PDF",
            _ => null,
        };
        if (format is not null)
        {
            throw new InvalidInputException($"'{artifact.Name}' is {format}; text was expected.");
        }
    }
}
