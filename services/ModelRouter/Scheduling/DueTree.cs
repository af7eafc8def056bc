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

    public void Add(Ticket ticket) => _root = Add(_root, new Node(ticket, _random.Next()));

    public void Remove(Ticket ticket) => _root = Remove(_root, ticket);

    /// <summary>Seconds that all of them could begin later, in this order, if the first began at a time with a model in memory.</summary>
    public double Slack(double start, string? model) => _root is null ? double.PositiveInfinity : _root.All.SlackAt(start, model);

    /// <summary>The same as if one of them were not in the tree.</summary>
    public double SlackWithout(Ticket ticket, double start, string? model) => Without(_root, ticket) is { } rest ? rest.SlackAt(start, model) : double.PositiveInfinity;

    /// <summary>The same for a ticket in the tree and those after it; whoever comes before loses nothing by it.</summary>
    public double SlackFrom(Ticket ticket, double start, string? model)
    {
        var slack = double.PositiveInfinity;
        for (var node = _root; node is not null;)
        {
            var (at, last) = node.Left is { All: var before } ? (before.EndAt(start, model), before.LastModel) : (start, model);
            var end = node.Own.EndAt(at, last);
            if (node.CompareTo(ticket) < 0)
            {
                (start, model, node) = (end, node.Own.LastModel, node.Right);
                continue;
            }

            slack = Math.Min(slack, node.Own.SlackAt(at, last));
            if (node.Right is { All: var after })
            {
                slack = Math.Min(slack, after.SlackAt(end, node.Own.LastModel));
            }

            node = node.Left;
        }

        return slack;
    }

    private static Node Add(Node? node, Node added)
    {
        if (node is null)
        {
            return added;
        }

        if (added.Priority > node.Priority)
        {
            (added.Left, added.Right) = Split(node, added.Ticket);
            added.Sum();
            return added;
        }

        if (node.CompareTo(added.Ticket) < 0)
        {
            node.Right = Add(node.Right, added);
        }
        else
        {
            node.Left = Add(node.Left, added);
        }

        node.Sum();
        return node;
    }

    private static Node? Remove(Node? node, Ticket ticket)
    {
        if (node is null)
        {
            return null;
        }

        switch (node.CompareTo(ticket))
        {
            case 0:
                return Merge(node.Left, node.Right);
            case < 0:
                node.Right = Remove(node.Right, ticket);
                break;
            default:
                node.Left = Remove(node.Left, ticket);
                break;
        }

        node.Sum();
        return node;
    }

    private static Run? Without(Node? node, Ticket ticket) => node is null ? null : node.CompareTo(ticket) switch
    {
        0 => Run.Join(node.Left?.All, node.Right?.All),
        < 0 => Run.Join(Run.Join(node.Left?.All, node.Own), Without(node.Right, ticket)),
        _ => Run.Join(Without(node.Left, ticket), Run.Join(node.Own, node.Right?.All)),
    };

    private static (Node? Before, Node? After) Split(Node? node, Ticket at)
    {
        if (node is null)
        {
            return (null, null);
        }

        if (node.CompareTo(at) < 0)
        {
            var (before, after) = Split(node.Right, at);
            node.Right = before;
            node.Sum();
            return (node, after);
        }
        else
        {
            var (before, after) = Split(node.Left, at);
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

    /// <summary>Some tickets served one after the other.</summary>
    /// <param name="Work">Seconds of all work, with the loads between different models.</param>
    /// <param name="Slack">Latest time at which the first may begin without any being late.</param>
    private readonly record struct Run(double Work, double Slack, string FirstModel, double FirstLoad, string LastModel)
    {
        public static Run? Join(Run? first, Run? then) => first is not { } a ? then : then is not { } b ? a : Join(a, b);

        public static Run Join(in Run first, in Run then)
        {
            var between = then.StartAt(first.Work, first.LastModel);
            return new(between + then.Work, Math.Min(first.Slack, then.Slack - between), first.FirstModel, first.FirstLoad, then.LastModel);
        }

        public double StartAt(double time, string? model) => time + (FirstModel == model ? 0 : FirstLoad);

        public double EndAt(double time, string? model) => StartAt(time, model) + Work;

        public double SlackAt(double time, string? model) => Slack - StartAt(time, model);
    }

    // What decides about its place and its sums is copied into the node: the way down then touches no ticket.
    private sealed class Node(Ticket ticket, int priority)
    {
        private readonly double _due = ticket.Due;
        private readonly long _number = ticket.Number;

        public Ticket Ticket => ticket;

        public int Priority => priority;

        public Node? Left { get; set; }

        public Node? Right { get; set; }

        public Run Own { get; } = new(ticket.Service, ticket.Due, ticket.Demand.Model, ticket.Load, ticket.Demand.Model);

        public Run All { get; private set; } = new(ticket.Service, ticket.Due, ticket.Demand.Model, ticket.Load, ticket.Demand.Model);

        public int CompareTo(Ticket other) => _due.CompareTo(other.Due) is not 0 and var order ? order : _number.CompareTo(other.Number);

        public void Sum()
        {
            var all = Left is null ? Own : Run.Join(Left.All, Own);
            All = Right is null ? all : Run.Join(all, Right.All);
        }
    }
}
