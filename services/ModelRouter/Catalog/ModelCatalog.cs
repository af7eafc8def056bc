using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.Clients;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Catalog;

/// <summary>What the backend offered when last asked, and which of its models a name means.</summary>
internal sealed class ModelCatalog(IModelBackend backend, ModelQueue queue, IOptions<ModelRouterOptions> options, TimeProvider time)
{
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_keepFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, string> _aliases = options.Value.Aliases;
    private readonly Lock _lock = new();
    private Report _last = new(null, null, null, 0);
    private Task<Report>? _asking;

    /// <summary>The state as an operator reads it; takes a second at most.</summary>
    public async Task<ModelRouterStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var report = await SoonAsync(s_keep, cancellationToken);
        return new ModelRouterStatus(
            backend.Name,
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
        return report.Failure is { } failure ? backend.Address is null ? [] : throw failure : report.Models!;
    }

    /// <summary>The backend's name for a model or an alias. A backend that cannot be asked gets the name as it is, and decides itself.</summary>
    /// <exception cref="ModelException">There is no backend, or it has no such model.</exception>
    public async ValueTask<string> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        var report = await SoonAsync(s_keep, cancellationToken);
        if (backend.Address is null)
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
            return await asking.WaitAsync(s_patience, time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            return _last with { Failure = ModelException.Unreachable(backend.Name, e) };
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
            return _asking is not null && time.GetElapsedTime(_last.At) < kept ? _asking : _asking = RefreshAsync();
        }
    }

    private async Task<Report> RefreshAsync()
    {
        var models = _last.Models;
        string? version = null;
        ModelException? failure = null;
        try
        {
            using var limit = new CancellationTokenSource(s_limit, time);
            var report = await backend.ReportAsync(limit.Token);
            (models, version) = (report.Models, report.Version);
            queue.Learn(models);
        }
        catch (ModelException refused)
        {
            failure = refused;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            failure = ModelException.Unreachable(backend.Name, e);
        }

        return _last = new Report(models, version, failure, time.GetTimestamp());
    }

    /// <param name="Models">Null until the backend has been asked with success.</param>
    private sealed record Report(IReadOnlyList<BackendModel>? Models, string? Version, ModelException? Failure, long At);
}
