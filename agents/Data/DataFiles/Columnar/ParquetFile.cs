using System.Buffers.Binary;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Sutazai.Agents.Data.DataFiles.Columnar;

/// <summary>An opened Parquet file whose lengths and offsets have been checked against the bytes there are.</summary>
internal sealed class ParquetFile : IAsyncDisposable
{
    private const int MaxFooterBytes = 1 << 26;
    private const int MaxPageBytes = 1 << 28;
    private const int MaxPageHeaderBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly string _name;

    private ParquetFile(Stream stream, string name, ParquetReader reader) => (_stream, _name, Reader) = (stream, name, reader);

    public ParquetReader Reader { get; }

    public FileMetaData Metadata => Reader.Metadata!;

    public IReadOnlyList<DataField> Fields => Reader.Schema.DataFields;

    /// <exception cref="InvalidInputException">It is not Parquet, is cut off, or contradicts itself.</exception>
    public static async Task<ParquetFile> OpenAsync(Artifact file, CancellationToken cancellationToken)
    {
        var stream = await file.OpenSeekableAsync(cancellationToken);
        try
        {
            await CheckFooterAsync(stream, file.Name, cancellationToken);
            var reader = await CheckedAsync(file.Name, async () => await ParquetReader.CreateAsync(stream, leaveStreamOpen: true, cancellationToken: cancellationToken));
            var opened = new ParquetFile(stream, file.Name, reader);
            return await CheckedAsync(file.Name, () =>
            {
                opened.CheckOffsets();
                return Task.FromResult(opened);
            });
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>A stream of the same file for a reader of its own, at its beginning.</summary>
    public Stream Rewound()
    {
        _stream.Position = 0;
        return _stream;
    }

    /// <summary>Reads one column of one row group after checking its pages.</summary>
    public async Task<T> ReadColumnAsync<T>(int rowGroup, DataField field, Func<Parquet.Data.RawColumnData, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var group = Reader.OpenRowGroupReader(rowGroup);
        var chunk = group.GetMetadata(field)?.MetaData ?? throw Broken("a column has no metadata");
        await CheckPagesAsync(chunk, cancellationToken);
        return await CheckedAsync(_name, async () =>
        {
            using var raw = await group.ReadRawColumnDataBaseAsync(field, cancellationToken);
            return read(raw);
        });
    }

    /// <summary>Checks every page of a row group that a reader of whole rows is about to read.</summary>
    public async Task CheckPagesAsync(int rowGroup, CancellationToken cancellationToken)
    {
        foreach (var column in Metadata.RowGroups[rowGroup].Columns)
        {
            await CheckPagesAsync(column.MetaData ?? throw Broken("a column has no metadata"), cancellationToken);
        }
    }

    public Task<T> CheckedAsync<T>(Func<Task<T>> read) => CheckedAsync(_name, read);

    public async ValueTask DisposeAsync()
    {
        await Reader.DisposeAsync();
        await _stream.DisposeAsync();
    }

    // PAR1 ... footer, its length as four bytes little-endian, PAR1
    private static async Task CheckFooterAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        var ends = new byte[12];
        if (stream.Length < ends.Length)
        {
            throw new InvalidInputException($"'{name}' is not Parquet: it has {stream.Length} bytes; a Parquet file begins and ends with PAR1.");
        }

        await stream.ReadExactlyAsync(ends.AsMemory(0, 4), cancellationToken);
        stream.Position = stream.Length - 8;
        await stream.ReadExactlyAsync(ends.AsMemory(4, 8), cancellationToken);
        var start = ends.AsSpan(0, 4);
        var end = ends.AsSpan(8, 4);
        if (start.SequenceEqual("PARE"u8) || end.SequenceEqual("PARE"u8))
        {
            throw new InvalidInputException($"'{name}' has an encrypted footer; an unencrypted Parquet file was expected.");
        }

        if (!start.SequenceEqual("PAR1"u8))
        {
            throw new InvalidInputException($"'{name}' is not Parquet: it does not begin with PAR1.");
        }

        if (!end.SequenceEqual("PAR1"u8))
        {
            throw new InvalidInputException($"'{name}' is cut off: it begins as Parquet, but does not end with PAR1.");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(ends.AsSpan(4));
        if (length <= 0 || length > MaxFooterBytes || length > stream.Length - ends.Length)
        {
            throw new InvalidInputException($"'{name}' has a broken footer: it claims {length} bytes.");
        }

        var footer = new byte[length];
        stream.Position = stream.Length - 8 - length;
        await stream.ReadExactlyAsync(footer, cancellationToken);
        if (!IsSound(footer))
        {
            throw new InvalidInputException($"'{name}' has a broken footer: its metadata cannot be read.");
        }

        stream.Position = 0;
    }

    private static bool IsSound(ReadOnlySpan<byte> footer)
    {
        var structure = new ThriftStructure(footer, "FileMetaData");
        if (structure.Measure() < 0)
        {
            return false;
        }

        // The schema is a tree in depth-first order; each element says how many of the next are its children.
        var missing = 1L;
        foreach (var children in structure.SchemaChildren)
        {
            if (missing <= 0 || children < 0)
            {
                return false;
            }

            missing += children - 1;
        }

        return missing == 0;
    }

    private void CheckOffsets()
    {
        var columns = Fields.Count;
        foreach (var group in Metadata.RowGroups)
        {
            if (group.NumRows < 0 || group.Columns.Count != columns)
            {
                throw Broken("a row group does not have the schema's columns");
            }

            foreach (var chunk in group.Columns.Select(c => c.MetaData ?? throw Broken("a column has no metadata")))
            {
                if (StartOf(chunk) < 4 || chunk.TotalCompressedSize < 0 || StartOf(chunk) + chunk.TotalCompressedSize > _stream.Length || chunk.NumValues < 0)
                {
                    throw Broken($"column '{string.Join('.', chunk.PathInSchema)}' lies outside of the file");
                }
            }
        }
    }

    private static long StartOf(ColumnMetaData chunk) =>
        chunk.DictionaryPageOffset is > 0 and var dictionary ? Math.Min(dictionary, chunk.DataPageOffset) : chunk.DataPageOffset;

    private async Task CheckPagesAsync(ColumnMetaData chunk, CancellationToken cancellationToken)
    {
        var (at, end, head) = (StartOf(chunk), StartOf(chunk) + chunk.TotalCompressedSize, new byte[MaxPageHeaderBytes]);
        while (at < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _stream.Position = at;
            var read = await _stream.ReadAtLeastAsync(head.AsMemory(0, (int)Math.Min(head.Length, _stream.Length - at)), 1, throwOnEndOfStream: false, cancellationToken);
            var (length, unpacked, packed) = PageOf(head.AsSpan(0, read));
            if (length < 0 || packed < 0 || at + length + packed > _stream.Length || unpacked is < 0 or > MaxPageBytes)
            {
                throw Broken($"a page of column '{string.Join('.', chunk.PathInSchema)}' cannot be read");
            }

            at += length + packed;
        }
    }

    // PageHeader: 2 = uncompressed_page_size, 3 = compressed_page_size
    private static (int HeaderBytes, long Unpacked, long Packed) PageOf(ReadOnlySpan<byte> bytes)
    {
        var header = new ThriftStructure(bytes, "PageHeader");
        var length = header.Measure();
        return (length, header.Integers.GetValueOrDefault(2, -1), header.Integers.GetValueOrDefault(3, -1));
    }

    private InvalidInputException Broken(string what) => new($"'{_name}' is a broken Parquet file: {what}.");

    private static async Task<T> CheckedAsync<T>(string name, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is not (OperationCanceledException or InvalidInputException or OutOfMemoryException))
        {
            throw new InvalidInputException($"'{name}' is a broken Parquet file, or uses a feature that cannot be read: {e.Message}", e);
        }
    }
}
