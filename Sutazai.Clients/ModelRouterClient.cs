using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Sutazai.Clients;

/// <summary>Asks the router about itself. Models are called in Ollama's or OpenAI's own API, below the same address.</summary>
public sealed class ModelRouterClient(HttpClient http)
{
    public static readonly Uri BaseAddress = new("http://model-router/model-router/");

    public async Task<ModelRouterStatus> StatusAsync(CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync<ModelRouterStatus>("status", SutazaiJson.Options, cancellationToken))!;
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
