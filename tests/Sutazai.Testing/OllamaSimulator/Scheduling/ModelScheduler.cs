using System.Threading.Channels;

namespace Sutazai.Testing.OllamaSimulator.Scheduling;

/// <summary>
/// Ollama's scheduler (server/sched.go): a request for a loaded model joins it at once; any other goes into one bounded queue that a
/// single loop serves strictly in order, one load at a time, evicting when too many models are loaded.
/// </summary>
internal sealed class ModelScheduler : IAsyncDisposable
{
    private readonly OllamaSimulatorOptions _settings;
    private readonly ScaledTime _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Runner> _loaded = [];
    private readonly HashSet<string> _inPageCache = [];
    private readonly Channel<PendingLoad> _pending;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private TaskCompletionSource _unloaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ModelScheduler(OllamaSimulatorOptions settings, ScaledTime time)
    {
        _settings = settings;
        _time = time;
        _pending = Channel.CreateBounded<PendingLoad>(new BoundedChannelOptions(settings.MaxQueue) { SingleReader = true });
        _loop = ServePendingAsync(_stopping.Token);
    }

    public int PendingLoads => _pending.Reader.Count;

    public int Loads { get; private set; }

    /// <summary>What is loaded, the longest to stay first.</summary>
    public IReadOnlyList<LoadedModel> Loaded
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. _loaded.Values
                        .Select(runner => new LoadedModel(runner.Model, runner.SizeBytes, runner.Options.NumCtx, runner.ExpiresAt ?? ExpiryOf(runner)))
                        .OrderByDescending(row => row.ExpiresAt.ToUnixTimeSeconds())
                        .ThenBy(row => row.Model.FullName, StringComparer.Ordinal),
                ];
            }
        }
    }

    /// <summary>Waits until the model is loaded with these options; the caller holds it until it disposes the lease.</summary>
    public async Task<Lease> AcquireAsync(SimulatedModel model, RunnerOptions options, TimeSpan? keepAlive, bool crashes, CancellationToken cancellationToken)
    {
        var request = new PendingLoad(model, options, keepAlive, crashes, cancellationToken);
        lock (_lock)
        {
            if (!crashes && _loaded.TryGetValue(model.Weights, out var runner) && runner.Options.Serves(options))
            {
                return Use(runner, request);
            }

            if (!_pending.Writer.TryWrite(request))
            {
                throw ApiException.Busy();
            }
        }

        // A cancelled request keeps its place in the queue until the loop comes to it, as in Ollama.
        await using var registration = cancellationToken.Register(() => request.Served.TrySetCanceled(cancellationToken));
        return await request.Served.Task;
    }

    /// <summary>Unloads a model as soon as nobody uses it.</summary>
    public void Expire(SimulatedModel model)
    {
        lock (_lock)
        {
            if (_loaded.TryGetValue(model.Weights, out var runner))
            {
                runner.ExpiresAt = _time.Now;
                Evict(runner);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            foreach (var runner in _loaded.Values)
            {
                runner.StopExpiry();
            }
        }

        _stopping.Dispose();
    }

    private async Task ServePendingAsync(CancellationToken stopping)
    {
        await foreach (var request in _pending.Reader.ReadAllAsync(stopping))
        {
            while (!request.Served.Task.IsCompleted)
            {
                if (Advance(request) is { } nextUnload)
                {
                    await nextUnload.WaitAsync(stopping);
                }
                else if (!request.Served.Task.IsCompleted)
                {
                    await LoadAsync(request, stopping);
                }
            }
        }
    }

    // Null when the request was served or its model can be loaded now; else what to wait for before trying again. New requests may
    // still join the model to be evicted, so that this wait can be long: Ollama's does the same.
    private Task? Advance(PendingLoad request)
    {
        lock (_lock)
        {
            Runner? victim = null;
            if (_loaded.TryGetValue(request.Model.Weights, out var runner))
            {
                if (runner.Options.Serves(request.Options) && !request.Crashes)
                {
                    var lease = Use(runner, request);
                    if (!request.Served.TrySetResult(lease))
                    {
                        lease.Dispose();
                    }

                    return null;
                }

                victim = runner;
            }
            else if (_loaded.Count >= _settings.MaxLoadedModels || (_settings.EvictByMemory && _loaded.Count > 0 && !Fits(NewRunner(request))))
            {
                victim = Victim();
            }
            else if (request.EvictAll && _loaded.Count > 0)
            {
                var emptied = _unloaded.Task;
                foreach (var other in _loaded.Values.ToArray())
                {
                    Evict(other);
                }

                return emptied;
            }

            if (victim is null)
            {
                return null;
            }

            var unloaded = _unloaded.Task;
            Evict(victim);
            return unloaded;
        }
    }

    private async Task LoadAsync(PendingLoad request, CancellationToken stopping)
    {
        Loads++;
        var speed = request.Model.Speed;
        var seconds = _inPageCache.Contains(request.Model.Weights) ? speed.LoadFromPageCacheSeconds : speed.LoadFromDiskSeconds;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, request.Cancelled);
        try
        {
            await _time.DelayAsync(TimeSpan.FromSeconds(seconds), either.Token);
        }
        catch (OperationCanceledException)
        {
            request.Served.TrySetCanceled(either.Token);
            return;
        }

        _inPageCache.Add(request.Model.Weights);
        lock (_lock)
        {
            var runner = NewRunner(request);
            if (request.Crashes)
            {
                request.Served.TrySetException(ApiException.LoadCrash("exit status 2"));
            }
            else if (Fits(runner))
            {
                _loaded[request.Model.Weights] = runner;
                var lease = Use(runner, request) with { LoadTime = TimeSpan.FromSeconds(seconds) };
                if (!request.Served.TrySetResult(lease))
                {
                    lease.Dispose();
                }
            }
            else if (!request.EvictAll && _loaded.Count > 0)
            {
                request.EvictAll = true;
            }
            else
            {
                request.Served.TrySetException(ApiException.LoadCrash($"ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size {runner.SizeBytes}"));
            }
        }
    }

    private Runner NewRunner(PendingLoad request) =>
        new(request.Model, request.Options, request.Model.RunsParallel ? _settings.NumParallel : 1, request.KeepAlive ?? _settings.KeepAlive);

    private bool Fits(Runner runner) =>
        _settings.MemoryBytes is not { } memory || _loaded.Values.Sum(other => other.SizeBytes) + runner.SizeBytes <= memory;

    private Runner? Victim()
    {
        var candidates = _loaded.Values.OrderBy(runner => runner.KeepAlive).ThenBy(runner => runner.Model.Weights, StringComparer.Ordinal).ToList();
        return candidates.Find(runner => runner.Users == 0) ?? candidates.FirstOrDefault();
    }

    private void Evict(Runner runner)
    {
        runner.StopExpiry();
        runner.KeepAlive = TimeSpan.Zero;
        if (runner.Users == 0)
        {
            Unload(runner);
        }
    }

    private Lease Use(Runner runner, PendingLoad request)
    {
        runner.Users++;
        runner.StopExpiry();
        runner.KeepAlive = request.KeepAlive ?? runner.KeepAlive;
        return new Lease(runner, Release);
    }

    private void Release(Runner runner)
    {
        lock (_lock)
        {
            runner.Users--;
            if (runner.Users > 0)
            {
                return;
            }

            if (runner.KeepAlive <= TimeSpan.Zero)
            {
                Unload(runner);
                return;
            }

            runner.StopExpiry();
            runner.ExpiresAt = ExpiryOf(runner);
            runner.Expiry = _time.After(runner.KeepAlive, () => ExpireIdle(runner));
        }
    }

    private void ExpireIdle(Runner runner)
    {
        lock (_lock)
        {
            if (runner is { Users: 0, Expiry: not null })
            {
                runner.StopExpiry();
                Unload(runner);
            }
        }
    }

    private void Unload(Runner runner)
    {
        if (_loaded.TryGetValue(runner.Model.Weights, out var loaded) && loaded == runner)
        {
            _loaded.Remove(runner.Model.Weights);
            var unloaded = _unloaded;
            _unloaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            unloaded.SetResult();
        }
    }

    private DateTimeOffset ExpiryOf(Runner runner) => _time.Now + _time.ToReal(runner.KeepAlive);

    private sealed record PendingLoad(SimulatedModel Model, RunnerOptions Options, TimeSpan? KeepAlive, bool Crashes, CancellationToken Cancelled)
    {
        public TaskCompletionSource<Lease> Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool EvictAll { get; set; }
    }
}

/// <summary>The right to use a loaded model, until disposed.</summary>
internal sealed record Lease(Runner Runner, Action<Runner> Release) : IDisposable
{
    /// <summary>How long this request's load took; zero if the model was loaded already.</summary>
    public TimeSpan LoadTime { get; init; }

    public void Dispose() => Release(Runner);
}
