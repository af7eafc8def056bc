using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.Clients;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Catalog;

/// <summary>What the backend's servers offered when each last said so, and which of its models a name means.</summary>
internal sealed class ModelCatalog(ModelBackends backends, ModelShapes shapes, ModelQueue queue, IOptions<ModelRouterOptions> options, TimeProvider time)
{
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_keepFailure = TimeSpan.FromSeconds(1);

    /// <summary>How soon an answer has to come once the servers were asked; whoever comes later than that does not wait for a server that hangs.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, string> _aliases = options.Value.Aliases;
    private readonly Lock _lock = new();

    // Those of a server that is away too: who asks for one of them waits for it, or is told that it is away.
    private readonly ConcurrentDictionary<IModelBackend, IReadOnlyList<BackendModel>> _known = [];
    private Report _last = new(null, null, null, 0);
    private Task<Report>? _asking;
    private long _asked;

    /// <summary>The state as an operator reads it; takes a second at most.</summary>
    public async Task<ModelRouterStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var report = await SoonAsync(s_keep, cancellationToken);
        return new ModelRouterStatus(
            backends.Name,
            report.Failure is null,
            report.Version,
            [.. (report.Models ?? []).Select(m => m.Name)],
            new SortedDictionary<string, string?>(_aliases.ToDictionary(a => a.Key, a => Meant(a.Key, report.Models)), StringComparer.Ordinal),
            report.Failure?.Message);
    }

    public async Task<string?> VersionAsync(CancellationToken cancellationToken) => (await SoonAsync(s_keep, cancellationToken)).Version;

    /// <exception cref="ModelException">A backend is configured and has not said what it has.</exception>
    public async Task<IReadOnlyList<BackendModel>> ListAsync(CancellationToken cancellationToken)
    {
        var report = await AskAsync(s_keepFailure).WaitAsync(cancellationToken);
        return report.Failure is { } failure ? !backends.Any ? [] : throw failure : report.Models!;
    }

    /// <summary>The backend's models that aliases stand for.</summary>
    /// <exception cref="ModelException">The backend has not said what it has.</exception>
    public async Task<IReadOnlyList<string>> AliasedAsync(CancellationToken cancellationToken)
    {
        var models = await ListAsync(cancellationToken);
        return [.. _aliases.Keys.Select(a => Meant(a, models)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The backend's name for a model or an alias. A backend that cannot be asked gets the name as it is, and decides itself.</summary>
    /// <exception cref="ModelException">There is no backend, or it has no such model.</exception>
    public async ValueTask<string> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        var report = await SoonAsync(s_keep, cancellationToken);
        if (!backends.Any)
        {
            throw ModelException.NoBackend();
        }

        if (Meant(name, report.Models) is { } known)
        {
            return known;
        }

        // It may have been pulled just now.
        report = await SoonAsync(s_keepFailure, cancellationToken);
        return Meant(name, report.Models)
            ?? throw ModelException.NotFound(name, NearNames.DidYouMean(name, (report.Models ?? []).Select(m => m.Name).Concat(_aliases.Keys)));
    }

    /// <summary>What the backend's model of this name consists of, as it said last; null where it does not say.</summary>
    public string? Digest(string model) =>
        _last.Models?.FirstOrDefault(m => m.Name == model)?.Row is { ValueKind: JsonValueKind.Object } row
            && row.TryGetProperty("digest", out var digest) && digest.ValueKind == JsonValueKind.String
            ? digest.GetString()
            : null;

    private string? Meant(string name, IReadOnlyList<BackendModel>? models)
    {
        var aliased = _aliases.TryGetValue(name, out var target);
        if (models is null)
        {
            return target ?? name;
        }

        return Find(target ?? name, models) ?? (aliased ? models.FirstOrDefault(m => m.Embeds == BackendModel.SoundsEmbedding(name))?.Name : null);
    }

    /// <summary>Ollama leaves the tag out when it is <c>latest</c>.</summary>
    private static string? Find(string name, IReadOnlyList<BackendModel> models) =>
        (models.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? models.FirstOrDefault(m => m.Name.Equals(name + ":latest", StringComparison.OrdinalIgnoreCase)))?.Name;

    private async ValueTask<Report> SoonAsync(TimeSpan keep, CancellationToken cancellationToken)
    {
        var asking = AskAsync(keep);
        if (asking.IsCompletedSuccessfully)
        {
            return await asking;
        }

        try
        {
            var left = s_patience - time.GetElapsedTime(Volatile.Read(ref _asked));
            return await asking.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            return _last with { Failure = ModelException.Unreachable(backends.Name, e) };
        }
    }

    /// <summary>One question at a time, however many want to know; nobody's leaving stops it.</summary>
    private Task<Report> AskAsync(TimeSpan keep)
    {
        lock (_lock)
        {
            if (_asking is { IsCompleted: false })
            {
                return _asking;
            }

            var kept = _last.Failure is null ? keep : s_keepFailure;
            if (_asking is not null && time.GetElapsedTime(_last.At) < kept)
            {
                return _asking;
            }

            _asked = time.GetTimestamp();
            return _asking = RefreshAsync();
        }
    }

    private async Task<Report> RefreshAsync()
    {
        var replies = await RepliesAsync();
        var now = time.GetTimestamp();
        if (replies.Find(r => r.Report is not null) is not { Report: { } first })
        {
            return _last = new Report(_last.Models, null, replies is [var (_, failure), ..] ? failure : ModelException.NoBackend(), now);
        }

        List<BackendModel> models = [.. backends.Servers.SelectMany(s => _known.GetValueOrDefault(s) ?? []).DistinctBy(m => m.Name, StringComparer.OrdinalIgnoreCase)];
        shapes.Learn(models);
        return _last = new Report(models, first.Version, null, now);
    }

    // As soon as one has answered, the others are waited for no longer than anybody waits here; what they say later counts the next time.
    private async Task<List<(BackendReport? Report, ModelException? Failure)>> RepliesAsync()
    {
        List<(BackendReport? Report, ModelException? Failure)> replies = [];
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        try
        {
            await foreach (var reply in Task.WhenEach(backends.Servers.Select(AskAsync)).WithCancellation(late.Token))
            {
                replies.Add(await reply);
                if (replies[^1].Report is not null)
                {
                    var left = s_patience - time.GetElapsedTime(Volatile.Read(ref _asked));
                    late.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Enough of them.
        }

        return replies;
    }

    private async Task<(BackendReport? Report, ModelException? Failure)> AskAsync(IModelBackend server)
    {
        try
        {
            using var limit = new CancellationTokenSource(s_limit, time);
            var report = await server.ReportAsync(limit.Token);
            var asked = time.GetTimestamp();
            _known[server] = report.Models;
            queue.Learn(server, report.Models, await LoadedAsync(server, limit.Token), asked);
            return (report, null);
        }
        catch (ModelException refused)
        {
            return (null, refused);
        }
        catch (Exception e) when (ModelBackends.Unreachable(e) || e is OperationCanceledException)
        {
            return (null, ModelException.Unreachable(backends.Name, e));
        }
    }

    // Null where it does not tell: the router goes by what it had done then.
    private static async Task<IReadOnlyList<JsonElement>?> LoadedAsync(IModelBackend server, CancellationToken cancellationToken)
    {
        try
        {
            return server.LoadsModels ? await server.RunningAsync(cancellationToken) : null;
        }
        catch (ModelException)
        {
            return null;
        }
    }

    /// <param name="Models">Null until the backend has been asked with success.</param>
    private sealed record Report(IReadOnlyList<BackendModel>? Models, string? Version, ModelException? Failure, long At);
}
