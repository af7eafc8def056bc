using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Catalog;

namespace Sutazai.ModelRouter.Calls;

/// <summary>Has the models behind the aliases loaded as soon as the backend can be reached, before anybody asks.</summary>
internal sealed class Preloading(
    ModelBackends backends, ModelCatalog catalog, ModelShapes shapes, ModelQueue queue, IOptions<ModelRouterOptions> options, TimeProvider time, IHostApplicationLifetime lifetime)
    : StartedService(lifetime)
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        if (!options.Value.Preload || !backends.Servers.Any(s => s.LoadsModels))
        {
            return;
        }

        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var models = await catalog.AliasedAsync(stopping);
                foreach (var model in models)
                {
                    await shapes.KnowAsync(backends, model, stopping);
                }

                queue.Expect(models);
                return;
            }
            catch (ModelException)
            {
                await Task.Delay(s_again, time, stopping);
            }
        }
    }
}
