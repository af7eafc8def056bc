using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sutazai.ModelRouter.Dialects;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Caching.Redis;

/// <summary>
/// Answers that several routers share. Never in a call's way: a question to Redis is given up after a tenth of a second and, after a few such, for a
/// while not asked at all; what it cannot give is a miss, and what is written to it is written beside the calls.
/// </summary>
internal sealed partial class RedisAnswers(ConfigurationOptions connection, IOptions<ModelRouterOptions> options, TimeProvider time, ILogger<RedisAnswers> logger) : IAsyncDisposable
{
    /// <summary>Of an answer as it is written; larger ones are kept in memory alone.</summary>
    internal const int MaxBytes = 1 << 20;

    /// <summary>Answers being written; another one is not.</summary>
    private const int MostWrites = 32;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    private readonly TimeSpan _expiry = options.Value.CacheExpiry;
    private readonly CircuitBreaker _breaker = new(time, failures: 3, pause: TimeSpan.FromSeconds(10));
    private readonly Lock _lock = new();
    private Task<ConnectionMultiplexer>? _connecting;
    private int _writes;

    /// <summary>Reads the connection string now, so that a wrong one stops the start.</summary>
    public static ConfigurationOptions Read(IConfiguration configuration)
    {
        var text = configuration.GetConnectionString("redis");
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidOperationException("ConnectionStrings:redis is not set, and Backends:answers:Provider is 'redis'. Expected: host:port, then optionally ,password=… and ,ssl=true.");
        }

        try
        {
            var connection = ConfigurationOptions.Parse(text);
            connection.AbortOnConnectFail = false;
            connection.BacklogPolicy = BacklogPolicy.FailFast;
            connection.ConnectTimeout = 1000;
            connection.AsyncTimeout = 1000;
            return connection.EndPoints.Count > 0 ? connection : throw new ArgumentException("no host");
        }
        catch (ArgumentException)
        {
            // The text may hold a password, so the message does not quote it.
            throw new InvalidOperationException("ConnectionStrings:redis is not understood. Expected: host:port, then optionally ,password=… and ,ssl=true.");
        }
    }

    public async Task<SharedAnswer<T>?> FindAsync<T>(AnswerKey key, Func<IReadOnlyList<T>, bool> isWhole, CancellationToken cancellationToken)
        where T : class
    {
        if (!_breaker.TryEnter(out _))
        {
            return null;
        }

        try
        {
            var value = await ReadAsync(key).WaitAsync(s_patience, time, cancellationToken);
            _breaker.Succeeded();
            return value.IsNullOrEmpty ? null : Answer(value, isWhole);
        }
        catch (OperationCanceledException)
        {
            _breaker.Abandoned();
            throw;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            Failed(e);
            return null;
        }
    }

    public void Fill<T>(AnswerKey key, IReadOnlyList<T> pieces)
        where T : class
    {
        if (Volatile.Read(ref _writes) < MostWrites && !_breaker.Refuses(out _))
        {
            _ = FillAsync(key, pieces);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connecting is { IsCompletedSuccessfully: true } connected)
        {
            // Nothing is waited for: what is not written by now is made again.
            await (await connected).CloseAsync(allowCommandsToComplete: false);
        }
    }

    private async Task FillAsync<T>(AnswerKey key, IReadOnlyList<T> pieces)
        where T : class
    {
        Interlocked.Increment(ref _writes);
        try
        {
            await Task.Yield();
            var value = JsonWriting.Bytes(new DatedAnswer<T>(time.GetUtcNow(), pieces), AnswerJson.Of<DatedAnswer<T>>());
            if (value.Length <= MaxBytes)
            {
                var connected = await ConnectAsync();
                await connected.GetDatabase().StringSetAsync(Name(key), value, _expiry).WaitAsync(TimeSpan.FromSeconds(1), time);
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException or JsonException or InvalidOperationException or ArgumentException)
        {
            Log.NotWritten(logger, e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _writes);
        }
    }

    // Not more than may have been written, whatever stands there.
    private async Task<RedisValue> ReadAsync(AnswerKey key) => await (await ConnectAsync()).GetDatabase().StringGetRangeAsync(Name(key), 0, MaxBytes);

    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        lock (_lock)
        {
            return _connecting is null or { IsFaulted: true } ? _connecting = ConnectionMultiplexer.ConnectAsync(connection) : _connecting;
        }
    }

    private SharedAnswer<T>? Answer<T>(RedisValue value, Func<IReadOnlyList<T>, bool> isWhole)
        where T : class
    {
        try
        {
            if (JsonSerializer.Deserialize((byte[])value!, AnswerJson.Of<DatedAnswer<T>>()) is not { Pieces.Count: > 0 } written || written.Pieces.Contains(null!) || !isWhole(written.Pieces))
            {
                return null;
            }

            var age = time.GetUtcNow() - written.Made;
            return age < _expiry ? new SharedAnswer<T>(written.Pieces, age > TimeSpan.Zero ? age : TimeSpan.Zero) : null;
        }
        catch (JsonException e)
        {
            Log.NotUnderstood(logger, e.Message);
            return null;
        }
    }

    private void Failed(Exception e)
    {
        _breaker.Failed();
        if (_breaker.State == CircuitState.Open)
        {
            Log.NotAsked(logger, e.Message);
        }
    }

    // With the version of what is written there.
    private static string Name(AnswerKey key) => $"sutazai:answer:2:{key.High:x32}{key.Low:x32}";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is not asked for answers for a while: {Reason}")]
        public static partial void NotAsked(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "An answer was not written to Redis: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Redis holds something else than an answer, which is made again: {Reason}")]
        public static partial void NotUnderstood(ILogger logger, string reason);
    }
}

/// <param name="Age">For how long it has been kept.</param>
internal sealed record SharedAnswer<T>(IReadOnlyList<T> Pieces, TimeSpan Age)
    where T : class;
