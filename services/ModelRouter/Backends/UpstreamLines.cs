using System.Buffers;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Backends;

/// <summary>
/// Cuts a streamed answer into its lines as they arrive: <c>while (lines.Take(await lines.ReadAsync(…))) while (lines.TryNext(out var line))</c>.
/// The stream is read by whoever wants the lines, with nothing in between, since each comes with a token.
/// </summary>
internal sealed class UpstreamLines : IAsyncDisposable
{
    /// <summary>A non-streamed vector or picture is far smaller; a line without an end must not fill the memory.</summary>
    private const int MaxLineBytes = 64 << 20;

    private const int UsualBytes = 4096;

    private readonly Stream _stream;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);

    // Of the buffer: what has not been given yet, up to where there is no end of a line, and up to where it is filled.
    private int _start;
    private int _looked;
    private int _end;
    private bool _over;

    private UpstreamLines(Stream stream) => _stream = stream;

    public static async Task<UpstreamLines> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        new(await response.Content.ReadAsStreamAsync(cancellationToken));

    /// <summary>Waits for more, once there are no more lines.</summary>
    /// <returns>What <see cref="Take"/> is to be told.</returns>
    /// <exception cref="ModelException">A line has no end.</exception>
    public ValueTask<int> ReadAsync(CancellationToken cancellationToken)
    {
        if (_over)
        {
            return new ValueTask<int>(0);
        }

        MakeRoom();
        return _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
    }

    /// <returns>False at the end of the answer.</returns>
    public bool Take(int read)
    {
        _end += read;
        if (read > 0)
        {
            return true;
        }

        var first = !_over;
        _over = true;
        return first;
    }

    /// <summary>The next line, without its end; empty ones are left out.</summary>
    /// <param name="line">Valid until more is waited for.</param>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        while (_start < _end)
        {
            var length = _buffer.AsSpan(_looked, _end - _looked).IndexOf((byte)'\n');
            if (length < 0 && !_over)
            {
                _looked = _end;
                break;
            }

            var end = length < 0 ? _end : _looked + length;
            line = Trim(_buffer.AsSpan(_start, end - _start));
            _start = _looked = Math.Min(end + 1, _end);
            if (!line.IsEmpty)
            {
                return true;
            }
        }

        line = default;
        return false;
    }

    public ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        return _stream.DisposeAsync();
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) => line is [.. var text, (byte)'\r'] ? text : line;

    private void MakeRoom()
    {
        var kept = _end - _start;
        if (kept > MaxLineBytes)
        {
            throw ModelException.Broken("the model backend sent a line without an end");
        }

        // A line that fills half of the room will not be the only one.
        var buffer = kept > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(2 * _buffer.Length) : _buffer;
        _buffer.AsSpan(_start, kept).CopyTo(buffer);
        if (buffer != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = buffer;
        }

        (_start, _looked, _end) = (0, _looked - _start, kept);
    }
}
