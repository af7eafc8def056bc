namespace Sutazai.Agents.Operations.Logs;

/// <summary>
/// Drain (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017): lines descend by their number
/// of tokens and their first two tokens, then join the most similar template of the leaf or begin one. Templates are bounded: when
/// they are full those seen once are forgotten, their lines counted in <see cref="Overflow"/>; where that frees too little, further
/// unknown lines are only counted.
/// </summary>
internal sealed class DrainTree(double threshold, int maxTemplates, bool tally)
{
    private const int MaxChildren = 100;
    private const int MaxLeaf = 256;

    private readonly Dictionary<int, Node> _byLength = [];
    private bool _closed;

    public int Count { get; private set; }

    /// <summary>Lines that no template holds.</summary>
    public long Overflow { get; private set; }

    public IEnumerable<DrainTemplate> Templates => _byLength.OrderBy(p => p.Key).SelectMany(p => p.Value.All());

    /// <returns>The template that the line belongs to, or null where it overflowed.</returns>
    public DrainTemplate? Add(MaskedLine line, ReadOnlySpan<char> raw)
    {
        if (!_byLength.TryGetValue(line.Count, out var node))
        {
            _byLength[line.Count] = node = new Node();
        }

        for (var depth = 0; depth < Math.Min(2, line.Count); depth++)
        {
            node = node.Child(line.Tokens[depth], MaxChildren);
        }

        var template = Best(node.Templates, line) ?? Begin(node, line, raw);
        template?.Take(line, raw);
        return template;
    }

    private DrainTemplate? Best(List<DrainTemplate> templates, MaskedLine line)
    {
        DrainTemplate? best = null;
        var most = 0.0;
        foreach (var template in templates)
        {
            var similarity = template.Similarity(line);
            if (similarity > most)
            {
                (best, most) = (template, similarity);
                if (similarity == 1)
                {
                    break;
                }
            }
        }

        return most >= threshold ? best : null;
    }

    private DrainTemplate? Begin(Node leaf, MaskedLine line, ReadOnlySpan<char> raw)
    {
        if (leaf.Templates.Count >= MaxLeaf)
        {
            Forget(leaf);
        }
        else if (Count >= maxTemplates && !_closed)
        {
            foreach (var node in _byLength.Values)
            {
                Forget(node);
            }

            _closed = Count > maxTemplates - (maxTemplates / 10) - 1;
        }

        if (leaf.Templates.Count >= MaxLeaf || Count >= maxTemplates)
        {
            Overflow++;
            return null;
        }

        var template = new DrainTemplate(line, raw, tally);
        leaf.Templates.Add(template);
        Count++;
        return template;
    }

    private void Forget(Node node)
    {
        var forgotten = node.Forget();
        Count -= forgotten;
        Overflow += forgotten;
    }

    private sealed class Node
    {
        private Dictionary<ulong, Node>? _children;

        public List<DrainTemplate> Templates { get; } = [];

        public Node Child(in MaskedLine.Token token, int most)
        {
            _children ??= [];
            var key = token.HasDigit ? 0 : token.Hash;
            if (_children.TryGetValue(key, out var child))
            {
                return child;
            }

            key = _children.Count < most ? key : 0;
            if (!_children.TryGetValue(key, out child))
            {
                _children[key] = child = new Node();
            }

            return child;
        }

        public IEnumerable<DrainTemplate> All() => _children is null ? Templates : Templates.Concat(_children.Values.SelectMany(c => c.All()));

        public int Forget()
        {
            var forgotten = Templates.RemoveAll(t => t.Count <= 1);
            foreach (var (key, child) in _children ?? [])
            {
                forgotten += child.Forget();
                if (child.Templates.Count == 0 && child._children is null or { Count: 0 })
                {
                    _children!.Remove(key);
                }
            }

            return forgotten;
        }
    }
}
