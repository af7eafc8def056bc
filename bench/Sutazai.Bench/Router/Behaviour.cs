using System.Diagnostics;

namespace Sutazai.Bench.Router;

/// <summary>The contestants before <see cref="UpstreamMock"/>, and what it knows of their calls.</summary>
internal sealed class Behaviour : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = ChatClient.Plain();
    private readonly HostProcess _upstream;
    private int _orders;

    private Behaviour(HostProcess upstream, Contestants contestants) => (_upstream, Contestants) = (upstream, contestants);

    public Contestants Contestants { get; }

    public static async Task<Behaviour> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var url = HostProcess.FreeUrl();
        var upstream = HostProcess.Start("Sutazai.Bench.dll", url, "upstream", url.ToString());
        try
        {
            return new(upstream, await Contestants.StartAsync(upstream, folder, streams: true, cancellationToken));
        }
        catch
        {
            upstream.Dispose();
            throw;
        }
    }

    /// <summary>An id that no call has had, so that nothing has its answer.</summary>
    public string NewId() => $"order-{Interlocked.Increment(ref _orders)}";

    public async Task<UpstreamCall[]> CallsAsync(string id, CancellationToken cancellationToken) =>
        await _http.GetFromJsonAsync<UpstreamCall[]>(new Uri(_upstream.Url, "calls/" + id), cancellationToken) ?? [];

    /// <summary>Waits until the upstream's one call for an order is as wanted.</summary>
    public async Task<UpstreamCall> CallAsync(string id, Func<UpstreamCall, bool> wanted, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_patience)
        {
            if (await CallsAsync(id, cancellationToken) is [var call, ..] && wanted(call))
            {
                return call;
            }

            await Task.Delay(10, cancellationToken);
        }

        throw new InvalidOperationException($"The upstream's call for '{id}' is not as expected after {s_patience.TotalSeconds} s.");
    }

    public void Dispose()
    {
        Contestants.Dispose();
        _upstream.Dispose();
        _http.Dispose();
    }
}
