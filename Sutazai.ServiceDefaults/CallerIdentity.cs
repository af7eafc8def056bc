using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Sutazai;

/// <summary>Who is asking.</summary>
/// <param name="Subject"><c>local</c>, <c>key:{id}</c> or <c>service:{name}</c>.</param>
/// <param name="Scopes">What the caller may do; see <see cref="Clients.Scopes"/>.</param>
public sealed record Caller(string Subject, IReadOnlyList<string> Scopes)
{
    /// <summary>The operator at this machine, who needs no key on loopback.</summary>
    public static Caller Local { get; } = new("local", Clients.Scopes.All);

    public static Caller Service(string name) => new("service:" + name, Clients.Scopes.All);

    /// <summary>The caller of the request, as the gateway or the signed header says.</summary>
    public static Caller? Of(HttpContext context) => context.Features.Get<Caller>();

    /// <summary>The caller of a request that has passed the check every endpoint of a service stands behind.</summary>
    public static Caller Known(HttpContext context) =>
        Of(context) ?? throw new InvalidOperationException("The request has no caller; is the endpoint mapped outside its module?");
}

/// <summary>
/// Signs and verifies the header in which a caller's identity travels between services: <c>base64url(json).base64url(hmac-sha256)</c>,
/// valid for a minute, under the deployment's <c>Internal:Key</c>. A process that hosts everything it calls makes a random key at start.
/// </summary>
public sealed partial class CallerIdentity
{
    public const string Header = "x-sutazai-identity";

    private const int CacheEntries = 4096;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(60);

    private readonly byte[] _key;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<Caller, (string Header, long RenewAt)> _signed = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, (Caller Caller, long ExpiresAt)> _verified = new(StringComparer.Ordinal);

    public CallerIdentity(IConfiguration configuration, LocalServices local, TimeProvider clock)
    {
        _clock = clock;
        _key = configuration["Internal:Key"] switch
        {
            { Length: >= 32 } configured => SHA256.HashData(Encoding.UTF8.GetBytes(configured)),
            { } => throw new InvalidOperationException("Internal:Key is shorter than 32 characters."),
            null when local.SelfContained => RandomNumberGenerator.GetBytes(32),
            null => throw new InvalidOperationException(
                "Internal:Key is not set. Services in separate processes sign the caller's identity with it: give every service the same 32 or more random characters."),
        };
    }

    public string Sign(Caller caller)
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        if (_signed.TryGetValue(caller, out var known) && now < known.RenewAt)
        {
            return known.Header;
        }

        var payload = JsonSerializer.SerializeToUtf8Bytes(new Claim(caller.Subject, caller.Scopes, now + (long)s_lifetime.TotalSeconds), ClaimJson.Default.Claim);
        var header = $"{Base64Url.EncodeToString(payload)}.{Base64Url.EncodeToString(HMACSHA256.HashData(_key, payload))}";
        Bound(_signed);
        _signed[caller] = (header, now + ((long)s_lifetime.TotalSeconds / 2));
        return header;
    }

    /// <returns>The caller, or null where the header is not ours, was changed, or has expired.</returns>
    public Caller? Verify(string? header)
    {
        if (header is null or { Length: > 4096 })
        {
            return null;
        }

        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        if (_verified.TryGetValue(header, out var known))
        {
            return now < known.ExpiresAt ? known.Caller : null;
        }

        if (Read(header) is not { } claim || claim.Exp <= now)
        {
            return null;
        }

        var caller = new Caller(claim.Sub, claim.Scopes);
        Bound(_verified);
        _verified[header] = (caller, claim.Exp);
        return caller;
    }

    private Claim? Read(string header)
    {
        var dot = header.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !TryDecode(header.AsSpan(0, dot), out var payload) || !TryDecode(header.AsSpan(dot + 1), out var signature)
            || !CryptographicOperations.FixedTimeEquals(signature, HMACSHA256.HashData(_key, payload)))
        {
            return null;
        }

        return JsonSerializer.Deserialize(payload, ClaimJson.Default.Claim);
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if (!Base64Url.IsValid(text))
        {
            return false;
        }

        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }

    private static void Bound<TKey, TValue>(ConcurrentDictionary<TKey, TValue> cache)
        where TKey : notnull
    {
        if (cache.Count >= CacheEntries)
        {
            cache.Clear();
        }
    }

    private sealed record Claim(string Sub, IReadOnlyList<string> Scopes, long Exp);

    [JsonSerializable(typeof(Claim))]
    private sealed partial class ClaimJson : JsonSerializerContext;
}

/// <summary>Adds the identity of the request under way, or this process's own, to calls between services.</summary>
internal sealed class CallerIdentityHandler(LocalServices local, CallerIdentity identity, IHttpContextAccessor accessor) : DelegatingHandler
{
    private readonly Caller _self = Caller.Service(local.Modules[0].Name);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { } uri && local.Knows(uri.Host))
        {
            var context = accessor.HttpContext;
            request.Headers.Remove(CallerIdentity.Header);
            request.Headers.TryAddWithoutValidation(CallerIdentity.Header, identity.Sign(context is null ? _self : Caller.Of(context) ?? _self));
            if (context is not null && Deadline.Of(context) is { } deadline)
            {
                request.Headers.Remove(Deadline.Header);
                request.Headers.TryAddWithoutValidation(Deadline.Header, deadline.ToHeader());
            }
        }

        return base.SendAsync(request, cancellationToken);
    }
}
