using Microsoft.AspNetCore.Mvc;
using Sutazai.Clients;

namespace Sutazai.Gateway;

internal static class ArtifactRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var artifacts = routes.MapGroup("/api/artifacts").WithTags("artifacts").RequireScope(Scopes.AskAgents);
        artifacts.MapPost("", (HttpContext context, Forwarding forwarding, string? name, int? lifetimeSeconds) => forwarding.SendAsync(context, "artifacts", "/artifacts/"))
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<IFormFile>("multipart/form-data", "application/octet-stream", "*/*").Produces<ArtifactRow>(201).ProducesProblem(413)
            .WithSummary("Upload a file, streamed: a form with one file, or the file as the body.");
        artifacts.MapGet("/{id}", (HttpContext context, Forwarding forwarding, string id) => forwarding.SendAsync(context, "artifacts", $"/artifacts/{Uri.EscapeDataString(id)}"))
            .Produces(200, contentType: "application/octet-stream").ProducesProblem(404).WithSummary("Download a file, whole or by range.");
        artifacts.MapMethods("/{id}", [HttpMethods.Head], (HttpContext context, Forwarding forwarding, string id) => forwarding.SendAsync(context, "artifacts", $"/artifacts/{Uri.EscapeDataString(id)}"))
            .ExcludeFromDescription();
        artifacts.MapGet("/{id}/info", (HttpContext context, Forwarding forwarding, string id) => forwarding.SendAsync(context, "artifacts", $"/artifacts/{Uri.EscapeDataString(id)}/info"))
            .Produces<ArtifactRow>().ProducesProblem(404).WithSummary("A file's name, type, size and hash.");
        artifacts.MapDelete("/{id}", (HttpContext context, Forwarding forwarding, string id) => forwarding.SendAsync(context, "artifacts", $"/artifacts/{Uri.EscapeDataString(id)}"))
            .Produces(204).ProducesProblem(404).WithSummary("Delete a file before it expires.");
    }
}
