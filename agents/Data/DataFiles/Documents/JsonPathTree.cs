using System.Text.Json;

namespace Sutazai.Agents.Data.DataFiles.Documents;

/// <summary>The paths of a pile of documents, with counts; grows with the different paths, not with the documents.</summary>
internal sealed class JsonPathTree
{
    private const int MaxNodes = 20_000;
    private const int MaxNameCharacters = 200;

    private readonly JsonPathNode _root = new(null, "$");
    private readonly Stack<Frame> _open = [];
    private readonly Func<bool> _mayAdd;
    private char[] _name = new char[256];
    private int _nodes = 1;
    private long _containers;
    private JsonPathNode? _member;

    public JsonPathTree() => _mayAdd = () => _nodes < MaxNodes && _nodes++ >= 0;

    public long Documents { get; private set; }

    public long Objects { get; private set; }

    public long Members { get; private set; }

    public int Depth { get; private set; }

    public string? DeepestPath { get; private set; }

    /// <summary>Values at paths beyond those that are kept apart.</summary>
    public long ValuesLeftOut { get; private set; }

    public void Add(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                Members++;
                _member = _open.Peek().Node?.Member(Name(ref reader), _mayAdd);
                break;
            case JsonTokenType.EndObject:
                _open.Pop();
                break;
            case JsonTokenType.EndArray:
                var array = _open.Pop();
                array.Node?.SeeItems(array.Items);
                break;
            default:
                AddValue(ref reader);
                break;
        }
    }

    /// <summary>In the order in which the paths first appear, children after their parents.</summary>
    public IEnumerable<JsonPathNode> Nodes() => Documents == 0 ? [] : Below(_root);

    private void AddValue(ref Utf8JsonReader reader)
    {
        var node = _root;
        long parentId = Documents;
        if (_open.TryPeek(out var parent))
        {
            parentId = parent.Id;
            node = parent.IsArray ? parent.Node?.Items(_mayAdd) : _member;
            parent.Items++;
        }
        else
        {
            Documents++;
        }

        ValuesLeftOut += node is null ? 1 : 0;
        node?.See(ref reader, parentId);
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        Objects += reader.TokenType == JsonTokenType.StartObject ? 1 : 0;
        _open.Push(new Frame(node, reader.TokenType == JsonTokenType.StartArray, _containers++));
        if (_open.Count > Depth)
        {
            Depth = _open.Count;
            DeepestPath = node?.Path ?? DeepestPath;
        }
    }

    private ReadOnlySpan<char> Name(ref Utf8JsonReader reader)
    {
        if (_name.Length < reader.ValueSpan.Length)
        {
            _name = new char[reader.ValueSpan.Length];
        }

        var name = _name.AsSpan(0, reader.CopyString(_name));
        return name[..Math.Min(name.Length, MaxNameCharacters)];
    }

    private static IEnumerable<JsonPathNode> Below(JsonPathNode top)
    {
        Stack<JsonPathNode> left = new([top]);
        while (left.TryPop(out var node))
        {
            yield return node;
            for (var i = node.Children.Count - 1; i >= 0; i--)
            {
                left.Push(node.Children[i]);
            }
        }
    }

    private sealed class Frame(JsonPathNode? node, bool isArray, long id)
    {
        public JsonPathNode? Node => node;

        public bool IsArray => isArray;

        public long Id => id;

        public int Items { get; set; }
    }
}
