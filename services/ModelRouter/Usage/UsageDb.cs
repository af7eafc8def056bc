using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Sutazai.ModelRouter.Usage;

/// <summary>The ledger's table, the same in SQLite and PostgreSQL.</summary>
internal sealed class UsageDb(DbContextOptions<UsageDb> options) : DbContext(options)
{
    public DbSet<UsageRecord> Usage => Set<UsageRecord>();

    public static void AddSqlite(IHostApplicationBuilder builder) => builder.Services.AddDbContextFactory<UsageDb>((services, options) =>
    {
        var folder = Directory.CreateDirectory(Path.Combine(services.GetRequiredService<IConfiguration>()["data"]!, "model-router"));
        options.UseSqlite($"Data Source={Path.Combine(folder.FullName, "usage.db")};Pooling=True;Default Timeout=10");
        LogOnce(options);
    });

    /// <summary>Reads the connection string now, so that a wrong one stops the start.</summary>
    public static void AddPostgres(IHostApplicationBuilder builder)
    {
        var connection = ReadConnection(builder.Configuration);
        // Other services may have tables in the same database.
        builder.Services.AddDbContextFactory<UsageDb>(options => LogOnce(options.UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable("UsageMigrations"))));
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.Entity<UsageRecord>().HasKey(r => new { r.Hour, r.Caller, r.Agent, r.Model });

    // Whoever uses the store says what failed; and at the first start on PostgreSQL a command fails because there is no table yet.
    private static void LogOnce(DbContextOptionsBuilder options) => options.ConfigureWarnings(w => w.Log(
        (RelationalEventId.CommandError, LogLevel.Debug), (RelationalEventId.ConnectionError, LogLevel.Debug), (CoreEventId.QueryIterationFailed, LogLevel.Debug)));

    private static string ReadConnection(IConfiguration configuration)
    {
        const string Expected = "Expected: Host=…;Username=…;Password=…;Database=….";
        try
        {
            return configuration.GetConnectionString("postgres") is { Length: > 0 } text
                ? new NpgsqlConnectionStringBuilder(text).ConnectionString
                : throw new InvalidOperationException($"ConnectionStrings:postgres is not set, and Backends:usage:Provider is 'postgres'. {Expected}");
        }
        catch (ArgumentException)
        {
            // The text holds a password, so the message does not quote it.
            throw new InvalidOperationException($"ConnectionStrings:postgres is not understood. {Expected}");
        }
    }
}

/// <summary>What one agent used of one model for one caller within one hour.</summary>
internal sealed class UsageRecord
{
    /// <summary>When the hour began, in seconds since 1970.</summary>
    public required long Hour { get; init; }

    public required string Caller { get; init; }

    /// <summary>Empty where the caller asked without one.</summary>
    public required string Agent { get; init; }

    public required string Model { get; init; }

    /// <summary>Calls that the model answered.</summary>
    public long Calls { get; set; }

    public long PromptTokens { get; set; }

    public long CompletionTokens { get; set; }

    /// <summary>What the backend measured of reading prompts and answering.</summary>
    public double CpuSeconds { get; set; }

    /// <summary>Calls that ended without an answer: refused, failed or abandoned.</summary>
    public long FailedCalls { get; set; }

    /// <summary>From the beginning of work on those to their end.</summary>
    public double WastedSeconds { get; set; }

    /// <summary>Calls that got an answer made for another.</summary>
    public long SavedCalls { get; set; }

    public double SavedSeconds { get; set; }

    public void Add(UsageRecord other)
    {
        Calls += other.Calls;
        PromptTokens += other.PromptTokens;
        CompletionTokens += other.CompletionTokens;
        CpuSeconds += other.CpuSeconds;
        FailedCalls += other.FailedCalls;
        WastedSeconds += other.WastedSeconds;
        SavedCalls += other.SavedCalls;
        SavedSeconds += other.SavedSeconds;
    }
}
