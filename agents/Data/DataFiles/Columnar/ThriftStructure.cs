namespace Sutazai.Agents.Data.DataFiles.Columnar;

/// <summary>
/// Walks one of Parquet's structs in Thrift's compact protocol without building anything, and refuses fields of another type than the
/// format's and lengths that the bytes cannot hold. A reader that trusts them would allocate or loop by the billion.
/// </summary>
/// <remarks>
/// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md and
/// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
/// </remarks>
internal ref struct ThriftStructure(ReadOnlySpan<byte> bytes, string kind)
{
    private const int MaxDepth = 32;

    // A letter a field, from field 1 on: i integer, b boolean, s bytes, d double, a name is a struct, [ ] around it a list; - is none.
    private static readonly Dictionary<string, string[]> s_fields = new Dictionary<string, string>
    {
        ["FileMetaData"] = "i [SchemaElement] i [RowGroup] [KeyValue] s [ColumnOrder] - s",
        ["SchemaElement"] = "i i i s i i i i i LogicalType",
        ["RowGroup"] = "[ColumnChunk] i i [SortingColumn] i i i",
        ["ColumnChunk"] = "s i ColumnMetaData i i i i - s",
        ["ColumnMetaData"] = "i [i] [s] i i i i [KeyValue] i i i Statistics [PageEncodingStats] i i SizeStatistics GeospatialStatistics",
        ["Statistics"] = "s s i i s s b b",
        ["SizeStatistics"] = "i [i] [i]",
        ["GeospatialStatistics"] = "BoundingBox [i]",
        ["BoundingBox"] = "d d d d d d d d",
        ["PageEncodingStats"] = "i i i",
        ["KeyValue"] = "s s",
        ["SortingColumn"] = "i b b",
        ["ColumnOrder"] = "Empty",
        ["LogicalType"] = "Empty Empty Empty Empty Decimal Empty Time Time - Integer Empty Empty Empty Empty Empty Variant Geometry Geography",
        ["Decimal"] = "i i",
        ["Time"] = "b TimeUnit",
        ["TimeUnit"] = "Empty Empty Empty",
        ["Integer"] = "i b",
        ["Variant"] = "i",
        ["Geometry"] = "s",
        ["Geography"] = "s i",
        ["PageHeader"] = "i i i i DataPageHeader Empty DictionaryPageHeader DataPageHeaderV2",
        ["DataPageHeader"] = "i i i i Statistics",
        ["DictionaryPageHeader"] = "i i b",
        ["DataPageHeaderV2"] = "i i i i i i b Statistics",
        ["Empty"] = "-",
    }.ToDictionary(s => s.Key, s => s.Value.Split(' '));

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>The integer fields of the outermost struct, by field id.</summary>
    public Dictionary<int, long> Integers { get; } = [];

    /// <summary>How many children each element of the schema says it has, in order.</summary>
    public List<long> SchemaChildren { get; } = [];

    /// <returns>The struct's length in bytes, or -1 when it is malformed.</returns>
    public int Measure() => Struct(kind, 0) ? _at : -1;

    private bool Struct(string name, int depth)
    {
        if (!s_fields.TryGetValue(name, out var fields) || depth > MaxDepth)
        {
            return false;
        }

        if (name == "SchemaElement")
        {
            SchemaChildren.Add(0);
        }

        var id = 0L;
        while (_at < _bytes.Length)
        {
            var head = _bytes[_at++];
            if (head == 0)
            {
                return true;
            }

            if (head >> 4 == 0)
            {
                return false;
            }

            id += head >> 4;
            var wire = head & 0x0F;
            if (id > fields.Length)
            {
                // A later version of the format may add fields.
                if (!Unknown(wire, depth + 1))
                {
                    return false;
                }

                continue;
            }

            if (fields[id - 1] == "-" || !Fits(wire, fields[id - 1]))
            {
                return false;
            }

            if (wire is 1 or 2)
            {
                continue;
            }

            if (!Value(fields[id - 1], depth, out var value))
            {
                return false;
            }

            if (depth == 0)
            {
                Integers[(int)id] = value;
            }
            else if (name == "SchemaElement" && id == 5)
            {
                SchemaChildren[^1] = value;
            }
        }

        return false;
    }

    private static bool Fits(int wire, string type) => type[0] switch
    {
        'i' => wire is >= 3 and <= 6,
        'b' => wire is 1 or 2,
        'd' => wire == 7,
        's' => wire == 8,
        '[' => wire == 9,
        _ => wire == 12,
    };

    private bool Value(string type, int depth, out long integer)
    {
        integer = 0;
        switch (type[0])
        {
            case 'i':
                var read = Varint(out var zigzag);
                integer = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
                return read;
            case 'd':
                return Skip(8);
            case 's':
                return Varint(out var length) && length <= int.MaxValue && Skip((int)length);
            case '[':
                return List(type[1..^1], depth);
            default:
                return Struct(type, depth + 1);
        }
    }

    private bool List(string type, int depth)
    {
        if (_at >= _bytes.Length)
        {
            return false;
        }

        var head = _bytes[_at++];
        var size = (ulong)(head >> 4);
        if ((size == 15 && !Varint(out size)) || size > (ulong)(_bytes.Length - _at) || !(Fits(head & 0x0F, type) || size == 0))
        {
            return false;
        }

        for (var i = 0UL; i < size; i++)
        {
            if (!Value(type, depth + 1, out _))
            {
                return false;
            }
        }

        return true;
    }

    private bool Unknown(int wire, int depth) => depth <= MaxDepth && wire switch
    {
        1 or 2 => true,
        3 => Skip(1),
        4 or 5 or 6 => Varint(out _),
        7 => Skip(8),
        8 => Value("s", depth, out _),
        9 or 10 => UnknownList(depth),
        12 => UnknownStruct(depth),
        _ => false,
    };

    private bool UnknownStruct(int depth)
    {
        while (_at < _bytes.Length)
        {
            var head = _bytes[_at++];
            if (head == 0)
            {
                return true;
            }

            if ((head >> 4 == 0 && !Varint(out _)) || !Unknown(head & 0x0F, depth + 1))
            {
                return false;
            }
        }

        return false;
    }

    private bool UnknownList(int depth)
    {
        if (_at >= _bytes.Length)
        {
            return false;
        }

        var head = _bytes[_at++];
        var size = (ulong)(head >> 4);
        if ((size == 15 && !Varint(out size)) || size > (ulong)(_bytes.Length - _at))
        {
            return false;
        }

        for (var i = 0UL; i < size; i++)
        {
            if (!((head & 0x0F) is 1 or 2 ? Skip(1) : Unknown(head & 0x0F, depth + 1)))
            {
                return false;
            }
        }

        return true;
    }

    private bool Skip(int count)
    {
        if (count > _bytes.Length - _at)
        {
            return false;
        }

        _at += count;
        return true;
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && _at < _bytes.Length; shift += 7)
        {
            var b = _bytes[_at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
