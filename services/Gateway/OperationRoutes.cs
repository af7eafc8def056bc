using Sutazai.Clients;

namespace Sutazai.Gateway;

/// <summary>What the models are busy with, and what was used of them.</summary>
internal static class OperationRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var operations = routes.MapGroup("/api").WithTags("operations");
        operations.MapGet("/queue", (HttpContext context, Forwarding forwarding) => forwarding.SendAsync(context, "model-router", "/model-router/queue"))
            .RequireScope(Scopes.ReadOperations).Produces<QueueReport>().WithSummary("What is under way at the models, and who waits for them.");

        // No scope: every caller may see what was used for them, and the router shows no more to those who may not read operations.
        operations.MapGet("/usage", (HttpContext context, Forwarding forwarding, DateTimeOffset? from, DateTimeOffset? to, string? by) =>
                forwarding.SendAsync(context, "model-router", "/model-router/usage"))
            .Produces<UsageReport>().ProducesProblem(400)
            .WithSummary("What was used of the models, by agent, caller or model: everyone's with the scope operations:read, else your own.");
    }
}
