using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Sutazai.Clients;

/// <summary>Uploaded and produced files, as their owner sees them.</summary>
public sealed class ArtifactsClient(HttpClient http)
{
    /// <returns>The artifact's row, or null where the caller has none of that id.</returns>
    public async Task<ArtifactRow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"{Uri.EscapeDataString(id)}/info", cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(SutazaiJson.Of<ArtifactRow>(), cancellationToken);
    }

    /// <summary>The content, streamed; the caller disposes of it.</summary>
    public async Task<Stream> OpenAsync(string id, CancellationToken cancellationToken)
    {
        var response = await http.GetAsync($"{Uri.EscapeDataString(id)}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }
}

/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record ArtifactRow(string Id, string Name, string MediaType, long Size, string Sha256, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

public static class ArtifactsClientExtensions
{
    public static void AddArtifactsClient(this IHostApplicationBuilder builder) =>
        builder.Services.AddHttpClient<ArtifactsClient>(http => http.BaseAddress = new Uri("http://artifacts/artifacts/"));
}
