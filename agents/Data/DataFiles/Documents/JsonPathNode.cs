using System.Text;
using System.Text.Json;

namespace Sutazai.Agents.Data.DataFiles.Documents;

/// <summary>What was seen at one path of a pile of documents.</summary>
internal sealed class JsonPathNode(JsonPathNode? parent, string step)
{
    private const int MaxMembers = 500;
    private const int MaxPathCharacters = 500;

    private readonly long[] _types = new long[(int)JsonType.Mixed];
    private readonly List<JsonPathNode> _children = [];
    private Dictionary<string, JsonPathNode>? _members;
    private JsonPathNode? _items;
    private JsonPathNode? _others;
    private long _lastParent = -1;
    private long _inParents;
    private object? _example;
    private StringFormats _formats = StringFormats.All;
    private int _minItems = int.MaxValue;
    private int _maxItems;

    /// <summary>Times that a member was named twice in one object.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Whether members that are too many to tell apart were counted together.</summary>
    public bool Collapsed => _others is not null;

    public IReadOnlyList<JsonPathNode> Children => _children;

    /// <summary>The steps from the root; of a path too long to show its end.</summary>
    public string Path
    {
        get
        {
            List<string> steps = [];
            var length = 0;
            for (var node = this; node is not null && length <= MaxPathCharacters; node = node.Parent)
            {
                steps.Add(node.Step);
                length += node.Step.Length;
            }

            steps.Reverse();
            return (length > MaxPathCharacters ? "…" : "") + string.Concat(steps);
        }
    }

    private JsonPathNode? Parent => parent;

    private string Step => step;

    public long Count(JsonType type) => _types[(int)type];

    public void See(ref Utf8JsonReader reader, long parentId)
    {
        if (_lastParent == parentId && step is not "[]" and not ".*")
        {
            Duplicates++;
        }

        _inParents += _lastParent == parentId ? 0 : 1;
        _lastParent = parentId;
        _types[(int)TypeOf(ref reader)]++;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                _formats = _formats == 0 ? 0 : StringFormat.Still(_formats, ref reader);
                _example ??= Text(ref reader);
                break;
            case JsonTokenType.Number:
                _example ??= reader.TryGetInt64(out var whole) ? whole : reader.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _example ??= reader.TokenType == JsonTokenType.True;
                break;
        }
    }

    public void SeeItems(int number) => (_minItems, _maxItems) = (Math.Min(_minItems, number), Math.Max(_maxItems, number));

    /// <returns>Null where there is no such child yet and none may be added.</returns>
    public JsonPathNode? Items(Func<bool> mayAdd) => _items ?? (mayAdd() ? _items = Added("[]") : null);

    /// <returns>Null where there is no such child yet and none may be added.</returns>
    public JsonPathNode? Member(ReadOnlySpan<char> name, Func<bool> mayAdd)
    {
        var lookup = (_members ??= new Dictionary<string, JsonPathNode>(StringComparer.Ordinal)).GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(name, out var member) || (_members.Count >= MaxMembers && (member = _others) is not null) || !mayAdd())
        {
            return member;
        }

        return _members.Count < MaxMembers ? lookup[name] = Added(StepOf(name)) : _others = Added(".*");
    }

    public JsonPath ToPath()
    {
        var seen = Enumerable.Range(0, _types.Length).Where(t => _types[t] > 0).Select(t => new JsonTypeCount((JsonType)t, _types[t]))
            .OrderByDescending(t => t.Count).ThenBy(t => t.Type).ToArray();
        var parents = parent is null ? _inParents : step == "[]" ? parent.Count(JsonType.Array) : parent.Count(JsonType.Object);
        return new JsonPath(Path, TypeOf([.. seen.Select(t => t.Type)]), seen.Sum(t => t.Count), Math.Round((double)_inParents / parents, 4), _example)
        {
            Types = seen,
            Format = Count(JsonType.String) > 0 ? StringFormat.Name(_formats) : null,
            MinItems = Count(JsonType.Array) > 0 ? _minItems : null,
            MaxItems = Count(JsonType.Array) > 0 ? _maxItems : null,
        };
    }

    public ArrayShape ToArrayShape() => new(Path, Count(JsonType.Array), _minItems, _maxItems);

    private static JsonType TypeOf(JsonType[] types) => types.Where(t => t != JsonType.Null).ToArray() switch
    {
        [] => JsonType.Null,
        [var only] => only,
        [JsonType.Integer or JsonType.Number, JsonType.Integer or JsonType.Number] => JsonType.Number,
        _ => JsonType.Mixed,
    };

    private static JsonType TypeOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => JsonType.Object,
        JsonTokenType.StartArray => JsonType.Array,
        JsonTokenType.String => JsonType.String,
        JsonTokenType.Number => reader.ValueSpan.IndexOfAny(".eE"u8) < 0 ? JsonType.Integer : JsonType.Number,
        JsonTokenType.Null => JsonType.Null,
        _ => JsonType.Boolean,
    };

    private static string Text(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped && reader.ValueSpan.Length < 4096 ? Tables.CellText.Shown(reader.GetString()!) : Tables.CellText.Shown(reader.ValueSpan);

    // $.plain, $['has space']
    private static string StepOf(ReadOnlySpan<char> name)
    {
        var plain = name.Length > 0 && !char.IsAsciiDigit(name[0]);
        foreach (var c in name)
        {
            plain &= char.IsLetterOrDigit(c) || c is '_' or '-';
        }

        return plain ? $".{name}" : $"['{new StringBuilder().Append(name).Replace("\\", "\\\\").Replace("'", "\\'")}']";
    }

    private JsonPathNode Added(string childStep)
    {
        var child = new JsonPathNode(this, childStep);
        _children.Add(child);
        return child;
    }
}
