namespace Sutazai.Agents.Operations.Logs;

/// <summary>Finds, among given templates, the most exact one that covers a line wholly; unlike the miner it never widens one.</summary>
internal sealed class TemplateMatcher
{
    private readonly Dictionary<(int Tokens, ulong First), List<WrittenTemplate>> _index = [];

    /// <param name="anyAffix">A wildcard covers any word, whatever its values began and ended with so far.</param>
    public TemplateMatcher(IEnumerable<string> templates, bool anyAffix = false)
    {
        var ordinal = 0;
        foreach (var text in templates)
        {
            var written = new WrittenTemplate(text, ordinal++, anyAffix);
            var key = (written.Tokens.Count, written.Tokens is [var first, ..] ? first.Hash : 0);
            if (!_index.TryGetValue(key, out var list))
            {
                _index[key] = list = [];
            }

            list.Add(written);
        }

        foreach (var list in _index.Values)
        {
            list.Sort((a, b) => (b.Literals, a.Ordinal).CompareTo((a.Literals, b.Ordinal)));
        }
    }

    public WrittenTemplate? Find(MaskedLine line)
    {
        if (line.Count == 0)
        {
            return null;
        }

        var literal = First(line, line.Tokens[0].Hash);
        var wild = First(line, 0);
        return literal is null || wild is not null && wild.Literals > literal.Literals ? wild : literal;
    }

    /// <summary>The template of the same length that shares most tokens with the line, and the share.</summary>
    public (WrittenTemplate? Template, double Similarity) Nearest(MaskedLine line)
    {
        var (best, most) = ((WrittenTemplate?)null, 0.0);
        foreach (var list in _index.Where(p => p.Key.Tokens == line.Count).Select(p => p.Value))
        {
            foreach (var template in list)
            {
                var similarity = template.Similarity(line);
                if (similarity > most || similarity == most && best is not null && template.Ordinal < best.Ordinal)
                {
                    (best, most) = (template, similarity);
                }
            }
        }

        return (best, most);
    }

    private WrittenTemplate? First(MaskedLine line, ulong first)
    {
        if (_index.TryGetValue((line.Count, first), out var list))
        {
            foreach (var template in list)
            {
                if (template.Matches(line))
                {
                    return template;
                }
            }
        }

        return null;
    }
}

/// <summary>A template as text, taken apart the way lines are.</summary>
internal sealed class WrittenTemplate
{
    public WrittenTemplate(string text, int ordinal, bool anyAffix)
    {
        Ordinal = ordinal;
        List<TemplateToken> tokens = [];
        foreach (var word in text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word;
            var glued = false;

            // As in MaskedLine: key=value is two tokens.
            for (var equals = rest.IndexOf('='); equals > 0 && equals + 1 < rest.Length; equals = rest.IndexOf('='))
            {
                tokens.Add(TemplateToken.Written(rest[..(equals + 1)], glued, anyAffix));
                (rest, glued) = (rest[(equals + 1)..], true);
            }

            tokens.Add(TemplateToken.Written(rest, glued, anyAffix));
        }

        Tokens = tokens;
        Literals = tokens.Count(t => !t.IsWild);
    }

    public int Ordinal { get; }

    public IReadOnlyList<TemplateToken> Tokens { get; }

    public int Literals { get; }

    public bool Matches(MaskedLine line)
    {
        var tokens = line.Tokens;
        for (var i = 0; i < tokens.Length; i++)
        {
            if (!Tokens[i].Matches(tokens[i], line.Text(tokens[i])))
            {
                return false;
            }
        }

        return true;
    }

    public double Similarity(MaskedLine line)
    {
        var matching = 0;
        for (var i = 0; i < line.Count; i++)
        {
            matching += Tokens[i].Matches(line.Tokens[i], line.Text(line.Tokens[i])) ? 1 : 0;
        }

        return (double)matching / Math.Max(1, line.Count);
    }
}
