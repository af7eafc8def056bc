using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Calls;

/// <summary>One server of the backend, with what is known of it. Belongs under the lock of <see cref="ModelQueue"/>.</summary>
internal sealed class Replica(IModelBackend backend, ModelScheduler scheduler, ContextPlan contexts, TimeProvider time)
{
    private HashSet<string>? _models;

    public IModelBackend Backend => backend;

    public ModelScheduler Scheduler => scheduler;

    public ModelBreakers Breakers { get; } = new(time);

    /// <summary>The context length of each model.</summary>
    public ContextPlan Contexts => contexts;

    /// <summary>It has answered, and not been lost since.</summary>
    public bool WasSeen { get; set; }

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
