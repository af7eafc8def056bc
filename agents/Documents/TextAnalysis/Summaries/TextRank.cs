namespace Sutazai.Agents.Documents.TextAnalysis.Summaries;

/// <summary>
/// TextRank over sentences (Mihalcea and Tarau, "TextRank: Bringing Order into Texts", 2004): sentences are linked by
/// shared terms / (ln |a| + ln |b|), and a sentence's score is 0.15 + 0.85 * sum over its neighbours of their score times the share of
/// their links that leads here.
/// </summary>
internal sealed class TextRank
{
    public const double Damping = 0.85;

    private const double Tolerance = 1e-9;

    private const int MaxIterations = 500;

    /// <summary>
    /// Pairs of sentences looked at. A longer text leaves out the terms of most sentences until it fits: they tell sentences apart
    /// least, and the links stay sparse.
    /// </summary>
    private const long MaxPairs = 8_000_000;

    private readonly List<int> _neighbours = [];
    private readonly List<double> _weights = [];
    private readonly int[] _first;

    /// <param name="sentences">The distinct terms of each sentence.</param>
    /// <param name="lengths">How many terms each has, repeated ones too.</param>
    public TextRank(IReadOnlyList<int[]> sentences, IReadOnlyList<int> lengths, int terms, CancellationToken cancellationToken)
    {
        var holders = Holders(sentences, terms);
        var cap = Cap(holders);
        TermsLeftOut = holders.Count(h => h.Count > cap);
        _first = new int[sentences.Count + 1];
        var shared = new int[sentences.Count];
        List<int> touched = [];
        for (var i = 0; i < sentences.Count; i++)
        {
            if ((i & 0xFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            foreach (var term in sentences[i])
            {
                if (holders[term].Count <= cap)
                {
                    Share(holders[term], i, shared, touched);
                }
            }

            Link(i, lengths, shared, touched);
            _first[i + 1] = _neighbours.Count;
        }

        Scores = Iterate(cancellationToken);
    }

    public double[] Scores { get; }

    public int Iterations { get; private set; }

    /// <summary>Terms of too many sentences to be compared.</summary>
    public int TermsLeftOut { get; }

    private static List<int>[] Holders(IReadOnlyList<int[]> sentences, int terms)
    {
        var holders = new List<int>[terms];
        for (var i = 0; i < terms; i++)
        {
            holders[i] = [];
        }

        for (var i = 0; i < sentences.Count; i++)
        {
            foreach (var term in sentences[i])
            {
                holders[term].Add(i);
            }
        }

        return holders;
    }

    private static int Cap(List<int>[] holders)
    {
        var pairs = 0L;
        foreach (var group in holders.GroupBy(h => h.Count).OrderBy(g => g.Key))
        {
            pairs += (long)group.Key * group.Key * group.Count();
            if (pairs > MaxPairs)
            {
                return group.Key - 1;
            }
        }

        return int.MaxValue;
    }

    private static void Share(List<int> holders, int sentence, int[] shared, List<int> touched)
    {
        foreach (var other in holders)
        {
            if (other != sentence && shared[other]++ == 0)
            {
                touched.Add(other);
            }
        }
    }

    private void Link(int sentence, IReadOnlyList<int> lengths, int[] shared, List<int> touched)
    {
        touched.Sort();
        foreach (var other in touched)
        {
            var scale = Math.Log(lengths[sentence]) + Math.Log(lengths[other]);
            if (scale > 0)
            {
                _neighbours.Add(other);
                _weights.Add(shared[other] / scale);
            }

            shared[other] = 0;
        }

        touched.Clear();
    }

    private double[] Iterate(CancellationToken cancellationToken)
    {
        var count = _first.Length - 1;
        var sums = new double[count];
        for (var i = 0; i < count; i++)
        {
            for (var k = _first[i]; k < _first[i + 1]; k++)
            {
                sums[i] += _weights[k];
            }
        }

        var scores = new double[count];
        Array.Fill(scores, 1);
        var next = new double[count];
        var change = double.MaxValue;
        for (Iterations = 0; Iterations < MaxIterations && change > Tolerance; Iterations++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            change = 0;
            for (var i = 0; i < count; i++)
            {
                var flow = 0.0;
                for (var k = _first[i]; k < _first[i + 1]; k++)
                {
                    flow += scores[_neighbours[k]] * _weights[k] / sums[_neighbours[k]];
                }

                next[i] = 1 - Damping + Damping * flow;
                change = Math.Max(change, Math.Abs(next[i] - scores[i]));
            }

            (scores, next) = (next, scores);
        }

        return scores;
    }
}
