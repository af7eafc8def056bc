using System.Text.Json;

namespace Sutazai.Testing.OllamaSimulator.Api;

/// <summary>The simulator's own routes, by which another process switches faults and reads what was received.</summary>
internal sealed class SimulatorApi(RequestLog log, FaultSwitches faults)
{
    public const string Prefix = "/simulator";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Prefix + "/requests", () => Results.Json(log, SimulatorJson.Options));
        routes.MapDelete(Prefix + "/requests", log.Clear);
        routes.MapGet(Prefix + "/faults", () => Results.Json(faults.Active, SimulatorJson.Options));
        routes.MapDelete(Prefix + "/faults", () => faults.Set());
        routes.MapPut(Prefix + "/faults", PutFaultsAsync);
    }

    private async Task<IResult> PutFaultsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            faults.Set(await JsonSerializer.DeserializeAsync<Fault[]>(request.Body, SimulatorJson.Options, cancellationToken) ?? []);
            return Results.Json(faults.Active, SimulatorJson.Options);
        }
        catch (JsonException exception)
        {
            var example = $"expected a list such as [{{\"kind\":\"stall\",\"when\":{{\"model\":\"llama3.2:1b\"}},\"times\":1,\"afterTokens\":3,\"delay\":\"2s\"}}]";
            var kinds = string.Join(", ", Enum.GetNames<FaultKind>().Select(JsonNamingPolicy.CamelCase.ConvertName));
            return Results.Json(new { error = $"{exception.Message}; {example}; kinds: {kinds}" }, SimulatorJson.Options, statusCode: 400);
        }
    }
}
