using System.Data.Common;

namespace Sutazai.ModelRouter.Backends;

/// <summary>
/// Where a backend is: <c>Endpoint=http://host:11434</c>, <c>Endpoint=http://host/v1;Key=…;Models=a,b</c>, or only a URL.
/// Writes itself without its key.
/// </summary>
internal sealed class BackendConnection
{
    private BackendConnection(Uri endpoint, string? key, IReadOnlyList<string> models) => (Endpoint, Key, Models) = (endpoint, key, models);

    /// <summary>Ends with a slash, so that paths are relative to it.</summary>
    public Uri Endpoint { get; }

    public string? Key { get; }

    /// <summary>The models there are, for a server that does not list them.</summary>
    public IReadOnlyList<string> Models { get; }

    /// <param name="name">Name of the connection string.</param>
    public static BackendConnection Read(IConfiguration configuration, string name)
    {
        var text = configuration.GetConnectionString(name);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidOperationException($"ConnectionStrings:{name} is not set, and Backends:models:Provider is '{name}'. Expected: Endpoint=http://host:port.");
        }

        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = text.Contains('=', StringComparison.Ordinal) && !text.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? text : "Endpoint=" + text;
        }
        catch (ArgumentException)
        {
            throw Wrong(name);
        }

        var endpoint = Part(parts, "Endpoint");
        if (!Uri.TryCreate(endpoint?.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.Query.Length > 0)
        {
            throw Wrong(name);
        }

        var models = Part(parts, "Models")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        return new BackendConnection(uri, Part(parts, "Key") is { Length: > 0 } key ? key : null, models);
    }

    public override string ToString() => $"Endpoint={Endpoint}{(Key is null ? "" : ";Key=***")}";

    private static string? Part(DbConnectionStringBuilder parts, string name) => parts.TryGetValue(name, out var value) ? value.ToString() : null;

    // The text may hold a key, so the message does not quote it.
    private static InvalidOperationException Wrong(string name) =>
        new($"ConnectionStrings:{name} is not understood. Expected: Endpoint=http://host:port, then optionally ;Key=… and ;Models=a,b; a key belongs in Key, not in the address.");
}
