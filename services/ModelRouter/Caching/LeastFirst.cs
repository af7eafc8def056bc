namespace Sutazai.ModelRouter.Caching;

/// <summary>
/// Numbered things by their rank: a heap of four children a node, which knows each one's place in it. It lies in two arrays, where a tree would have
/// an object for each. Not thread-safe.
/// </summary>
internal sealed class LeastFirst(int capacity = 0)
{
    private const int Children = 4;

    private readonly List<(int Number, Rank Rank)> _heap = new(capacity);

    // By number.
    private readonly List<int> _places = new(capacity);

    public int Count => _heap.Count;

    /// <summary>The one of the lowest rank; there is one.</summary>
    public (int Number, Rank Rank) Least => _heap[0];

    /// <param name="number">From 0, and not much above those that there were.</param>
    public void Add(int number, Rank rank)
    {
        while (_places.Count <= number)
        {
            _places.Add(0);
        }

        _heap.Add(default);
        Up(_heap.Count - 1, number, rank);
    }

    public void Remove(int number)
    {
        var place = _places[number];
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (place < _heap.Count)
        {
            Place(place, last.Number, last.Rank);
        }
    }

    public void Change(int number, Rank rank) => Place(_places[number], number, rank);

    private void Place(int place, int number, Rank rank)
    {
        if (place > 0 && rank.CompareTo(_heap[(place - 1) / Children].Rank) < 0)
        {
            Up(place, number, rank);
        }
        else
        {
            Down(place, number, rank);
        }
    }

    private void Up(int place, int number, Rank rank)
    {
        while (place > 0)
        {
            var parent = (place - 1) / Children;
            if (_heap[parent].Rank.CompareTo(rank) <= 0)
            {
                break;
            }

            Set(place, _heap[parent]);
            place = parent;
        }

        Set(place, (number, rank));
    }

    private void Down(int place, int number, Rank rank)
    {
        while (true)
        {
            var first = (place * Children) + 1;
            if (first >= _heap.Count)
            {
                break;
            }

            var least = first;
            for (var child = first + 1; child < Math.Min(first + Children, _heap.Count); child++)
            {
                least = _heap[child].Rank.CompareTo(_heap[least].Rank) < 0 ? child : least;
            }

            if (rank.CompareTo(_heap[least].Rank) <= 0)
            {
                break;
            }

            Set(place, _heap[least]);
            place = least;
        }

        Set(place, (number, rank));
    }

    private void Set(int place, (int Number, Rank Rank) node)
    {
        _heap[place] = node;
        _places[node.Number] = place;
    }
}

/// <param name="Ranked">Which one goes first where the priority is the same: the one that was ranked before. No two have the same.</param>
internal readonly record struct Rank(double Priority, long Ranked) : IComparable<Rank>
{
    public int CompareTo(Rank other) => Priority.CompareTo(other.Priority) is not 0 and var byPriority ? byPriority : Ranked.CompareTo(other.Ranked);
}
