using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Sutazai.Agents;

internal static class AgentRuntime
{
    private static readonly Uri s_router = new("http://model-router/model-router/");

    /// <summary>What all groups of a process share.</summary>
    public static void AddAgentRuntime(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(d => d.ServiceType == typeof(HeapWatch)))
        {
            return;
        }

        builder.Services.AddHttpClient<ModelAccess>(http => http.BaseAddress = s_router);
        builder.Services.TryAddTransient<StoredArtifacts>();
        builder.Services.AddSingleton<HeapWatch>();
    }
}
