using System.Text;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Lines that are made while they are read, so that a test of constant memory needs none itself.</summary>
internal sealed class LogsLineStream(int lines, Func<int, string> line) : Stream
{
    private byte[] _rest = [];
    private int _at;
    private int _next;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var written = 0;
        while (written < count)
        {
            if (_at == _rest.Length)
            {
                if (_next == lines)
                {
                    break;
                }

                (_rest, _at) = (Encoding.UTF8.GetBytes(line(_next++) + "\n"), 0);
            }

            var take = Math.Min(count - written, _rest.Length - _at);
            _rest.AsSpan(_at, take).CopyTo(buffer.AsSpan(offset + written));
            (_at, written) = (_at + take, written + take);
        }

        return written;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
