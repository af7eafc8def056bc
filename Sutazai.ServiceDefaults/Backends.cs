using Microsoft.Extensions.Hosting;

namespace Sutazai;

public static class Backends
{
    /// <summary>
    /// Registers the backend that <c>Backends:{name}:Provider</c> names. The first of <paramref name="providers"/> is the default,
    /// and it must need nothing outside the process.
    /// </summary>
    public static void AddBackend(
        this IHostApplicationBuilder builder,
        string name,
        params IReadOnlyList<(string Provider, Action<IHostApplicationBuilder> Add)> providers)
    {
        var chosen = builder.Configuration[$"Backends:{name}:Provider"] ?? providers[0].Provider;
        var add = providers.FirstOrDefault(p => p.Provider == chosen).Add
            ?? throw new InvalidOperationException(
                $"Backends:{name}:Provider is '{chosen}'. Known: {string.Join(", ", providers.Select(p => p.Provider))}.");
        add(builder);
    }
}
