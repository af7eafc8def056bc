namespace Sutazai.Agents.Operations.Logs;

/// <summary>A group of lines that the tree holds for one message, and what was counted of it.</summary>
internal sealed class DrainTemplate
{
    private readonly TemplateToken[] _tokens;
    private readonly ulong[] _hashes;
    private readonly ParameterTally[]?[]? _tallies;
    private int _masks;

    public DrainTemplate(MaskedLine line, ReadOnlySpan<char> raw, bool tally)
    {
        _tokens = new TemplateToken[line.Count];
        _hashes = new ulong[line.Count];
        for (var i = 0; i < _tokens.Length; i++)
        {
            ref readonly var token = ref line.Tokens[i];
            _tokens[i] = TemplateToken.Literal(token, line.Text(token));
            _hashes[i] = token.Hash;
            _masks += token.IsMask ? 1 : 0;
        }

        Example = raw.Length > 300 ? string.Concat(raw[..300], "...") : raw.ToString();
        _tallies = tally ? new ParameterTally[_tokens.Length][] : null;
    }

    public IReadOnlyList<TemplateToken> Tokens => _tokens;

    public string Text => TemplateToken.Join(_tokens);

    public string Example { get; }

    public long Count { get; private set; }

    public long FirstLine { get; private set; }

    public long LastLine { get; private set; }

    public long? FirstTicks { get; private set; }

    public long? LastTicks { get; private set; }

    public long[] Severities { get; } = new long[(int)Severity.Critical + 1];

    public TemplateRate Rate { get; } = new();

    public IEnumerable<ParameterTally> Parameters => _tallies is null ? [] : _tallies.Where(t => t is not null).SelectMany(t => t!);

    /// <summary>
    /// The share of equal tokens among those that tell messages apart. Unlike the paper's simSeq, masks that both have are left out of
    /// the fraction: two variables in the same place are no evidence of one message.
    /// </summary>
    public double Similarity(MaskedLine line)
    {
        var tokens = line.Tokens;
        var equal = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            equal += _hashes[i] == tokens[i].Hash ? 1 : 0;
        }

        if (equal == tokens.Length)
        {
            return 1;
        }

        var masks = 0;
        if (_masks > 0)
        {
            for (var i = 0; i < tokens.Length; i++)
            {
                masks += tokens[i].IsMask && _hashes[i] == tokens[i].Hash ? 1 : 0;
            }
        }

        return (double)(equal - masks) / (tokens.Length - masks);
    }

    public void Take(MaskedLine line, ReadOnlySpan<char> raw)
    {
        var tokens = line.Tokens;
        for (var i = 0; i < tokens.Length; i++)
        {
            ref readonly var token = ref tokens[i];
            if (_hashes[i] != token.Hash)
            {
                Widen(i, line.Text(token));
            }

            if (_tallies is not null)
            {
                Tally(i, token, line, raw);
            }
        }
    }

    public void Count1(in LogEntry entry, long line)
    {
        FirstLine = Count++ == 0 ? line : FirstLine;
        LastLine = line;
        Severities[(int)entry.Severity]++;
        if (entry.HasTime)
        {
            var ticks = entry.Time.UtcTicks;
            FirstTicks = FirstTicks is { } first && first <= ticks ? first : ticks;
            LastTicks = LastTicks is { } last && last >= ticks ? last : ticks;
        }
    }

    private void Widen(int i, ReadOnlySpan<char> text)
    {
        var before = _tokens[i];
        var (wasWild, was, hadMask) = (before.IsWild, before.Text, before.Text.Contains('<'));
        _masks -= before.IsMask ? 1 : 0;
        if (!before.Widen(text))
        {
            return;
        }

        _hashes[i] = 0;
        if (_tallies is not null && !wasWild)
        {
            var tally = new ParameterTally("any");
            if (!hadMask)
            {
                tally.Take(Value(before, was));
            }
            else
            {
                foreach (var example in (_tallies[i] ?? []).SelectMany(t => t.Examples))
                {
                    tally.Take(example);
                }
            }

            _tallies[i] = [tally];
        }
    }

    private void Tally(int i, in MaskedLine.Token token, MaskedLine line, ReadOnlySpan<char> raw)
    {
        if (_tokens[i].IsWild)
        {
            _tallies![i]![0].Take(Value(_tokens[i], raw.Slice(token.RawStart, token.RawLength)));
        }
        else if (token.MaskCount > 0)
        {
            var masks = line.Masks(token);
            var tallies = _tallies![i] ??= [.. masks.ToArray().Select(m => new ParameterTally(LogMasks.Names[(int)m.Kind]))];
            for (var m = 0; m < tallies.Length; m++)
            {
                tallies[m].Take(raw.Slice(masks[m].RawStart, masks[m].RawLength));
            }
        }
    }

    internal static ReadOnlySpan<char> Value(TemplateToken token, ReadOnlySpan<char> raw) =>
        raw.Length >= token.Prefix.Length + token.Suffix.Length ? raw[token.Prefix.Length..^token.Suffix.Length] : raw;
}
