using System.Globalization;
using System.Threading.RateLimiting;
using Sutazai.Clients;

namespace Sutazai.Gateway;

/// <summary>
/// Rate and concurrency of each key: one bucket for each agent it calls, and one for everything else. Nothing is delayed; what is over the
/// limit is refused with the time after which it would not be.
/// </summary>
internal sealed class RequestLimits : IDisposable
{
    private readonly PartitionedRateLimiter<Charge> _rate = PartitionedRateLimiter.Create<Charge, Charge>(charge =>
        RateLimitPartition.GetTokenBucketLimiter(charge, static c => Bucket(c.Quota)));

    private readonly PartitionedRateLimiter<Charge> _concurrency = PartitionedRateLimiter.Create<Charge, Charge>(charge =>
        RateLimitPartition.GetConcurrencyLimiter(charge, static c => new ConcurrencyLimiterOptions { PermitLimit = c.Quota.Concurrency, QueueLimit = 0 }));

    /// <summary>Charges one request and writes the <c>RateLimit-*</c> headers.</summary>
    /// <param name="target">The agent called, or <c>*</c>.</param>
    /// <returns>A lease to dispose of when the request is over, or null with the refusal's detail.</returns>
    public RateLimitLease? Enter(HttpContext context, Admitted admitted, string target, out string refusal)
    {
        var charge = new Charge(admitted.Caller.Subject, target, admitted.Quota);
        refusal = "";
        var place = _concurrency.AttemptAcquire(charge);
        if (!place.IsAcquired)
        {
            place.Dispose();
            WriteHeaders(context.Response.Headers, charge);
            context.Response.Headers.RetryAfter = "1";
            refusal = $"{charge.Quota.Concurrency} requests {charge.Where} are under way, the most at a time for this key.";
            return null;
        }

        using var permit = _rate.AttemptAcquire(charge);
        WriteHeaders(context.Response.Headers, charge);
        if (permit.IsAcquired)
        {
            return place;
        }

        place.Dispose();
        var wait = permit.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        refusal = string.Create(CultureInfo.InvariantCulture, $"More than {charge.Quota.Rate:0.##} requests a second {charge.Where} (burst {charge.Quota.Burst}) for this key.");
        return null;
    }

    public void Dispose()
    {
        _rate.Dispose();
        _concurrency.Dispose();
    }

    private static TokenBucketRateLimiterOptions Bucket(KeyQuota quota)
    {
        // The bucket is filled in whole tokens: one at a time where they are rare, a hundredth of a second's worth where they are not.
        var tokens = Math.Max(1, (int)(quota.Rate / 100));
        return new()
        {
            TokenLimit = Math.Max(quota.Burst, tokens),
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromSeconds(tokens / quota.Rate),
            QueueLimit = 0,
            AutoReplenishment = false,
        };
    }

    private void WriteHeaders(IHeaderDictionary headers, Charge charge)
    {
        var left = _rate.GetStatistics(charge)?.CurrentAvailablePermits ?? charge.Quota.Burst;
        var full = Math.Ceiling((charge.Quota.Burst - left) / charge.Quota.Rate);
        headers["RateLimit-Limit"] = charge.Quota.Burst.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = left.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = Math.Max(0, full).ToString(CultureInfo.InvariantCulture);
    }

    private readonly record struct Charge(string Subject, string Target, KeyQuota Quota)
    {
        public string Where => Target == "*" ? "outside agents" : $"to '{Target}'";
    }
}
