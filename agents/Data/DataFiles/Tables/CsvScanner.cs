using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>One field as the scanner meets it. The bytes are overwritten by the next read.</summary>
internal readonly ref struct CsvField(ReadOnlySpan<byte> value, bool quoted, bool truncated, bool endsRow)
{
    /// <summary>UTF-8, without the quotes around it and with doubled quotes made single.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;

    public bool Quoted { get; } = quoted;

    /// <summary>The field was longer than <see cref="CsvScanner.MaxFieldBytes"/>; only its beginning is here.</summary>
    public bool Truncated { get; } = truncated;

    public bool EndsRow { get; } = endsRow;
}

/// <summary>
/// Cuts UTF-8 text into fields (RFC 4180, leniently: any line ending, quotes inside an unquoted field are literal), 64 bytes at a step,
/// in constant memory.
/// </summary>
/// <remarks>
/// <code>
/// do
/// {
///     while (scanner.TryRead(out var field)) { ... }
/// }
/// while (await scanner.FillAsync(cancellationToken));
/// </code>
/// </remarks>
internal sealed class CsvScanner
{
    public const int MaxFieldBytes = 1 << 16;

    private const int BufferBytes = 1 << 18;
    private const int BlockBytes = 64;

    private readonly Stream _utf8;
    private readonly byte[] _buffer = new byte[BufferBytes + BlockBytes];
    private readonly byte _delimiter;
    private readonly byte _quote;
    private ReadOnlyMemory<byte> _head;

    private int _end;
    private int _start;
    private int _block;
    private int _next;
    private ulong _mask;

    private byte[]? _overflow;
    private bool _overflowing;
    private bool _quoted;
    private bool _open;
    private bool _doubled;
    private int _closedAt;
    private int _carriageReturnAt = -2;
    private bool _midRow;
    private bool _ended;
    private long _line = 1;
    private long _openLine;

    /// <param name="utf8">What follows <paramref name="head"/>.</param>
    public CsvScanner(ReadOnlyMemory<byte> head, Stream utf8, byte delimiter, byte quote) =>
        (_head, _utf8, _delimiter, _quote) = (head, utf8, delimiter, quote);

    /// <summary>The line, counted from 1, on which the row of the next field begins.</summary>
    public long RowLine { get; private set; } = 1;

    /// <summary>The line of a quote that is never closed, once the end was met inside it.</summary>
    public long? UnterminatedQuoteLine { get; private set; }

    /// <summary>Quotes in the middle of a field, which are taken literally.</summary>
    public long StrayQuotes { get; private set; }

    public long NulBytes { get; private set; }

    public long TruncatedFields { get; private set; }

    public long Bytes { get; private set; }

    /// <returns>False when more bytes are needed: call <see cref="FillAsync"/>.</returns>
    public bool TryRead(out CsvField field)
    {
        while (true)
        {
            if (_mask == 0 && !NextBlock())
            {
                return TryReadLast(out field);
            }

            var at = _block + BitOperations.TrailingZeroCount(_mask);
            _mask &= _mask - 1;
            var special = _buffer[at];
            if (special == _quote)
            {
                MeetQuote(at);
            }
            else if (special == _delimiter)
            {
                if (!_open)
                {
                    field = Take(at, endsRow: false);
                    return true;
                }
            }
            else if (EndsRow(special, at))
            {
                field = Take(at, endsRow: true);
                return true;
            }
        }
    }

    /// <returns>False when the text has ended and every field was read.</returns>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_ended)
        {
            return false;
        }

        KeepUnreadField();
        var free = _buffer.AsMemory(_end, BufferBytes - _end);
        var read = Math.Min(_head.Length, free.Length);
        _head[..read].CopyTo(free);
        _head = _head[read..];
        read += await _utf8.ReadAtLeastAsync(free[read..], free.Length - read, throwOnEndOfStream: false, cancellationToken);
        NulBytes += free.Span[..read].Count((byte)0);
        Bytes += read;
        _next = _end;
        _end += read;
        _ended = read == 0;
        return true;
    }

    private bool NextBlock()
    {
        while (_next < _end)
        {
            _block = _next;
            _next = Math.Min(_next + BlockBytes, _end);
            _mask = SpecialsOf(ref MemoryMarshal.GetArrayDataReference(_buffer), _block);
            if (_end - _block < BlockBytes)
            {
                _mask &= (1UL << (_end - _block)) - 1;
            }

            if (_mask != 0)
            {
                return true;
            }
        }

        return false;
    }

    private ulong SpecialsOf(ref byte buffer, int at)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var bytes = Vector512.LoadUnsafe(ref buffer, (nuint)at);
            return (Vector512.Equals(bytes, Vector512.Create(_delimiter)) | Vector512.Equals(bytes, Vector512.Create(_quote))
                | Vector512.Equals(bytes, Vector512.Create((byte)'\n')) | Vector512.Equals(bytes, Vector512.Create((byte)'\r'))).ExtractMostSignificantBits();
        }

        return HalfOf(ref buffer, at) | ((ulong)HalfOf(ref buffer, at + 32) << 32);
    }

    private uint HalfOf(ref byte buffer, int at)
    {
        var bytes = Vector256.LoadUnsafe(ref buffer, (nuint)at);
        return (Vector256.Equals(bytes, Vector256.Create(_delimiter)) | Vector256.Equals(bytes, Vector256.Create(_quote))
            | Vector256.Equals(bytes, Vector256.Create((byte)'\n')) | Vector256.Equals(bytes, Vector256.Create((byte)'\r'))).ExtractMostSignificantBits();
    }

    private void MeetQuote(int at)
    {
        if (_open)
        {
            _open = false;
            _closedAt = at;
        }
        else if (at == _start && !_overflowing)
        {
            _open = _quoted = true;
            _openLine = _line;
        }
        else if (_quoted && _closedAt == at - 1)
        {
            _open = _doubled = true;
        }
        else
        {
            StrayQuotes++;
        }
    }

    private bool EndsRow(byte lineEnd, int at)
    {
        if (lineEnd == '\r')
        {
            _carriageReturnAt = at;
            _line++;
            return !_open;
        }

        if (_carriageReturnAt != at - 1)
        {
            _line++;
            return !_open;
        }

        // The second half of a CR LF: when the CR has ended the row, it belongs to no field.
        if (!_open && _start == at)
        {
            _start = at + 1;
            RowLine = _line;
            return false;
        }

        return !_open;
    }

    private CsvField Take(int end, bool endsRow)
    {
        var raw = _buffer.AsSpan(_start, end - _start);
        var truncated = _overflowing || raw.Length > MaxFieldBytes;
        if (truncated)
        {
            raw = _overflowing ? _overflow : raw[..MaxFieldBytes];
            TruncatedFields++;
        }

        ReadOnlySpan<byte> value = raw;
        if (_quoted)
        {
            value = !truncated && !_doubled && !_open && _closedAt == end - 1 ? raw[1..^1] : Unquote(raw);
        }

        var field = new CsvField(value, _quoted, truncated, endsRow);
        _start = end + 1;
        _quoted = _open = _doubled = _overflowing = false;
        _midRow = !endsRow;
        if (endsRow)
        {
            RowLine = _line;
        }

        return field;
    }

    /// <summary>In place: the bytes are not needed again. What follows the closing quote is kept literally.</summary>
    private ReadOnlySpan<byte> Unquote(Span<byte> raw)
    {
        var (length, open) = (0, true);
        for (var i = 1; i < raw.Length; i++)
        {
            if (open && raw[i] == _quote)
            {
                open = i + 1 < raw.Length && raw[i + 1] == _quote;
                if (!open)
                {
                    continue;
                }

                i++;
            }

            raw[length++] = raw[i];
        }

        return raw[..length];
    }

    private bool TryReadLast(out CsvField field)
    {
        if (!_ended || (_start >= _end && !_midRow && !_overflowing))
        {
            field = default;
            return false;
        }

        if (_open)
        {
            UnterminatedQuoteLine = _openLine;
        }

        field = Take(_end, endsRow: true);
        _start = _end;
        return true;
    }

    private void KeepUnreadField()
    {
        if (_end - _start > MaxFieldBytes && !_overflowing)
        {
            _overflow = _buffer.AsSpan(_start, MaxFieldBytes).ToArray();
            _overflowing = true;
        }

        if (_overflowing)
        {
            _start = _end;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _closedAt -= _start;
        _carriageReturnAt -= _start;
        _end -= _start;
        _start = 0;
    }
}
