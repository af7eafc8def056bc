using System.Collections.Concurrent;

namespace Sutazai.ModelRouter.Calls;

/// <summary>A breaker for each of the backend's models.</summary>
internal sealed class ModelBreakers(TimeProvider time)
{
    /// <summary>A backend that does not list its models lets callers make names up; those beyond this many share one breaker.</summary>
    private const int Most = 1000;

    private readonly ConcurrentDictionary<string, CircuitBreaker> _breakers = new(StringComparer.OrdinalIgnoreCase);
    private readonly CircuitBreaker _others = new(time);

    public CircuitBreaker Of(string model) =>
        _breakers.TryGetValue(model, out var known) ? known
        : _breakers.Count < Most ? _breakers.GetOrAdd(model, _ => new CircuitBreaker(time))
        : _others;
}
