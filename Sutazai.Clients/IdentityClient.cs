using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Sutazai.Clients;

/// <summary>API keys.</summary>
public sealed class IdentityClient(HttpClient http)
{
    /// <param name="hash">Lower-case hexadecimal SHA-256 of the key.</param>
    /// <returns>The key's row, or null where no valid key has that hash.</returns>
    public async Task<ApiKey?> FindAsync(string hash, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"keys/by-hash/{hash}", cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(SutazaiJson.Of<ApiKey>(), cancellationToken);
    }

    public async Task<bool> AnyKeyAsync(CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync("keys?pageSize=1", SutazaiJson.Of<Page<ApiKey>>(), cancellationToken))!.Total > 0;
}

/// <summary>What a key may do, without the key itself.</summary>
/// <param name="Prefix">The key's first characters, to tell keys apart.</param>
public sealed record ApiKey(
    string Id, string Name, string Prefix, IReadOnlyList<string> Scopes, KeyQuota Quota, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>Limits of one key, for each agent and for everything else together.</summary>
/// <param name="Rate">Requests per second.</param>
/// <param name="Burst">Requests that may come at once.</param>
/// <param name="Concurrency">Requests under way at a time.</param>
public sealed record KeyQuota(double Rate = 10, int Burst = 20, int Concurrency = 5);

public sealed record CreateKey(string Name, IReadOnlyList<string> Scopes, KeyQuota? Quota = null, DateTimeOffset? ExpiresAt = null);

/// <param name="Key">The key itself; shown this once.</param>
public sealed record CreatedKey(string Id, string Name, string Key, IReadOnlyList<string> Scopes, KeyQuota Quota, DateTimeOffset? ExpiresAt);

/// <summary>What a caller may do. A key holds some of these; whatever is not granted is denied.</summary>
public static class Scopes
{
    /// <summary>List agents and read their cards.</summary>
    public const string ReadAgents = "agents:read";

    /// <summary>Ask agents and call tools; includes <see cref="ReadAgents"/> and the caller's own artifacts.</summary>
    public const string AskAgents = "agents:ask";

    /// <summary>Call models directly.</summary>
    public const string UseModels = "models:use";

    /// <summary>Create, list and revoke keys.</summary>
    public const string ManageKeys = "keys:manage";

    /// <summary>Read metrics and the services' state.</summary>
    public const string ReadOperations = "operations:read";

    public static IReadOnlyList<string> All { get; } = [AskAgents, ReadAgents, ManageKeys, UseModels, ReadOperations];

    /// <summary>Whether holding <paramref name="held"/> allows what <paramref name="wanted"/> allows.</summary>
    public static bool Allow(IReadOnlyList<string> held, string wanted)
    {
        for (var i = 0; i < held.Count; i++)
        {
            if (held[i] == wanted || (wanted == ReadAgents && held[i] == AskAgents))
            {
                return true;
            }
        }

        return false;
    }
}

public static class IdentityClientExtensions
{
    public static void AddIdentityClient(this IHostApplicationBuilder builder) =>
        builder.Services.AddHttpClient<IdentityClient>(http => http.BaseAddress = new Uri("http://identity/identity/"));
}
