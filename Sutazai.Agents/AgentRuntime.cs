using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Sutazai.Clients;

namespace Sutazai.Agents;

internal static class AgentRuntime
{
    /// <summary>What all groups of a process share.</summary>
    public static void AddAgentRuntime(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(d => d.ServiceType == typeof(HeapWatch)))
        {
            return;
        }

        builder.Services.AddHttpContextAccessor();
        builder.Services.AddTransient<AgentName>();
        builder.Services.AddTransient<RouterRefusals>();
        builder.Services.AddTransient<HangUp>();
        builder.Services.AddHttpClient<ModelAccess>(http => http.BaseAddress = ModelRouterClient.BaseAddress)
            .AddHttpMessageHandler<AgentName>().AddHttpMessageHandler<RouterRefusals>().AddHttpMessageHandler<HangUp>();
        builder.Services.TryAddTransient<StoredArtifacts>();
        builder.Services.AddSingleton<HeapWatch>();
    }
}
