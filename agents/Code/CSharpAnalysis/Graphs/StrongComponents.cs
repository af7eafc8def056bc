using QuikGraph;
using QuikGraph.Algorithms.ConnectedComponents;

namespace Sutazai.Agents.Code.CSharpAnalysis.Graphs;

internal static class StrongComponents
{
    /// <summary>Groups of nodes that reach each other, and single nodes that reach themselves in one step; none that is on no loop.</summary>
    public static IReadOnlyList<IReadOnlyList<T>> Loops<T>(IEnumerable<T> nodes, IEnumerable<(T From, T To)> edges, IEqualityComparer<T> comparer)
        where T : notnull
    {
        Dictionary<T, int> numbers = new(comparer);
        List<T> byNumber = [];
        foreach (var node in nodes)
        {
            if (numbers.TryAdd(node, byNumber.Count))
            {
                byNumber.Add(node);
            }
        }

        var graph = new AdjacencyGraph<int, SEdge<int>>(allowParallelEdges: false);
        graph.AddVertexRange(Enumerable.Range(0, byNumber.Count));
        HashSet<int> selfLoops = [];
        foreach (var (from, to) in edges)
        {
            var edge = new SEdge<int>(numbers[from], numbers[to]);
            if (edge.Source == edge.Target)
            {
                selfLoops.Add(edge.Source);
            }
            else
            {
                graph.AddEdge(edge);
            }
        }

        var search = new StronglyConnectedComponentsAlgorithm<int, SEdge<int>>(graph);
        search.Compute();
        return
        [
            .. search.Components
                .GroupBy(c => c.Value, c => c.Key)
                .Select(g => g.Order().ToList())
                .Where(g => g.Count > 1 || selfLoops.Contains(g[0]))
                .OrderBy(g => g[0])
                .Select(IReadOnlyList<T> (g) => [.. g.Select(n => byNumber[n])])
        ];
    }
}
