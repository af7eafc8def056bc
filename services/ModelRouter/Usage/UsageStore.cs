using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Sutazai.ModelRouter.Usage;

/// <summary>
/// The ledger's table, with the same statements in SQLite and PostgreSQL. They are few and go straight to the provider: a mapper would make code
/// while it runs, which a program that was compiled ahead of time cannot.
/// </summary>
internal sealed class UsageStore(DbDataSource source, string prepare) : IAsyncDisposable
{
    private const string Table = """
        CREATE TABLE IF NOT EXISTS "Usage" (
            "Hour" BIGINT NOT NULL, "Caller" TEXT NOT NULL, "Agent" TEXT NOT NULL, "Model" TEXT NOT NULL,
            "Calls" BIGINT NOT NULL, "PromptTokens" BIGINT NOT NULL, "CompletionTokens" BIGINT NOT NULL, "CpuSeconds" DOUBLE PRECISION NOT NULL,
            "FailedCalls" BIGINT NOT NULL, "WastedSeconds" DOUBLE PRECISION NOT NULL, "SavedCalls" BIGINT NOT NULL, "SavedSeconds" DOUBLE PRECISION NOT NULL,
            PRIMARY KEY ("Hour", "Caller", "Agent", "Model"))
        """;

    // Differences, not totals: two routers may count in one store.
    private const string Add = """
        INSERT INTO "Usage" ("Hour", "Caller", "Agent", "Model", "Calls", "PromptTokens", "CompletionTokens", "CpuSeconds", "FailedCalls", "WastedSeconds", "SavedCalls", "SavedSeconds")
        VALUES (@hour, @caller, @agent, @model, @calls, @promptTokens, @completionTokens, @cpuSeconds, @failedCalls, @wastedSeconds, @savedCalls, @savedSeconds)
        ON CONFLICT ("Hour", "Caller", "Agent", "Model") DO UPDATE SET
            "Calls" = "Usage"."Calls" + excluded."Calls",
            "PromptTokens" = "Usage"."PromptTokens" + excluded."PromptTokens",
            "CompletionTokens" = "Usage"."CompletionTokens" + excluded."CompletionTokens",
            "CpuSeconds" = "Usage"."CpuSeconds" + excluded."CpuSeconds",
            "FailedCalls" = "Usage"."FailedCalls" + excluded."FailedCalls",
            "WastedSeconds" = "Usage"."WastedSeconds" + excluded."WastedSeconds",
            "SavedCalls" = "Usage"."SavedCalls" + excluded."SavedCalls",
            "SavedSeconds" = "Usage"."SavedSeconds" + excluded."SavedSeconds"
        """;

    private const string Read = """
        SELECT "Hour", "Caller", "Agent", "Model", "Calls", "PromptTokens", "CompletionTokens", "CpuSeconds", "FailedCalls", "WastedSeconds", "SavedCalls", "SavedSeconds"
        FROM "Usage" WHERE "Hour" >= @first
        """;

    // PostgreSQL adds whole numbers up to one without bounds.
    private const string Sum = """
        SELECT CAST(@first AS BIGINT), "Caller", "Agent", "Model", CAST(SUM("Calls") AS BIGINT), CAST(SUM("PromptTokens") AS BIGINT), CAST(SUM("CompletionTokens") AS BIGINT), SUM("CpuSeconds"),
            CAST(SUM("FailedCalls") AS BIGINT), SUM("WastedSeconds"), CAST(SUM("SavedCalls") AS BIGINT), SUM("SavedSeconds")
        FROM "Usage" WHERE "Hour" >= @first AND "Hour" < @end AND (@all OR "Caller" = @caller)
        GROUP BY "Caller", "Agent", "Model"
        """;

    private const string Drop = """DELETE FROM "Usage" WHERE "Hour" < @first""";

    private volatile bool _prepared;

    /// <summary>Whether the store was ever needed.</summary>
    public bool IsOpen => _prepared;

    public static void AddSqlite(IHostApplicationBuilder builder) => builder.Services.AddSingleton(services =>
    {
        var folder = Directory.CreateDirectory(Path.Combine(services.GetRequiredService<IConfiguration>()["data"]!, "model-router"));
        // Readers and the writer do not wait for one another with a log ahead of the file.
        return new UsageStore(
            SqliteFactory.Instance.CreateDataSource($"Data Source={Path.Combine(folder.FullName, "usage.db")};Pooling=True;Default Timeout=10"), $"PRAGMA journal_mode = 'wal'; {Table}");
    });

    /// <summary>Reads the connection string now, so that a wrong one stops the start.</summary>
    public static void AddPostgres(IHostApplicationBuilder builder)
    {
        var connection = ReadConnection(builder.Configuration);
        // Two at once would both find no table; the number is this table's own.
        builder.Services.AddSingleton(_ => new UsageStore(NpgsqlDataSource.Create(connection), $"BEGIN; SELECT pg_advisory_xact_lock(7823400159214); {Table}; COMMIT"));
    }

    public async Task AddAsync(IEnumerable<UsageRecord> records)
    {
        await using var connection = await OpenAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = Command(connection, Add);
        command.Transaction = transaction;
        foreach (var r in records)
        {
            command.Parameters.Clear();
            Set(command, ("hour", r.Hour), ("caller", r.Caller), ("agent", r.Agent), ("model", r.Model));
            Set(command, ("calls", r.Calls), ("promptTokens", r.PromptTokens), ("completionTokens", r.CompletionTokens), ("cpuSeconds", r.CpuSeconds));
            Set(command, ("failedCalls", r.FailedCalls), ("wastedSeconds", r.WastedSeconds), ("savedCalls", r.SavedCalls), ("savedSeconds", r.SavedSeconds));
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    /// <summary>All records from an hour on.</summary>
    /// <param name="first">In seconds since 1970.</param>
    public Task<IReadOnlyList<UsageRecord>> ReadAsync(long first, CancellationToken cancellationToken) => ReadAsync(Read, [("first", first)], cancellationToken);

    /// <summary>Each account's use over some hours, as of the first of them.</summary>
    /// <param name="first">In seconds since 1970.</param>
    /// <param name="end">The first hour that does not count.</param>
    /// <param name="caller">The only caller to look at, or null for all.</param>
    public Task<IReadOnlyList<UsageRecord>> SumAsync(long first, long end, string? caller, CancellationToken cancellationToken) =>
        ReadAsync(Sum, [("first", first), ("end", end), ("all", caller is null), ("caller", caller ?? "")], cancellationToken);

    /// <summary>Removes what is of hours before one.</summary>
    /// <param name="first">In seconds since 1970.</param>
    public async Task DropAsync(long first, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = Command(connection, Drop, ("first", first));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<IReadOnlyList<UsageRecord>> ReadAsync(string sql, (string Name, object Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = Command(connection, sql, parameters);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<UsageRecord> records = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            records.Add(new UsageRecord
            {
                Hour = rows.GetInt64(0),
                Caller = rows.GetString(1),
                Agent = rows.GetString(2),
                Model = rows.GetString(3),
                Calls = rows.GetInt64(4),
                PromptTokens = rows.GetInt64(5),
                CompletionTokens = rows.GetInt64(6),
                CpuSeconds = rows.GetDouble(7),
                FailedCalls = rows.GetInt64(8),
                WastedSeconds = rows.GetDouble(9),
                SavedCalls = rows.GetInt64(10),
                SavedSeconds = rows.GetDouble(11),
            });
        }

        return records;
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        if (_prepared)
        {
            return connection;
        }

        try
        {
            await using var command = Command(connection, prepare);
            await command.ExecuteNonQueryAsync(cancellationToken);
            _prepared = true;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static DbCommand Command(DbConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        Set(command, parameters);
        return command;
    }

    private static void Set(DbCommand command, params (string Name, object Value)[] parameters)
    {
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

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
