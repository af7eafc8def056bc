using Microsoft.AspNetCore.Http;

namespace Sutazai.Agents;

/// <summary>A run that was not begun, or was ended, by one of the platform's limits.</summary>
/// <param name="status">The HTTP status that says so.</param>
/// <param name="type">The problem's kebab-case type.</param>
public sealed class RunRefusedException(int status, string type, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    internal static RunRefusedException Busy(string agent) => new(
        StatusCodes.Status503ServiceUnavailable, "agent-busy", $"'{agent}' runs and queues as many calls as it may.", TimeSpan.FromSeconds(1));

    internal static RunRefusedException Broken(string agent, TimeSpan retryAfter) => new(
        StatusCodes.Status503ServiceUnavailable, "agent-broken", $"'{agent}' failed {CircuitBreaker.DefaultFailures} times in a row and is paused.", retryAfter);

    internal static RunRefusedException OutOfTime(string what, TimeSpan limit) => new(
        StatusCodes.Status504GatewayTimeout, "deadline-passed", $"{what} did not end within {limit.TotalSeconds:0.###} s.");

    internal static RunRefusedException OutOfMemory(string what, long limit) => new(
        StatusCodes.Status413PayloadTooLarge, "too-large", $"{what} needs more than the {limit >> 20} MiB of memory that one run may use.");
}
