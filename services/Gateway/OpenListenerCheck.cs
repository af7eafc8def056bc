using Sutazai.Clients;

namespace Sutazai.Gateway;

/// <summary>
/// Ends a host whose public listener is open to the network while no API key exists: nobody could use it, and whoever thinks it needs no
/// key is to hear of it at once.
/// </summary>
internal sealed partial class OpenListenerCheck(
    Listeners listeners, IdentityClient identity, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<OpenListenerCheck> logger) : StartedService(lifetime)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(500);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        while (!listeners.PublicIsLoopback)
        {
            try
            {
                if (!await identity.AnyKeyAsync(stopping))
                {
                    Log.NoKey(logger, string.Join(", ", listeners.Public));
                    Environment.ExitCode = 1;
                    Lifetime.StopApplication();
                }

                return;
            }
            catch (HttpRequestException)
            {
                // Identity may still be starting; until it answers, every request is refused anyway.
                await Task.Delay(s_retry, clock, stopping);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Critical, Message = "{Addresses} can be reached from other machines, and there is no API key. "
            + "Create one first: Sutazai.Host keys create --name first --scope agents:ask (with the same --data), or listen on localhost only.")]
        public static partial void NoKey(ILogger logger, string addresses);
    }
}
