using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Sutazai.Identity;

internal sealed class IdentityDb(DbContextOptions<IdentityDb> options) : DbContext(options)
{
    public DbSet<KeyRecord> Keys => Set<KeyRecord>();

    /// <param name="data">The data folder.</param>
    public static void Configure(DbContextOptionsBuilder options, string data)
    {
        var folder = Directory.CreateDirectory(Path.Combine(data, "identity"));
        options.UseSqlite($"Data Source={Path.Combine(folder.FullName, "identity.db")};Pooling=True;Default Timeout=10");
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var key = modelBuilder.Entity<KeyRecord>();
        key.HasKey(k => k.Id);
        key.HasIndex(k => k.Hash).IsUnique();
        key.Property(k => k.Scopes).HasConversion(
            scopes => string.Join(' ', scopes), text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries), new ArrayStructuralComparer<string>());
        foreach (var time in new[] { nameof(KeyRecord.CreatedAt), nameof(KeyRecord.ExpiresAt), nameof(KeyRecord.RevokedAt) })
        {
            // SQLite cannot compare its text form of DateTimeOffset.
            key.Property(time).HasConversion(new DateTimeOffsetToBinaryConverter());
        }
    }
}

/// <summary>A key as it is stored: its hash, never itself. A revoked key stays, as the record of what was.</summary>
internal sealed class KeyRecord
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256. The key has 256 random bits, so neither salt nor a slow hash would add anything.</summary>
    public required string Hash { get; init; }

    public required string Prefix { get; init; }

    public required string[] Scopes { get; init; }

    public required double Rate { get; init; }

    public required int Burst { get; init; }

    public required int Concurrency { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}
