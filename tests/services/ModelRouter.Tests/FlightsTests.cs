using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Tests;

public class FlightsTests
{
    private const long MaxBytes = 10_000;
    private static readonly AnswerKey s_key = new(1, 2);

    private readonly Channel<string> _source = Channel.CreateUnbounded<string>();
    private readonly Flights<string> _flights = new(
        MaxBytes, s => 1000 * s.Length, s => s is "end", new AnswerCache(Options.Create(new ModelRouterOptions()), TimeProvider.System), TimeProvider.System);

    private int _made;
    private int _asked;
    private bool _stopped;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Makes_no_more_than_fits_before_it_is_read()
    {
        Write(30);
        await using var reader = Enter();

        Assert.Equal(10, Volatile.Read(ref _made));
        Assert.True(await reader.MoveNextAsync());

        await UntilAsync(() => Volatile.Read(ref _made) == 11);
    }

    [Fact]
    public async Task Waits_for_the_slowest_of_its_readers()
    {
        await using var fast = Enter();
        await using var slow = Enter();
        Write(30);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(await fast.MoveNextAsync());
        }

        Assert.Equal((10, 1), (Volatile.Read(ref _made), _asked));
        Assert.True(await slow.MoveNextAsync());

        Assert.True(await fast.MoveNextAsync());
        Assert.Equal(11, Volatile.Read(ref _made));
    }

    [Fact]
    public async Task Goes_on_when_the_slowest_reader_leaves()
    {
        await using var fast = Enter();
        var slow = Enter();
        Write(30);
        _source.Writer.TryWrite("end");
        await UntilAsync(() => Volatile.Read(ref _made) == 10);
        Assert.True(await slow.MoveNextAsync());
        await slow.DisposeAsync();

        var count = 0;
        while (await fast.MoveNextAsync())
        {
            count++;
        }

        Assert.Equal((31, false), (count, _stopped));
    }

    [Fact]
    public async Task Is_stopped_while_it_waits_for_the_last_reader_and_that_one_leaves()
    {
        var slow = Enter();
        Write(30);
        Assert.True(await slow.MoveNextAsync());
        await slow.DisposeAsync();

        await UntilAsync(() => Volatile.Read(ref _stopped));
        await using var next = Enter();
        Assert.Equal(2, _asked);
    }

    private static async Task UntilAsync(Func<bool> state)
    {
        while (!state())
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }
    }

    private void Write(int pieces)
    {
        for (var i = 0; i < pieces; i++)
        {
            _source.Writer.TryWrite("x");
        }
    }

    private IAsyncEnumerator<string> Enter() =>
        _flights.Enter(s_key, (_, token) => MakeAsync(token), worth: null, deadline: null, Cancelled).Pieces.GetAsyncEnumerator(Cancelled);

    private async IAsyncEnumerable<string> MakeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _asked++;
        try
        {
            await foreach (var piece in _source.Reader.ReadAllAsync(cancellationToken))
            {
                Interlocked.Increment(ref _made);
                yield return piece;
            }
        }
        finally
        {
            Volatile.Write(ref _stopped, cancellationToken.IsCancellationRequested);
        }
    }
}
