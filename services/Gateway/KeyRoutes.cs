using Sutazai.Clients;

namespace Sutazai.Gateway;

internal static class KeyRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/api/keys").WithTags("keys").RequireScope(Scopes.ManageKeys);
        keys.MapPost("", (HttpContext context, Forwarding forwarding) => forwarding.SendAsync(context, "identity", "/identity/keys"))
            .Accepts<CreateKey>("application/json").Produces<CreatedKey>(201).ProducesProblem(400).WithSummary("Create an API key; it is shown this once.");
        keys.MapGet("", (HttpContext context, Forwarding forwarding, int? page, int? pageSize) => forwarding.SendAsync(context, "identity", "/identity/keys"))
            .Produces<Page<ApiKey>>().WithSummary("List valid keys.");
        keys.MapDelete("/{id}", (HttpContext context, Forwarding forwarding, string id) => forwarding.SendAsync(context, "identity", $"/identity/keys/{Uri.EscapeDataString(id)}"))
            .Produces(204).ProducesProblem(404).WithSummary("Revoke a key, by id or by a name that only one key has.");
    }
}
