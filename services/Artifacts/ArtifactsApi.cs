using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Sutazai.Clients;
using ContentDispositionHeaderValue = Microsoft.Net.Http.Headers.ContentDispositionHeaderValue;
using EntityTagHeaderValue = Microsoft.Net.Http.Headers.EntityTagHeaderValue;
using MediaTypeHeaderValue = Microsoft.Net.Http.Headers.MediaTypeHeaderValue;

namespace Sutazai.Artifacts;

internal static class ArtifactsApi
{
    private const int MaxNameLength = 255;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/", UploadAsync).WithMetadata(new DisableRequestSizeLimitAttribute());
        routes.MapGet("/{id}", DownloadAsync);
        routes.MapMethods("/{id}", [HttpMethods.Head], DownloadAsync);
        routes.MapGet("/{id}/info", InfoAsync);
        routes.MapDelete("/{id}", DeleteAsync);
    }

    /// <summary>Takes <c>multipart/form-data</c> with one file, or the file itself as the body with <c>?name=</c>.</summary>
    private static async Task<Results<Created<ArtifactRow>, ProblemHttpResult>> UploadAsync(
        HttpContext context, ArtifactFolder folder, CancellationToken cancellationToken, string? name = null, int? lifetimeSeconds = null)
    {
        if (lifetimeSeconds is < 1)
        {
            return Problems.Of(400, "invalid-request", $"'lifetimeSeconds' is a positive number of seconds; it was {lifetimeSeconds}.");
        }

        try
        {
            var lifetime = lifetimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
            var owner = Caller.Known(context).Subject;
            var row = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
                ? await FromFormAsync(context.Request, type, (file, content) => folder.AddAsync(Clean(name ?? file), content, owner, lifetime, cancellationToken), cancellationToken)
                : await folder.AddAsync(Clean(name), context.Request.Body, owner, lifetime, cancellationToken);
            return row is null
                ? Problems.Of(400, "invalid-request", "The form holds no file. Send one part with a file name, as in: curl -F file=@data.csv …/api/artifacts")
                : TypedResults.Created($"/api/artifacts/{row.Id}", row);
        }
        catch (ArtifactTooLargeException e)
        {
            return Problems.Of(413, "too-large", e.Message);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException || (e is IOException && !cancellationToken.IsCancellationRequested))
        {
            return Problems.Of((e as BadHttpRequestException)?.StatusCode ?? 400, "incomplete-upload", $"The upload did not arrive whole, and nothing of it was kept: {e.Message}");
        }
    }

    private static async Task<ArtifactRow?> FromFormAsync(
        HttpRequest request, MediaTypeHeaderValue type, Func<string?, Stream, Task<ArtifactRow>> add, CancellationToken cancellationToken)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200)
        {
            throw new InvalidDataException("the content type names no boundary");
        }

        var reader = new MultipartReader(boundary, request.Body, bufferSize: 1 << 16);
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                && (disposition.FileName.HasValue || disposition.FileNameStar.HasValue))
            {
                var row = await add(HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value, section.Body);
                await request.Body.CopyToAsync(Stream.Null, cancellationToken);
                return row;
            }
        }

        return null;
    }

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> DownloadAsync(
        string id, HttpContext context, ArtifactFolder folder, CancellationToken cancellationToken)
    {
        if (await folder.FindAsync(id, Caller.Known(context).Subject, cancellationToken) is not { } row)
        {
            return NotFound(id);
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.PhysicalFile(
            folder.PathOf(row), row.MediaType, row.Name, row.CreatedAt, new EntityTagHeaderValue($"\"{row.Sha256}\""), enableRangeProcessing: true);
    }

    private static async Task<Results<Ok<ArtifactRow>, ProblemHttpResult>> InfoAsync(
        string id, HttpContext context, ArtifactFolder folder, CancellationToken cancellationToken) =>
        await folder.FindAsync(id, Caller.Known(context).Subject, cancellationToken) is { } row ? TypedResults.Ok(row) : NotFound(id);

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string id, HttpContext context, ArtifactFolder folder, CancellationToken cancellationToken)
    {
        if (await folder.FindAsync(id, Caller.Known(context).Subject, cancellationToken) is null)
        {
            return NotFound(id);
        }

        folder.Remove(id);
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult NotFound(string id) =>
        Problems.Of(404, "unknown-artifact", $"There is no artifact '{Problems.Shown(id)}', or it has expired.");

    /// <summary>The last part of what may be a path, without control characters.</summary>
    private static string Clean(string? name)
    {
        var last = name?.Split('/', '\\')[^1] ?? "";
        var clean = string.Concat(last.Where(c => !char.IsControl(c))).Trim();
        return clean switch
        {
            "" or "." or ".." => "upload.bin",
            { Length: > MaxNameLength } => clean[^(char.IsLowSurrogate(clean[^MaxNameLength]) ? MaxNameLength - 1 : MaxNameLength)..],
            _ => clean,
        };
    }
}
