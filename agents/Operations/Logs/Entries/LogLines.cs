using System.IO.Compression;

namespace Sutazai.Agents.Operations.Logs;

internal delegate void LineVisitor(ReadOnlySpan<char> line, long number);

/// <summary>Streams the lines of a log through one buffer: CR, LF and CR LF end a line; what exceeds <see cref="MaxLine"/> is cut off.</summary>
internal static class LogLines
{
    public const int MaxLine = 1 << 15;

    // Rotated logs come gzipped; a log unpacking to more than this is a bomb rather than a log.
    private const long MaxUnpacked = 4L << 30;

    public static async Task<LineTotals> ReadAsync(Artifact log, LineVisitor visit, CancellationToken cancellationToken)
    {
        using var reader = await (await UnpackedAsync(log, cancellationToken)).OpenTextAsync(cancellationToken);
        var splitter = new Splitter(visit);
        int read;
        try
        {
            while ((read = await reader.ReadAsync(splitter.Free, cancellationToken)) > 0)
            {
                splitter.Take(read);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (InvalidDataException e)
        {
            throw new InvalidInputException($"'{log.Name}' is not readable gzip: {e.Message}", e);
        }

        return splitter.End();
    }

    private static async ValueTask<Artifact> UnpackedAsync(Artifact log, CancellationToken cancellationToken)
    {
        var magic = new byte[3];
        await using (var stream = await log.OpenAsync(cancellationToken))
        {
            await stream.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken);
        }

        return magic is not [0x1F, 0x8B, 8] ? log : new Artifact(log.Name, "text/plain", size: null, async token =>
            new CappedStream(new GZipStream(await log.OpenAsync(token), CompressionMode.Decompress), MaxUnpacked, log.Name));
    }

    private sealed class Splitter(LineVisitor visit)
    {
        private readonly char[] _buffer = new char[4 * MaxLine];
        private int _filled;
        private bool _afterReturn;
        private bool _discarding;
        private long _lines;
        private long _cut;

        public Memory<char> Free => _buffer.AsMemory(_filled);

        public void Take(int read)
        {
            _filled += read;
            var start = 0;
            while (start < _filled)
            {
                if (_afterReturn && _buffer[start] == '\n')
                {
                    start++;
                }

                _afterReturn = false;
                var rest = _buffer.AsSpan(start, _filled - start);
                var end = rest.IndexOfAny('\n', '\r');
                if (end < 0)
                {
                    break;
                }

                _afterReturn = rest[end] == '\r';
                if (_discarding)
                {
                    _discarding = false;
                }
                else
                {
                    Visit(rest[..end]);
                }

                start += end + 1;
            }

            KeepRest(start);
        }

        public LineTotals End()
        {
            if (_filled > 0 && !_discarding)
            {
                Visit(_buffer.AsSpan(0, _filled));
            }

            return new(_lines, _cut);
        }

        private void KeepRest(int start)
        {
            var left = Math.Max(0, _filled - start);
            if (_discarding)
            {
                left = 0;
            }
            else if (left > MaxLine)
            {
                Visit(_buffer.AsSpan(start, left));
                _discarding = true;
                left = 0;
            }

            _buffer.AsSpan(start, left).CopyTo(_buffer);
            _filled = left;
        }

        private void Visit(ReadOnlySpan<char> line)
        {
            _lines++;
            if (line.Length > MaxLine)
            {
                _cut++;
                line = line[..MaxLine];
            }

            visit(line, _lines);
        }
    }
}

/// <param name="Lines">Lines in the log.</param>
/// <param name="Cut">Lines that were longer than the limit and so were read only up to it.</param>
internal readonly record struct LineTotals(long Lines, long Cut);
