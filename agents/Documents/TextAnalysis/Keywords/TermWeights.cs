using System.Runtime.InteropServices;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Keywords;

/// <summary>
/// TF-IDF: share of the text's terms times ln((1 + N) / (1 + n)) + 1, where n of N documents hold the term (Salton and Buckley 1988,
/// smoothed so that a term of every document keeps some weight).
/// </summary>
internal sealed class TermWeights(Vocabulary vocabulary)
{
    private readonly Dictionary<int, int> _counts = [];
    private readonly Dictionary<int, int> _documentsOf = [];
    private int _total;

    public int Documents { get; private set; }

    public int Distinct => _counts.Count;

    /// <summary>Counts terms of the text that is weighed.</summary>
    public void AddText(IEnumerable<int> terms)
    {
        foreach (var term in terms)
        {
            if (term != Vocabulary.NoTerm)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, term, out _)++;
                _total++;
            }
        }
    }

    public void AddDocument(IEnumerable<int> terms)
    {
        Documents++;
        foreach (var term in new HashSet<int>(terms))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_documentsOf, term, out _)++;
        }
    }

    public IEnumerable<WeightedTerm> Heaviest() => _counts
        .Select(c => Weigh(c.Key, c.Value, _documentsOf.GetValueOrDefault(c.Key)))
        .OrderByDescending(w => w.Score)
        .ThenBy(w => w.Name, StringComparer.Ordinal);

    private WeightedTerm Weigh(int term, int count, int documents) =>
        new(term, vocabulary.Name(term), (double)count / _total * (Math.Log((1.0 + Documents) / (1.0 + documents)) + 1), count, documents);
}

internal sealed record WeightedTerm(int Term, string Name, double Score, int Count, int Documents);
