namespace Sutazai.ModelRouter.Scheduling;

/// <summary>
/// The waiting tickets by their latest start, with the answer to one question in O(log n): if they were served in this order from now on,
/// loads between different models included, how much time would be left before the first broke its promise? A treap whose nodes carry the
/// work and the least slack of their subtrees.
/// </summary>
internal sealed class DueTree
{
    // Only the shape of the tree depends on it, never a decision.
    private readonly Random _random = new(20240229);
    private Node? _root;

    public Ticket? First
    {
        get
        {
            var node = _root;
            while (node?.Left is { } left)
            {
                node = left;
            }

            return node?.Ticket;
        }
    }

    public void Add(Ticket ticket)
    {
        var (before, after) = Split(_root, ticket, includeEqual: false);
        _root = Merge(Merge(before, new Node(ticket, _random.Next())), after);
    }

    public void Remove(Ticket ticket)
    {
        var (before, rest) = Split(_root, ticket, includeEqual: false);
        var (_, after) = Split(rest, ticket, includeEqual: true);
        _root = Merge(before, after);
    }

    /// <summary>Seconds that all of them could begin later, in this order, if the first began at a time with a model in memory.</summary>
    public double Slack(double start, string? model) =>
        _root is null ? double.PositiveInfinity : _root.Slack - start - (_root.FirstModel == model ? 0 : _root.FirstLoad);

    /// <summary>The same for a ticket in the tree and those after it; whoever comes before loses nothing by it.</summary>
    public double SlackFrom(Ticket ticket, double start, string? model)
    {
        var slack = double.PositiveInfinity;
        for (var node = _root; node is not null;)
        {
            var (at, last) = node.Left is { } left ? (start + left.Work + (left.FirstModel == model ? 0 : left.FirstLoad), left.LastModel) : (start, model);
            at += last == node.Ticket.Demand.Model ? 0 : node.Ticket.Load;
            var end = at + node.Ticket.Service;
            if (Compare(node.Ticket, ticket) < 0)
            {
                (start, model, node) = (end, node.Ticket.Demand.Model, node.Right);
                continue;
            }

            slack = Math.Min(slack, node.Ticket.Due - at);
            if (node.Right is { } right)
            {
                slack = Math.Min(slack, right.Slack - end - (right.FirstModel == node.Ticket.Demand.Model ? 0 : right.FirstLoad));
            }

            node = node.Left;
        }

        return slack;
    }

    private static (Node? Before, Node? After) Split(Node? node, Ticket at, bool includeEqual)
    {
        if (node is null)
        {
            return (null, null);
        }

        if (Compare(node.Ticket, at) is var order && (order < 0 || (order == 0 && includeEqual)))
        {
            var (before, after) = Split(node.Right, at, includeEqual);
            node.Right = before;
            node.Sum();
            return (node, after);
        }
        else
        {
            var (before, after) = Split(node.Left, at, includeEqual);
            node.Left = after;
            node.Sum();
            return (before, node);
        }
    }

    private static Node? Merge(Node? before, Node? after)
    {
        if (before is null || after is null)
        {
            return before ?? after;
        }

        if (before.Priority > after.Priority)
        {
            before.Right = Merge(before.Right, after);
            before.Sum();
            return before;
        }

        after.Left = Merge(before, after.Left);
        after.Sum();
        return after;
    }

    private static int Compare(Ticket a, Ticket b) => a.Due.CompareTo(b.Due) is not 0 and var order ? order : a.Number.CompareTo(b.Number);

    private sealed class Node
    {
        public Node(Ticket ticket, int priority)
        {
            (Ticket, Priority) = (ticket, priority);
            Sum();
        }

        public Ticket Ticket { get; }

        public int Priority { get; }

        public Node? Left { get; set; }

        public Node? Right { get; set; }

        /// <summary>Seconds of all work in the subtree, with the loads between different models.</summary>
        public double Work { get; private set; }

        /// <summary>Latest time at which the subtree's first may begin without any of it being late.</summary>
        public double Slack { get; private set; }

        public string FirstModel { get; private set; } = "";

        public double FirstLoad { get; private set; }

        public string LastModel { get; private set; } = "";

        public void Sum()
        {
            (Work, Slack) = (Ticket.Service, Ticket.Due);
            (FirstModel, LastModel, FirstLoad) = (Ticket.Demand.Model, Ticket.Demand.Model, Ticket.Load);
            if (Left is { } left)
            {
                var between = left.Work + (left.LastModel == FirstModel ? 0 : FirstLoad);
                (Work, Slack) = (between + Work, Math.Min(left.Slack, Slack - between));
                (FirstModel, FirstLoad) = (left.FirstModel, left.FirstLoad);
            }

            if (Right is { } right)
            {
                var between = Work + (LastModel == right.FirstModel ? 0 : right.FirstLoad);
                (Work, Slack) = (between + right.Work, Math.Min(Slack, right.Slack - between));
                LastModel = right.LastModel;
            }
        }
    }
}
