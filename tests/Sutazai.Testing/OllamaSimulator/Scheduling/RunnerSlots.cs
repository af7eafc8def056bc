namespace Sutazai.Testing.OllamaSimulator.Scheduling;

/// <summary>A loaded model's places for requests: as many at a time as it has slots, the rest in the order they came, without limit.</summary>
internal sealed class RunnerSlots
{
    // llama-server's --slot-prompt-similarity.
    private const double SimilarEnough = 0.10;

    private readonly Lock _lock = new();
    private readonly List<Slot> _free;
    private readonly LinkedList<Waiter> _waiting = [];

    public RunnerSlots(int count) => _free = [.. Enumerable.Range(0, count).Select(_ => new Slot())];

    /// <summary>Takes the free slot whose last prompt is most like this one, or waits for the next.</summary>
    public async Task<Slot> EnterAsync(string prompt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            if (_free.Count > 0)
            {
                return Take(prompt);
            }

            node = _waiting.AddLast(new Waiter(prompt));
        }

        await using var registration = cancellationToken.Register(() =>
        {
            lock (_lock)
            {
                if (node.List is not null)
                {
                    _waiting.Remove(node);
                    node.Value.Turn.TrySetCanceled(cancellationToken);
                }
            }
        });
        return await node.Value.Turn.Task;
    }

    public void Leave(Slot slot)
    {
        lock (_lock)
        {
            _free.Add(slot);
            if (_waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                next.Value.Turn.SetResult(Take(next.Value.Prompt));
            }
        }
    }

    private Slot Take(string prompt)
    {
        var alike = _free.MaxBy(slot => slot.SharedPrefix(prompt))!;
        var slot = alike.SharedPrefix(prompt) >= SimilarEnough * prompt.Length ? alike : _free[0];
        _free.Remove(slot);
        return slot;
    }

    private sealed record Waiter(string Prompt)
    {
        public TaskCompletionSource<Slot> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>One sequence of a loaded model with what it has evaluated last, which the next prompt need not evaluate again.</summary>
internal sealed class Slot
{
    public string Evaluated { get; set; } = "";

    public int SharedPrefix(string prompt) => Evaluated.AsSpan().CommonPrefixLength(prompt);
}
