namespace Sutazai.ModelRouter.Calls;

/// <summary>Cancels a token when it is disposed of. The token can still be asked for then.</summary>
internal sealed class StopSource : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public StopSource() => Token = _source.Token;

    public CancellationToken Token { get; }

    public void Dispose()
    {
        _source.Cancel();
        _source.Dispose();
    }
}
