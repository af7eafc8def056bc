using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.Clients;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Catalog;

/// <summary>What the backend offered when last asked, and which of its models a name means.</summary>
internal sealed class ModelCatalog(ModelBackends backends, ModelShapes shapes, ModelQueue queue, IOptions<ModelRouterOptions> options, TimeProvider time)
{
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_keepFailure = TimeSpan.FromSeconds(1);

    /// <summary>How soon an answer has to come once the servers were asked; whoever comes later than that does not wait for a server that hangs.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, string> _aliases = options.Value.Aliases;
    private readonly Lock _lock = new();
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
        var replies = await Task.WhenAll(backends.Servers.Select(AskAsync));
        var reports = replies.Select(r => r.Report).OfType<BackendReport>().ToList();
        if (reports is [])
        {
            return _last = new Report(_last.Models, null, replies is [var first, ..] ? first.Failure : ModelException.NoBackend(), time.GetTimestamp());
        }

        List<BackendModel> models = [.. reports.SelectMany(r => r.Models).DistinctBy(m => m.Name, StringComparer.OrdinalIgnoreCase)];
        shapes.Learn(models);
        return _last = new Report(models, reports[0].Version, null, time.GetTimestamp());
    }

    private async Task<(BackendReport? Report, ModelException? Failure)> AskAsync(IModelBackend server)
    {
        try
        {
            using var limit = new CancellationTokenSource(s_limit, time);
            var report = await server.ReportAsync(limit.Token);
            var asked = time.GetTimestamp();
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
