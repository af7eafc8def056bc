using System.Collections;

namespace Sutazai.Testing.OllamaSimulator;

/// <summary>How far a request has come.</summary>
public enum RequestPhase
{
    Received,

    /// <summary>Waiting for its model to be loaded, or for its turn on a loaded one.</summary>
    Waiting,

    /// <summary>On a slot of its model, its prompt being evaluated.</summary>
    Prefill,

    Generating,
    Ended,
}

/// <summary>A request that came, as it stood at one moment.</summary>
public sealed record RecordedRequest(int Number, DateTimeOffset ReceivedAt, string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public RequestPhase Phase { get; init; }

    public string? Model { get; init; }

    public FaultKind? Fault { get; init; }

    /// <summary>When it left the queue for a slot of its model.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FirstTokenAt { get; init; }

    public int GeneratedTokens { get; init; }

    public int? Status { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the client went away before the answer's end.</summary>
    public DateTimeOffset? AbortedAt { get; init; }

    public bool Aborted => AbortedAt is not null;
}

/// <summary>All requests in the order they came, for tests to look at and to wait for.</summary>
public sealed class RequestLog : IReadOnlyList<RecordedRequest>
{
    // So long that only a state that never comes outlasts it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly Dictionary<int, int> _places = [];
    private TaskCompletionSource? _changed;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _requests.Count;
            }
        }
    }

    public RecordedRequest this[int index]
    {
        get
        {
            lock (_lock)
            {
                return _requests[index];
            }
        }
    }

    /// <summary>Waits until as many requests as wanted are in a state; gives up after a minute.</summary>
    public async Task<IReadOnlyList<RecordedRequest>> WaitForAsync(Func<RecordedRequest, bool> state, CancellationToken cancellationToken, int count = 1)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                var matches = _requests.Where(state).ToList();
                if (matches.Count >= count)
                {
                    return matches;
                }

                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                var requests = string.Join('\n', this.Select(request => request with { Body = "", Headers = new Dictionary<string, string>() }));
                throw new TimeoutException($"The state did not come in {Patience.TotalSeconds} s; the requests are:\n{requests}");
            }
        }
    }

    public IEnumerator<RecordedRequest> GetEnumerator()
    {
        lock (_lock)
        {
            return _requests.ToList().GetEnumerator();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Clear()
    {
        lock (_lock)
        {
            _requests.Clear();
            _places.Clear();
        }
    }

    internal void Add(RecordedRequest request)
    {
        lock (_lock)
        {
            _places[request.Number] = _requests.Count;
            _requests.Add(request);
            Announce();
        }
    }

    internal void Update(int number, Func<RecordedRequest, RecordedRequest> change)
    {
        lock (_lock)
        {
            if (_places.TryGetValue(number, out var place))
            {
                _requests[place] = change(_requests[place]);
                Announce();
            }
        }
    }

    /// <summary>Notes that a request waits, now that it has its place in a line, if it has to.</summary>
    internal Task<T> InLineAsync<T>(int number, Task<T> turn)
    {
        if (!turn.IsCompleted)
        {
            // It may have had its turn meanwhile.
            Update(number, record => record with { Phase = record.Phase == RequestPhase.Received ? RequestPhase.Waiting : record.Phase });
        }

        return turn;
    }

    private void Announce()
    {
        _changed?.SetResult();
        _changed = null;
    }
}
