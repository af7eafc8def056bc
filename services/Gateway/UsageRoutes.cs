using Sutazai.Clients;

namespace Sutazai.Gateway;

internal static class UsageRoutes
{
    // No scope: every caller may see what was used for them, and the router shows no more to those who may not read operations.
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/usage", (HttpContext context, Forwarding forwarding, DateTimeOffset? from, DateTimeOffset? to, string? by) =>
            forwarding.SendAsync(context, "model-router", "/model-router/usage"))
        .WithTags("operations").Produces<UsageReport>().ProducesProblem(400)
        .WithSummary("What was used of the models, by agent, caller or model: everyone's with the scope operations:read, else your own.");
}
