using Sutazai.Clients;

namespace Sutazai.Identity;

internal static class KeyRules
{
    /// <returns>What is wrong with the request and what was expected, or null.</returns>
    public static string? Check(CreateKey request) => request switch
    {
        { Name: null or { Length: 0 or > 100 } } => "A key's name has 1 to 100 characters.",
        { Scopes: null or { Count: 0 } } => $"A key without scopes may do nothing. Known scopes: {Known}.",
        _ when request.Scopes.FirstOrDefault(s => !Scopes.All.Contains(s)) is { } unknown => $"There is no scope '{unknown}'. Known scopes: {Known}.",
        { Quota: { } q } when q.Rate is not (> 0 and <= 10_000_000) || q.Burst is < 1 or > 10_000_000 || q.Concurrency is < 1 or > 100_000 =>
            "A quota's rate is above 0 and at most 10,000,000 a second, its burst 1 to 10,000,000, its concurrency 1 to 100,000.",
        _ => null,
    };

    private static string Known => string.Join(", ", Scopes.All);
}
