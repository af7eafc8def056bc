using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Sutazai.Clients;

namespace Sutazai.Identity;

/// <summary>API keys: random 256-bit values, shown once, stored hashed.</summary>
internal sealed class KeyStore(IDbContextFactory<IdentityDb> factory, TimeProvider clock) : IDisposable
{
    private const string Prefix = "sk-sutazai-";
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int ShownLetters = 4;

    /// <summary>43 letters of 62 carry 256 bits.</summary>
    private const int KeyLetters = 43;

    private readonly SemaphoreSlim _migrating = new(1);
    private bool _migrated;

    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public async Task<CreatedKey> CreateAsync(CreateKey request, CancellationToken cancellationToken)
    {
        var key = Prefix + RandomNumberGenerator.GetString(Letters, KeyLetters);
        var quota = request.Quota ?? new KeyQuota();
        var record = new KeyRecord
        {
            Id = "key_" + RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyz", 16),
            Name = request.Name,
            Hash = Hash(key),
            Prefix = key[..(Prefix.Length + ShownLetters)],
            Scopes = [.. request.Scopes.Distinct().Order(StringComparer.Ordinal)],
            Rate = quota.Rate,
            Burst = quota.Burst,
            Concurrency = quota.Concurrency,
            CreatedAt = clock.GetUtcNow(),
            ExpiresAt = request.ExpiresAt,
        };
        await using var db = await OpenAsync(cancellationToken);
        db.Keys.Add(record);
        await db.SaveChangesAsync(cancellationToken);
        return new(record.Id, record.Name, key, record.Scopes, quota, record.ExpiresAt);
    }

    /// <summary>Keys that are neither revoked nor expired, oldest first.</summary>
    public async Task<Page<ApiKey>> ListAsync(int page, int pageSize, CancellationToken cancellationToken)
    {
        await using var db = await OpenAsync(cancellationToken);
        var valid = Valid(db);
        var skip = (int)Math.Min((long)(page - 1) * pageSize, int.MaxValue);
        var keys = await valid.OrderBy(k => k.CreatedAt).ThenBy(k => k.Id).Skip(skip).Take(pageSize).ToListAsync(cancellationToken);
        return new([.. keys.Select(ToRow)], await valid.CountAsync(cancellationToken), page, pageSize);
    }

    /// <returns>The key, or null where no valid one has the hash.</returns>
    public async Task<ApiKey?> FindAsync(string hash, CancellationToken cancellationToken)
    {
        await using var db = await OpenAsync(cancellationToken);
        return await Valid(db).FirstOrDefaultAsync(k => k.Hash == hash, cancellationToken) is { } key ? ToRow(key) : null;
    }

    /// <param name="idOrName">The key's id, or its name where only one valid key has it.</param>
    /// <returns>The ids of the keys that match; revoked where there is exactly one.</returns>
    public async Task<IReadOnlyList<string>> RevokeAsync(string idOrName, CancellationToken cancellationToken)
    {
        await using var db = await OpenAsync(cancellationToken);
        var matches = await Valid(db).Where(k => k.Id == idOrName || k.Name == idOrName).ToListAsync(cancellationToken);
        if (matches is [var key])
        {
            key.RevokedAt = clock.GetUtcNow();
            await db.SaveChangesAsync(cancellationToken);
        }

        return [.. matches.Select(k => k.Id)];
    }

    public void Dispose() => _migrating.Dispose();

    private IQueryable<KeyRecord> Valid(IdentityDb db)
    {
        var now = clock.GetUtcNow();
        return db.Keys.Where(k => k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now));
    }

    private static ApiKey ToRow(KeyRecord key) =>
        new(key.Id, key.Name, key.Prefix, key.Scopes, new KeyQuota(key.Rate, key.Burst, key.Concurrency), key.CreatedAt, key.ExpiresAt);

    private async Task<IdentityDb> OpenAsync(CancellationToken cancellationToken)
    {
        var db = await factory.CreateDbContextAsync(cancellationToken);
        if (!_migrated)
        {
            await _migrating.WaitAsync(cancellationToken);
            try
            {
                if (!_migrated)
                {
                    await db.Database.MigrateAsync(cancellationToken);
                    _migrated = true;
                }
            }
            finally
            {
                _migrating.Release();
            }
        }

        return db;
    }
}
