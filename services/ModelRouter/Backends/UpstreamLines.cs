using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Backends;

/// <summary>Cuts a streamed answer into its lines as they arrive.</summary>
internal static class UpstreamLines
{
    /// <summary>A non-streamed vector or picture is far smaller; a line without an end must not fill the memory.</summary>
    private const long MaxLineBytes = 64 << 20;

    /// <returns>Lines without their ends, each valid until the next is asked for; empty ones are left out.</returns>
    public static async IAsyncEnumerable<ReadOnlySequence<byte>> ReadAsync(
        HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var reader = PipeReader.Create(stream);
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var buffer = result.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = Trim(buffer.Slice(0, end));
                    if (!line.IsEmpty)
                    {
                        yield return line;
                    }

                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }

                if (result.IsCompleted)
                {
                    if (!buffer.IsEmpty)
                    {
                        yield return buffer;
                    }

                    yield break;
                }

                if (buffer.Length > MaxLineBytes)
                {
                    throw ModelException.Broken("the model backend sent a line without an end");
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static ReadOnlySequence<byte> Trim(ReadOnlySequence<byte> line) =>
        !line.IsEmpty && line.Slice(line.Length - 1).FirstSpan[0] == '\r' ? line.Slice(0, line.Length - 1) : line;
}
