using System.Data.Common;

namespace Sutazai.ModelRouter.Backends;

/// <summary>
/// Where a server of a backend is: <c>Endpoint=http://host:11434</c>, <c>Endpoint=http://host/v1;Key=…;Models=a,b</c>, or only a URL; with
/// several servers of the same kind, their URLs separated by commas. Writes itself without its key.
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
    public static IReadOnlyList<BackendConnection> Read(IConfiguration configuration, string name)
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

        var models = Part(parts, "Models")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var key = Part(parts, "Key") is { Length: > 0 } given ? given : null;
        var endpoints = Part(parts, "Endpoint")?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        return endpoints is [] ? throw Wrong(name) : [.. endpoints.Select(e => new BackendConnection(Address(e) ?? throw Wrong(name), key, models)).DistinctBy(c => c.Endpoint)];
    }

    public override string ToString() => $"Endpoint={Endpoint}{(Key is null ? "" : ";Key=***")}";

    private static string? Part(DbConnectionStringBuilder parts, string name) => parts.TryGetValue(name, out var value) ? value.ToString() : null;

    private static Uri? Address(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo: "", Query: "" } ? uri : null;

    // The text may hold a key, so the message does not quote it.
    private static InvalidOperationException Wrong(string name) =>
        new($"ConnectionStrings:{name} is not understood. Expected: Endpoint=http://host:port (several separated by commas), then optionally ;Key=… and ;Models=a,b; a key belongs in Key, not in the address.");
}
