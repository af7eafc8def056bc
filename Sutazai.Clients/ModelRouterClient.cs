using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Sutazai.Clients;

/// <summary>Asks the router about itself. Models are called in Ollama's or OpenAI's own API, below the same address.</summary>
public sealed class ModelRouterClient(HttpClient http)
{
    public static readonly Uri BaseAddress = new("http://model-router/model-router/");

    public async Task<ModelRouterStatus> StatusAsync(CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync("status", SutazaiJson.Of<ModelRouterStatus>(), cancellationToken))!;
}

/// <summary>What stands behind the router.</summary>
/// <param name="Backend"><c>none</c>, <c>ollama</c> or <c>openai</c>.</param>
/// <param name="Version">The backend's, where it tells.</param>
/// <param name="Models">The backend's models; when it cannot be reached, those it had when last asked.</param>
/// <param name="Aliases">The model that each alias means now, or null.</param>
/// <param name="Reason">Why it is not reachable.</param>
public sealed record ModelRouterStatus(
    string Backend,
    bool Reachable,
    string? Version,
    IReadOnlyList<string> Models,
    IReadOnlyDictionary<string, string?> Aliases,
    string? Reason);

/// <summary>What was used of the models from one full hour to another.</summary>
public sealed record UsageReport(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<UsageRow> Rows);

/// <summary>What an agent used of a model for a caller; null stands for all where the report is not by it.</summary>
/// <param name="Agent">Null also where the caller asked without one.</param>
/// <param name="Calls">Calls that the model answered.</param>
/// <param name="CpuSeconds">Work that the backend measured.</param>
/// <param name="FailedCalls">Calls that ended without an answer: refused, failed or abandoned.</param>
/// <param name="WastedSeconds">Work on those.</param>
/// <param name="SavedCalls">Calls that got an answer made for another.</param>
/// <param name="SavedSeconds">The work that those would have been.</param>
public sealed record UsageRow(
    string? Agent,
    string? Caller,
    string? Model,
    long Calls,
    long PromptTokens,
    long CompletionTokens,
    double CpuSeconds,
    long FailedCalls,
    double WastedSeconds,
    long SavedCalls,
    double SavedSeconds);

public static class ModelRouterClientExtensions
{
    public static void AddModelRouterClient(this IHostApplicationBuilder builder) =>
        builder.Services.AddHttpClient<ModelRouterClient>(http => http.BaseAddress = ModelRouterClient.BaseAddress);
}

/// <summary>What is under way at the models and what waits for them. Seconds and tokens as the scheduler estimates or has counted them.</summary>
public sealed record QueueReport(IReadOnlyList<QueuedServer> Servers, IReadOnlyList<QueuedTenant> Tenants);

/// <param name="State"><c>up</c> or <c>lost</c>.</param>
public sealed record QueuedServer(string? Address, string State, int Working, int Waiting, IReadOnlyList<QueuedModel> Models);

/// <param name="State"><c>loaded</c>, <c>loading</c>, <c>unloaded</c> or <c>blocked</c>: its calls keep failing and wait to be tried again.</param>
public sealed record QueuedModel(
    string Name, string State, int? ContextTokens, int Working, int WaitingInteractive, int WaitingBatch, double WorkSeconds, double? OldestWaitSeconds);

/// <param name="Name">The caller, or an agent for a caller.</param>
/// <param name="Tokens">Had since it came: prompts once, answers twice.</param>
public sealed record QueuedTenant(string Name, int Calls, double WorkSeconds, double Tokens);
