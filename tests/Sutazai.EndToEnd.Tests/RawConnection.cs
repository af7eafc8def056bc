using System.Net.Sockets;
using System.Text;

namespace Sutazai.EndToEnd.Tests;

/// <summary>A connection on which a test writes what no proper client would.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client = new();

    public NetworkStream Stream => _client.GetStream();

    public static async Task<RawConnection> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(address.Host, address.Port, cancellationToken);
        return connection;
    }

    public ValueTask WriteAsync(string text, CancellationToken cancellationToken) => Stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    /// <summary>Writes a byte now and then until the server ends it, and returns what the server said.</summary>
    public async Task<string> DribbleAsync(char what, TimeSpan pause, CancellationToken cancellationToken)
    {
        var answer = ReadToEndAsync(cancellationToken);
        using var timer = new PeriodicTimer(pause);
        while (!answer.IsCompleted && await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await WriteAsync(what.ToString(), cancellationToken);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                break;
            }
        }

        return await answer;
    }

    public async Task<string> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await Stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // A reset ends the answer as well as a close does.
        }

        return text.ToString();
    }

    /// <summary>Ends the connection without a good-bye.</summary>
    public void Reset()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
