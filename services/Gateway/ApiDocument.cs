namespace Sutazai.Gateway;

/// <summary>The public API's description at <c>/openapi/v1.json</c> and a page to try it at <c>/docs</c>, both from the routes themselves.</summary>
internal static class ApiDocument
{
    public static void AddApiDocument(this IHostApplicationBuilder builder) => builder.Services.AddOpenApi("v1", options =>
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Sutazai";
            document.Info.Version = SutazaiApp.Version;
            document.Info.Description = "Private AI agents on one CPU-only machine. Errors are RFC 9457 problem details; on /v1 and Ollama routes they have the shape those clients expect.";
            return Task.CompletedTask;
        }));

    public static void MapApiDocument(this IEndpointRouteBuilder routes) => routes.MapOpenApi().WithMetadata(new OpenToAll());

    public static void UseApiPage(this IApplicationBuilder app) => app.UseSwaggerUI(options =>
    {
        options.RoutePrefix = "docs";
        options.DocumentTitle = "Sutazai API";
        options.SwaggerEndpoint("/openapi/v1.json", "Sutazai");
    });
}
