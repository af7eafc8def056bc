using Microsoft.AspNetCore.Http.HttpResults;
using Sutazai.Clients;

namespace Sutazai.Registry;

internal static class RegistryApi
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 500;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/services", (ServiceTable table) => table.Current.Services.Select(ToRow));
        routes.MapPut("/services/{service}/instances/{instance}", Register);
        routes.MapDelete("/services/{service}/instances/{instance}", Remove);
        routes.MapGet("/routes", RoutesAsync);
        routes.MapGet("/agents", List);
        routes.MapGet("/agents/{id}", Find);
        routes.MapGet("/agents/dependencies", Dependencies);
        routes.MapGet("/agents/migration-batches", Plan);
    }

    private static async Task<RouteTable> RoutesAsync(long known, ServiceTable table, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        // Who waits for news does not hold up the end of the process.
        using var stopping = lifetime.Stopping(cancellationToken);
        return await table.RoutesAsync(known, s_patience, stopping.Token);
    }

    private static Lease Register(string service, string instance, Registration registration, ServiceTable table) =>
        new(table.Register(service, instance, registration).TotalSeconds);

    private static Results<NoContent, NotFound> Remove(string service, string instance, ServiceTable table) =>
        table.Remove(service, instance) ? TypedResults.NoContent() : TypedResults.NotFound();

    private static Results<Ok<Page<AgentRow>>, ProblemHttpResult> List(
        ServiceTable table, string? query = null, string? group = null, string? @class = null, int page = 1, int pageSize = DefaultPageSize)
    {
        if (page < 1 || pageSize is < 1 or > MaxPageSize)
        {
            return Problems.Of(400, "invalid-request", $"'page' counts from 1 and 'pageSize' is 1 to {MaxPageSize}; they were {page} and {pageSize}.");
        }

        var found = AgentSearch.Find(table.Current.Agents, query, group, @class);
        var skip = (long)(page - 1) * pageSize;
        return TypedResults.Ok(new Page<AgentRow>(
            skip > found.Count ? [] : [.. found.Skip((int)skip).Take(pageSize).Select(a => a.ToRow())], found.Count, page, pageSize));
    }

    private static Results<Ok<AgentCard>, ProblemHttpResult> Find(string id, ServiceTable table)
    {
        var agents = table.Current.Agents;
        return agents.FirstOrDefault(a => a.Id == id) is { } agent
            ? TypedResults.Ok(agent)
            : Problems.Of(404, "unknown-agent", $"There is no agent '{Problems.Shown(id)}'.{NearNames.DidYouMean(id, agents.Select(a => a.Id))} GET /api/agents lists them.");
    }

    private static IResult Dependencies(HttpRequest request, ServiceTable table, string? format = null)
    {
        if (format is not (null or "csv" or "json"))
        {
            return Problems.Of(400, "invalid-request", $"'format' is json or csv; it was '{Problems.Shown(format)}'.");
        }

        var matrix = DependencyAnalysis.Matrix(table.Current.Agents);
        var csv = format == "csv" || (format is null && request.GetTypedHeaders().Accept.Any(a => a.MediaType == "text/csv"));
        return csv ? TypedResults.Text(DependencyAnalysis.ToCsv(matrix), "text/csv; charset=utf-8") : TypedResults.Ok(matrix);
    }

    private static Results<Ok<MigrationPlan>, ProblemHttpResult> Plan(ServiceTable table, int size = 10) => size is < 1 or > 1000
        ? Problems.Of(400, "invalid-request", $"'size' is the largest number of agents in a batch, 1 to 1000; it was {size}.")
        : TypedResults.Ok(new MigrationPlan(size, DependencyAnalysis.Batches(table.Current.Agents, size)));

    private static ServiceRow ToRow(ServiceTable.ServiceState state)
    {
        var newest = state.Instances.MaxBy(i => i.RenewedAt)!.Registration;
        return new(state.Name, newest.Version, newest.Calls, [.. state.Instances.Select(i => new InstanceRow(i.Id, i.Registration.Address, i.RenewedAt, i.ExpiresAt))]);
    }
}
