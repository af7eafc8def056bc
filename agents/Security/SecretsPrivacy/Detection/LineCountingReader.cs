namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Passes a text on and counts its lines; a last line without an end counts.</summary>
internal sealed class LineCountingReader(TextReader inner) : TextReader
{
    private long _ends;
    private char _last = '\n';

    public long Lines => _ends + (_last == '\n' ? 0 : 1);

    public override async ValueTask<int> ReadBlockAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadBlockAsync(buffer, cancellationToken);
        if (read > 0)
        {
            _ends += buffer.Span[..read].Count('\n');
            _last = buffer.Span[read - 1];
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
