namespace Sutazai.Agents.Code.CSharpAnalysis.Dependencies;

/// <summary>The lightest set of edges whose removal leaves no loop.</summary>
internal static class FeedbackArcs
{
    /// <summary>Nodes up to which the best order is found by trying all subsets: 2^15 sums of 15.</summary>
    private const int MaxExact = 15;

    public static (IReadOnlyList<DependencyEdge> Cut, bool IsLightest) Cut(
        IReadOnlyList<string> nodes, IReadOnlyList<DependencyEdge> edges, CancellationToken cancellationToken)
    {
        var number = nodes.Select((n, i) => (n, i)).ToDictionary(x => x.n, x => x.i, StringComparer.Ordinal);
        var weights = new long[nodes.Count, nodes.Count];
        foreach (var edge in edges)
        {
            weights[number[edge.From], number[edge.To]] += edge.Weight;
        }

        var isExact = nodes.Count <= MaxExact;
        var order = isExact ? BestOrder(weights, nodes.Count, cancellationToken) : GreedyOrder(weights, nodes.Count, cancellationToken);
        var place = new int[nodes.Count];
        for (var i = 0; i < order.Length; i++)
        {
            place[order[i]] = i;
        }

        return ([.. edges.Where(e => place[number[e.From]] >= place[number[e.To]])], isExact);
    }

    // Held and Karp's recurrence: the cost of placing a set first is that of all but its last node, plus the edges from that node back.
    private static int[] BestOrder(long[,] weights, int count, CancellationToken cancellationToken)
    {
        var cost = new long[1 << count];
        var last = new sbyte[1 << count];
        for (var set = 1; set < cost.Length; set++)
        {
            if (set % 4096 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            cost[set] = long.MaxValue;
            for (var node = 0; node < count; node++)
            {
                if ((set & (1 << node)) == 0)
                {
                    continue;
                }

                var rest = set & ~(1 << node);
                var total = cost[rest];
                for (var other = 0; other < count; other++)
                {
                    total += (rest & (1 << other)) != 0 ? weights[node, other] : 0;
                }

                if (total < cost[set])
                {
                    (cost[set], last[set]) = (total, (sbyte)node);
                }
            }
        }

        var order = new int[count];
        for (var (set, i) = (cost.Length - 1, count - 1); i >= 0; i--)
        {
            order[i] = last[set];
            set &= ~(1 << last[set]);
        }

        return order;
    }

    // Eades, Lin and Smyth (1993): take sinks last, sources first, else the node that sends most more than it receives; then move single
    // nodes while that helps.
    private static int[] GreedyOrder(long[,] weights, int count, CancellationToken cancellationToken)
    {
        var left = Enumerable.Range(0, count).ToList();
        List<int> first = [];
        List<int> end = [];
        while (left.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (best, gain) = (left[0], long.MinValue);
            var isSink = false;
            foreach (var node in left)
            {
                long sent = 0, received = 0;
                foreach (var other in left)
                {
                    if (other != node)
                    {
                        sent += weights[node, other];
                        received += weights[other, node];
                    }
                }

                if (sent == 0)
                {
                    (best, isSink) = (node, true);
                    break;
                }

                if (sent - received > gain)
                {
                    (best, gain) = (node, sent - received);
                }
            }

            (isSink ? end : first).Add(best);
            left.Remove(best);
        }

        end.Reverse();
        var order = first.Concat(end).ToArray();
        while (Improve(order, weights, cancellationToken))
        {
        }

        return order;
    }

    private static bool Improve(int[] order, long[,] weights, CancellationToken cancellationToken)
    {
        var improved = false;
        for (var i = 0; i < order.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (node, bestGain, bestPlace) = (order[i], 0L, i);
            long gain = 0;
            for (var j = i + 1; j < order.Length; j++)
            {
                gain += weights[order[j], node] - weights[node, order[j]];
                (bestGain, bestPlace) = gain > bestGain ? (gain, j) : (bestGain, bestPlace);
            }

            gain = 0;
            for (var j = i - 1; j >= 0; j--)
            {
                gain += weights[node, order[j]] - weights[order[j], node];
                (bestGain, bestPlace) = gain > bestGain ? (gain, j) : (bestGain, bestPlace);
            }

            if (bestPlace != i)
            {
                var moved = order.ToList();
                moved.RemoveAt(i);
                moved.Insert(bestPlace, node);
                moved.CopyTo(order);
                improved = true;
            }
        }

        return improved;
    }
}
