using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Calls;

/// <summary>One server of the backend, with what is known of it. Belongs under the lock of <see cref="ModelQueue"/>.</summary>
/// <param name="memory">Bytes for its models; null where that is not known.</param>
internal sealed class Replica(IModelBackend backend, ModelScheduler scheduler, ContextPlan contexts, long? memory, TimeProvider time)
{
    private HashSet<string>? _models;

    public IModelBackend Backend => backend;

    public ModelScheduler Scheduler => scheduler;

    public ModelBreakers Breakers { get; } = new(time);

    /// <summary>The context length of each model.</summary>
    public ContextPlan Contexts => contexts;

    public long? MemoryBytes => memory;

    /// <summary>It has answered at some time.</summary>
    public bool WasSeen { get; set; }

    /// <summary>Why it cannot be reached, if that has been so for long.</summary>
    public Exception? Away { get; set; }

    /// <summary>Loads and unloads, one after the other.</summary>
    public Task Residency { get; set; } = Task.CompletedTask;

    public ITimer? Wake { get; set; }

    /// <summary>Whether it has a model, as far as it has said.</summary>
    public bool Has(string model) => _models?.Contains(model) ?? true;

    /// <param name="models">What it says it has.</param>
    public void Learn(IEnumerable<BackendModel> models)
    {
        WasSeen = true;
        _models = models.Select(m => m.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
