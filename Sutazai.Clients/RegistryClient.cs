using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Sutazai.Clients;

/// <summary>What the platform knows of itself: services, their instances and their agents.</summary>
public sealed class RegistryClient(HttpClient http)
{
    public static readonly Uri BaseAddress = new("http://registry/registry/");

    /// <summary>Registers or renews one instance of a service.</summary>
    /// <returns>How long the registration holds without another call.</returns>
    public async Task<TimeSpan> RegisterAsync(string service, string instance, Registration registration, CancellationToken cancellationToken)
    {
        using var response = await http.PutAsJsonAsync($"services/{service}/instances/{instance}", registration, SutazaiJson.Of<Registration>(), cancellationToken);
        response.EnsureSuccessStatusCode();
        var lease = await response.Content.ReadFromJsonAsync(SutazaiJson.Of<Lease>(), cancellationToken);
        return TimeSpan.FromSeconds(lease!.Seconds);
    }

    public async Task RemoveAsync(string service, string instance, CancellationToken cancellationToken)
    {
        using var response = await http.DeleteAsync($"services/{service}/instances/{instance}", cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The routes as soon as their revision differs from <paramref name="known"/>; the same again after half a minute without change.</summary>
    public async Task<RouteTable> RoutesAsync(long known, CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync($"routes?known={known}", SutazaiJson.Of<RouteTable>(), cancellationToken))!;

    public async Task<Page<AgentRow>> AgentsAsync(string queryString, CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync($"agents{queryString}", SutazaiJson.Of<Page<AgentRow>>(), cancellationToken))!;
}

public sealed record Lease(double Seconds);

/// <summary>One instance of a service, as it describes itself.</summary>
/// <param name="Address">Where other services reach it.</param>
/// <param name="Health">Health of those agents that are not healthy, by id.</param>
public sealed record Registration(
    Uri Address, string Version, IReadOnlyList<string> Calls, IReadOnlyList<AgentCard> Agents, IReadOnlyDictionary<string, AgentHealth> Health);

public enum AgentHealth
{
    Healthy,
    Unhealthy,
}

/// <summary>An agent in a list.</summary>
public sealed record AgentRow(
    string Id,
    string Group,
    string Purpose,
    string Class,
    string Size,
    IReadOnlyList<ToolRow> Tools,
    IReadOnlyList<string> Dependencies,
    string Version,
    AgentHealth Health);

public sealed record ToolRow(string Name, string Description);

/// <summary>Everything a client needs to know to use an agent.</summary>
/// <param name="Dependencies">Infrastructure by name; a trailing <c>?</c> says that the agent works without.</param>
public sealed record AgentCard(
    string Id,
    string Group,
    string Purpose,
    string Class,
    string Size,
    string Model,
    IReadOnlyList<ToolCard> Tools,
    IReadOnlyList<string> Dependencies,
    IReadOnlyList<string> Examples,
    string Version,
    AgentHealth Health)
{
    public AgentRow ToRow() =>
        new(Id, Group, Purpose, Class, Size, [.. Tools.Select(t => new ToolRow(t.Name, t.Description))], Dependencies, Version, Health);
}

/// <param name="Parameters">JSON Schema of the arguments object.</param>
public sealed record ToolCard(string Name, string Description, JsonElement Parameters, IReadOnlyList<ToolCardExample> Examples);

public sealed record ToolCardExample(JsonElement Arguments, JsonElement? Result);

/// <summary>Which addresses serve which service, and which service serves which agent.</summary>
public sealed record RouteTable(long Revision, IReadOnlyList<ServiceRoute> Services);

public sealed record ServiceRoute(string Name, IReadOnlyList<Uri> Addresses, IReadOnlyList<string> Agents);

/// <summary>A service and its live instances.</summary>
public sealed record ServiceRow(string Name, string Version, IReadOnlyList<string> Calls, IReadOnlyList<InstanceRow> Instances);

public sealed record InstanceRow(string Id, Uri Address, DateTimeOffset RenewedAt, DateTimeOffset ExpiresAt);

/// <summary>Agents by dependencies: <c>Rows[i].Uses[j]</c> says how agent <c>i</c> depends on <c>Dependencies[j]</c>.</summary>
public sealed record DependencyMatrix(IReadOnlyList<string> Dependencies, IReadOnlyList<DependencyMatrixRow> Rows);

public sealed record DependencyMatrixRow(string Agent, string Group, IReadOnlyList<DependencyUse> Uses);

public enum DependencyUse
{
    None,
    Optional,
    Required,
}

/// <summary>Agents that can be migrated together because they depend on much the same.</summary>
/// <param name="Similarity">Mean Jaccard similarity of the agents' dependencies to the batch's, 0 to 1.</param>
public sealed record MigrationBatch(int Number, IReadOnlyList<string> Agents, IReadOnlyList<string> Dependencies, double Similarity);

public sealed record MigrationPlan(int Size, IReadOnlyList<MigrationBatch> Batches);

public static class RegistryClientExtensions
{
    public static void AddRegistryClient(this IHostApplicationBuilder builder) =>
        builder.Services.AddHttpClient<RegistryClient>(http => http.BaseAddress = RegistryClient.BaseAddress);
}
