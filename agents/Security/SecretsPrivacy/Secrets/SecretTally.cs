namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Counts every detection and keeps as many findings as asked for.</summary>
internal sealed class SecretTally(Confidence minConfidence, int limit)
{
    private readonly SortedDictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private readonly List<SecretFinding> _findings = [];
    private int _allowed, _placeholders, _below;

    public int Total { get; private set; }

    public IReadOnlyList<SecretFinding> Findings => _findings;

    public IReadOnlyList<KindCount> Kinds => [.. _kinds.OrderByDescending(k => k.Value).Select(k => new KindCount(k.Key, k.Value))];

    public Suppressed Suppressed => new(_allowed, _placeholders, _below);

    /// <summary>The finding, if it counts and there is room for it.</summary>
    public SecretFinding? Add(Detection detection, string file)
    {
        if (detection.Allowed)
        {
            _allowed++;
            return null;
        }

        if (detection.Confidence < minConfidence)
        {
            _ = detection.Confidence == Confidence.Placeholder ? _placeholders++ : _below++;
            return null;
        }

        Total++;
        _kinds[detection.Kind] = _kinds.GetValueOrDefault(detection.Kind) + 1;
        if (_findings.Count >= limit)
        {
            return null;
        }

        var finding = SecretFinding.Of(detection, file);
        _findings.Add(finding);
        return finding;
    }
}
