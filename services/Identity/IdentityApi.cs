using Microsoft.AspNetCore.Http.HttpResults;
using Sutazai.Clients;

namespace Sutazai.Identity;

internal static class IdentityApi
{
    private const int MaxPageSize = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/keys", CreateAsync);
        routes.MapGet("/keys", ListAsync);
        routes.MapDelete("/keys/{id}", RevokeAsync);
        routes.MapGet("/keys/by-hash/{hash}", FindAsync);
    }

    private static async Task<Results<Created<CreatedKey>, ProblemHttpResult>> CreateAsync(CreateKey request, KeyStore keys, CancellationToken cancellationToken)
    {
        if (KeyRules.Check(request) is { } wrong)
        {
            return Problems.Of(400, "invalid-request", wrong);
        }

        var created = await keys.CreateAsync(request, cancellationToken);
        return TypedResults.Created($"/api/keys/{created.Id}", created);
    }

    private static async Task<Results<Ok<Page<ApiKey>>, ProblemHttpResult>> ListAsync(
        KeyStore keys, CancellationToken cancellationToken, int page = 1, int pageSize = 50) =>
        page < 1 || pageSize is < 1 or > MaxPageSize
            ? Problems.Of(400, "invalid-request", $"'page' counts from 1 and 'pageSize' is 1 to {MaxPageSize}; they were {page} and {pageSize}.")
            : TypedResults.Ok(await keys.ListAsync(page, pageSize, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(string id, KeyStore keys, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(id, cancellationToken) switch
        {
            [_] => TypedResults.NoContent(),
            [] => Problems.Of(404, "unknown-key", $"There is no valid key '{Problems.Shown(id)}'."),
            var several => Problems.Of(409, "ambiguous-key", $"{several.Count} keys are named '{Problems.Shown(id)}': {string.Join(", ", several)}. Revoke by id."),
        };

    private static async Task<Results<Ok<ApiKey>, NotFound>> FindAsync(string hash, KeyStore keys, CancellationToken cancellationToken) =>
        await keys.FindAsync(hash, cancellationToken) is { } key ? TypedResults.Ok(key) : TypedResults.NotFound();
}
