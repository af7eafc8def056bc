using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.Clients;

namespace Sutazai.Artifacts;

/// <summary>
/// Artifacts in the data folder: <c>blobs/ab/abcd…</c> by SHA-256, so equal files are stored once, and <c>index/{id}.json</c> for each upload.
/// An upload is written to <c>incoming</c> and moved when it is whole, so that a crash leaves no half of one.
/// </summary>
internal sealed class ArtifactFolder : IDisposable
{
    private const string IdLetters = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int IdLength = 26;

    private readonly string _blobs;
    private readonly string _index;
    private readonly string _incoming;
    private readonly ArtifactsOptions _options;
    private readonly TimeProvider _clock;

    // Between the moment that a blob is known to be there and the moment that the index names it, the sweep must not run.
    private readonly SemaphoreSlim _linking = new(1);

    public ArtifactFolder(IConfiguration configuration, IOptions<ArtifactsOptions> options, TimeProvider clock)
    {
        var root = Path.Combine(configuration["data"]!, "artifacts");
        (_options, _clock) = (options.Value, clock);
        _blobs = Directory.CreateDirectory(Path.Combine(root, "blobs")).FullName;
        _index = Directory.CreateDirectory(Path.Combine(root, "index")).FullName;
        _incoming = Directory.CreateDirectory(Path.Combine(root, "incoming")).FullName;
        foreach (var abandoned in Directory.EnumerateFiles(_incoming))
        {
            File.Delete(abandoned);
        }
    }

    /// <summary>Stores a stream to its end.</summary>
    /// <exception cref="ArtifactTooLargeException">The stream is longer than the limit; nothing is kept.</exception>
    public async Task<ArtifactRow> AddAsync(string name, Stream content, string owner, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        var id = "art_" + RandomNumberGenerator.GetString(IdLetters, IdLength);
        var incoming = Path.Combine(_incoming, id);
        try
        {
            var (size, sha256, head) = await ReceiveAsync(incoming, content, cancellationToken);
            var now = _clock.GetUtcNow();
            var row = new ArtifactRow(id, name, MediaTypes.Sniff(head, name), size, sha256, now, now + (lifetime ?? _options.Lifetime));
            await _linking.WaitAsync(cancellationToken);
            try
            {
                var blob = BlobPath(sha256);
                Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
                File.Move(incoming, blob, overwrite: true);
                await WriteEntryAsync(new Entry(row, owner));
            }
            finally
            {
                _linking.Release();
            }

            return row;
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <returns>The upload's row, or null where there is none of that id, it has expired, or it belongs to someone else.</returns>
    public async Task<ArtifactRow?> FindAsync(string id, string owner, CancellationToken cancellationToken)
    {
        if (id.Length != IdLength + 4 || !id.StartsWith("art_", StringComparison.Ordinal) || id.AsSpan(4).ContainsAnyExcept(s_idLetters))
        {
            return null;
        }

        try
        {
            await using var file = File.OpenRead(EntryPath(id));
            var entry = await JsonSerializer.DeserializeAsync<Entry>(file, SutazaiJson.Options, cancellationToken);
            return entry!.Owner == owner && entry.Row.ExpiresAt > _clock.GetUtcNow() ? entry.Row : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The path of a row's content.</summary>
    public string PathOf(ArtifactRow row) => BlobPath(row.Sha256);

    public void Dispose() => _linking.Dispose();

    public void Remove(string id) => File.Delete(EntryPath(id));

    /// <summary>Forgets what has expired and deletes the blobs that nothing names any more.</summary>
    /// <returns>The number of uploads forgotten.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await _linking.WaitAsync(cancellationToken);
        try
        {
            var (now, forgotten) = (_clock.GetUtcNow(), 0);
            HashSet<string> named = [];
            foreach (var path in Directory.EnumerateFiles(_index, "art_*.json"))
            {
                var entry = JsonSerializer.Deserialize<Entry>(await File.ReadAllBytesAsync(path, cancellationToken), SutazaiJson.Options)!;
                if (entry.Row.ExpiresAt <= now)
                {
                    File.Delete(path);
                    forgotten++;
                }
                else
                {
                    named.Add(entry.Row.Sha256);
                }
            }

            foreach (var blob in Directory.EnumerateFiles(_blobs, "*", SearchOption.AllDirectories).Where(b => !named.Contains(Path.GetFileName(b))))
            {
                File.Delete(blob);
            }

            return forgotten;
        }
        finally
        {
            _linking.Release();
        }
    }

    private static readonly SearchValues<char> s_idLetters = SearchValues.Create(IdLetters);

    private async Task<(long Size, string Sha256, byte[] Head)> ReceiveAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            var (size, head) = (0L, Array.Empty<byte>());
            int read;
            while ((read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
            {
                if ((size += read) > _options.MaxBytes)
                {
                    throw new ArtifactTooLargeException(_options.MaxBytes);
                }

                if (head.Length == 0)
                {
                    head = buffer.AsSpan(0, Math.Min(read, MediaTypes.SampleBytes)).ToArray();
                }

                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            file.Flush(flushToDisk: true);
            return (size, Convert.ToHexStringLower(hash.GetHashAndReset()), head);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task WriteEntryAsync(Entry entry)
    {
        var path = EntryPath(entry.Row.Id);
        await File.WriteAllBytesAsync(path + ".new", JsonSerializer.SerializeToUtf8Bytes(entry, SutazaiJson.Options), CancellationToken.None);
        File.Move(path + ".new", path);
    }

    private string BlobPath(string sha256) => Path.Combine(_blobs, sha256[..2], sha256);

    private string EntryPath(string id) => Path.Combine(_index, id + ".json");

    private sealed record Entry(ArtifactRow Row, string Owner);
}

internal sealed class ArtifactTooLargeException(long limit) : Exception($"The file is larger than {limit} bytes, the most that is taken.");

/// <summary>Sweeps the folder from time to time.</summary>
internal sealed partial class ArtifactExpiry(
    ArtifactFolder folder, IOptions<ArtifactsOptions> options, TimeProvider clock, ILogger<ArtifactExpiry> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await folder.SweepAsync(stoppingToken) is > 0 and var forgotten)
                {
                    Log.Swept(logger, forgotten);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
            {
                Log.NotSwept(logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} expired artifacts were deleted.")]
        public static partial void Swept(ILogger logger, int count);

        [LoggerMessage(Level = LogLevel.Error, Message = "Expired artifacts could not be deleted; the next sweep tries again.")]
        public static partial void NotSwept(ILogger logger, Exception exception);
    }
}
