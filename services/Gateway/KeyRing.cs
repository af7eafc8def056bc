using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sutazai.Clients;

namespace Sutazai.Gateway;

/// <summary>A caller let in, with the limits that hold for it.</summary>
internal sealed record Admitted(Caller Caller, KeyQuota Quota)
{
    public static Admitted Local { get; } = new(Caller.Local, new KeyQuota());
}

/// <summary>Knows keys by their hash, asking identity once and then again after a while.</summary>
internal sealed class KeyRing(IdentityClient identity, IOptions<GatewayOptions> options, TimeProvider clock)
{
    private const int MostEntries = 10_000;

    /// <summary>No key of ours is longer; what is would only fill the memory.</summary>
    private const int MostLetters = 100;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <returns>Whose key it is, or null where it is not valid.</returns>
    public ValueTask<Admitted?> FindAsync(string key)
    {
        if (key.Length > MostLetters)
        {
            return new((Admitted?)null);
        }

        var now = clock.GetTimestamp();
        if (_entries.TryGetValue(key, out var known) && clock.GetElapsedTime(known.At, now) < options.Value.KeyCache && known.Asked.IsCompletedSuccessfully)
        {
            return new(known.Asked);
        }

        return new(AskAsync(key, known, now));
    }

    private async Task<Admitted?> AskAsync(string key, Entry? old, long now)
    {
        if (_entries.Count >= MostEntries)
        {
            _entries.Clear();
        }

        // Requests that come while identity is being asked wait for the same answer.
        var asked = new TaskCompletionSource<Admitted?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var mine = new Entry(asked.Task, now);
        var current = old is null ? _entries.GetOrAdd(key, mine) : _entries.TryUpdate(key, mine, old) ? mine : _entries.GetOrAdd(key, mine);
        if (!ReferenceEquals(current, mine))
        {
            return await current.Asked;
        }

        try
        {
            var found = await identity.FindAsync(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), CancellationToken.None);
            // The same caller object for as long as nothing changes, so that its signed identity is made once.
            var before = old is { Asked.IsCompletedSuccessfully: true } ? await old.Asked : null;
            var admitted = found is null ? null : new Admitted(new Caller("key:" + found.Id, found.Scopes), found.Quota);
            asked.SetResult(before is not null && admitted is not null && Same(before, admitted) ? before : admitted);
        }
        catch (Exception e)
        {
            _entries.TryRemove(new KeyValuePair<string, Entry>(key, mine));
            asked.SetException(e);
            throw;
        }

        return await asked.Task;
    }

    private static bool Same(Admitted a, Admitted b) =>
        a.Quota == b.Quota && a.Caller.Subject == b.Caller.Subject && a.Caller.Scopes.SequenceEqual(b.Caller.Scopes);

    private sealed record Entry(Task<Admitted?> Asked, long At);
}
