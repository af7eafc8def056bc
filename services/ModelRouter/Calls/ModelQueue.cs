using Microsoft.Extensions.Options;

namespace Sutazai.ModelRouter.Calls;

/// <summary>What the queue knows of a call.</summary>
internal sealed record ModelRequest(string Model);

/// <summary>
/// Decides which call a model works on next: first come, first served, a fixed number at a time per model, a bounded number waiting in all.
/// Whatever is handed to a backend can no longer be reordered or dropped cheaply, so calls wait here.
/// </summary>
internal sealed class ModelQueue(IOptions<ModelRouterOptions> options)
{
    /// <summary>There is no forecast of the wait; long enough for a short answer to end.</summary>
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(10);

    private readonly int _maxWaiting = options.Value.MaxQueue;
    private readonly int _concurrency = options.Value.ConcurrencyPerModel;
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _lock = new();
    private int _waiting;

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for the model. Dispose what it returns when the model's work is done.</summary>
    /// <exception cref="ModelException">Too many are waiting already.</exception>
    public async ValueTask<Lease> EnterAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (!_lanes.TryGetValue(request.Model, out var lane))
            {
                _lanes[request.Model] = lane = new Lane();
            }

            if (lane.Working < _concurrency)
            {
                lane.Working++;
                return new Lease(this, request.Model);
            }

            if (_waiting >= _maxWaiting)
            {
                throw ModelException.Busy(s_retryAfter);
            }

            _waiting++;
            place = lane.Waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using var leaving = cancellationToken.UnsafeRegister(
            (_, token) => Leave(place, token), null);
        await place.Value.Task;
        return new Lease(this, request.Model);
    }

    private void Leave(LinkedListNode<TaskCompletionSource> place, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (place.List is not { } list)
            {
                return;
            }

            list.Remove(place);
            _waiting--;
        }

        place.Value.TrySetCanceled(cancellationToken);
    }

    private void Release(string model)
    {
        TaskCompletionSource? next = null;
        lock (_lock)
        {
            var lane = _lanes[model];
            if (lane.Waiting.First is { } first)
            {
                lane.Waiting.RemoveFirst();
                _waiting--;
                next = first.Value;
            }
            else if (--lane.Working == 0)
            {
                _lanes.Remove(model);
            }
        }

        next?.SetResult();
    }

    /// <summary>The right to use a model; the holder's place passes to the next in line.</summary>
    public sealed class Lease(ModelQueue queue, string model) : IDisposable
    {
        private ModelQueue? _queue = queue;

        public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Release(model);
    }

    private sealed class Lane
    {
        public int Working { get; set; }

        public LinkedList<TaskCompletionSource> Waiting { get; } = [];
    }
}
