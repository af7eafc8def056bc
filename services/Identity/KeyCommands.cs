using Microsoft.EntityFrameworkCore;
using Sutazai.Clients;

namespace Sutazai.Identity;

/// <summary>
/// Keys from the command line, on the data folder itself: the first key must be made before a host that is open to the network starts.
/// </summary>
public sealed class KeyCommands : IDisposable
{
    private readonly KeyStore _keys;

    /// <param name="data">The data folder.</param>
    public KeyCommands(string data) => _keys = new KeyStore(new Factory(data), TimeProvider.System);

    /// <exception cref="ArgumentException">The request is at fault; the message says how.</exception>
    public Task<CreatedKey> CreateAsync(CreateKey request, CancellationToken cancellationToken) =>
        KeyRules.Check(request) is { } wrong ? throw new ArgumentException(wrong, nameof(request)) : _keys.CreateAsync(request, cancellationToken);

    public Task<Page<ApiKey>> ListAsync(CancellationToken cancellationToken) => _keys.ListAsync(1, int.MaxValue, cancellationToken);

    /// <returns>The ids of the keys that match; revoked where there is exactly one.</returns>
    public Task<IReadOnlyList<string>> RevokeAsync(string idOrName, CancellationToken cancellationToken) => _keys.RevokeAsync(idOrName, cancellationToken);

    public void Dispose() => _keys.Dispose();

    private sealed class Factory(string data) : IDbContextFactory<IdentityDb>
    {
        public IdentityDb CreateDbContext()
        {
            var options = new DbContextOptionsBuilder<IdentityDb>();
            IdentityDb.Configure(options, data);
            return new IdentityDb(options.Options);
        }
    }
}
