using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>A streamed response with a sign of life whenever nothing was sent for so long. Pieces cost no timer: one looks how long ago the last was.</summary>
internal sealed class BeatingStream : IAsyncDisposable
{
    private readonly HttpContext _context;
    private readonly IChunkFormat _format;
    private readonly CallProgress _progress;
    private readonly TimeSpan _heartbeat;
    private readonly TimeProvider _time;
    private readonly CancellationToken _gone;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ITimer _timer;
    private long _sent;
    private bool _over;

    /// <param name="heartbeat">The longest silence; proxies and clients take a longer one for a dead connection.</param>
    public BeatingStream(HttpContext context, IChunkFormat format, CallProgress progress, TimeSpan heartbeat, TimeProvider time)
    {
        (_context, _format, _progress, _heartbeat, _time) = (context, format, progress, heartbeat, time);
        (_gone, _sent) = (context.RequestAborted, time.GetTimestamp());
        _timer = time.CreateTimer(static state => _ = ((BeatingStream)state!).BeatAsync(), this, heartbeat, Timeout.InfiniteTimeSpan);
    }

    public async ValueTask SendAsync(ChatChunk chunk)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            LiveResponse.Begin(_context.Response, _format.ContentType);
            _format.Write(_context.Response.BodyWriter, chunk);
            await _context.Response.BodyWriter.FlushAsync(_gone);
            Volatile.Write(ref _sent, _time.GetTimestamp());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the stream with an error.</summary>
    /// <returns>False where nothing has been sent, so that the status can say it; nothing is sent then.</returns>
    public async ValueTask<bool> FailAsync(ModelException failure)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            _over = true;
            if (!_context.Response.HasStarted)
            {
                return false;
            }

            _format.WriteError(_context.Response.BodyWriter, failure);
            await _context.Response.BodyWriter.FlushAsync(_gone);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Nothing is sent any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _turn.WaitAsync(CancellationToken.None);
        _over = true;
        _turn.Release();
    }

    private async Task BeatAsync()
    {
        var silent = _time.GetElapsedTime(Volatile.Read(ref _sent));

        // While somebody has the turn, something is being sent.
        if (silent >= _heartbeat && _turn.Wait(TimeSpan.Zero, CancellationToken.None))
        {
            try
            {
                if (_over || _gone.IsCancellationRequested)
                {
                    return;
                }

                LiveResponse.Begin(_context.Response, _format.ContentType);
                _format.WriteHeartbeat(_context.Response.BodyWriter, _progress);
                await _context.Response.BodyWriter.FlushAsync(CancellationToken.None);
                Volatile.Write(ref _sent, _time.GetTimestamp());
                silent = TimeSpan.Zero;
            }
            finally
            {
                _turn.Release();
            }
        }

        _timer.Change(silent < _heartbeat ? _heartbeat - silent : _heartbeat, Timeout.InfiniteTimeSpan);
    }
}
