using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Calls;
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
    public async Task Waits_for_no_reader_and_lets_go_who_falls_too_far_behind()
    {
        await using var fast = Enter();
        await using var slow = Enter();
        for (var i = 0; i < 20; i++)
        {
            Write(1);
            Assert.True(await fast.MoveNextAsync());
        }

        _source.Writer.TryWrite("end");
        Assert.True(await fast.MoveNextAsync());
        Assert.Equal("end", fast.Current);
        Assert.False(await fast.MoveNextAsync());
        var kept = 0;
        var failure = await Assert.ThrowsAsync<ModelException>(async () =>
        {
            while (await slow.MoveNextAsync())
            {
                kept++;
            }
        });
        Assert.Equal(("read_too_slowly", 10, false), (failure.Code, kept, _stopped));
    }

    [Fact]
    public async Task Is_stopped_when_its_only_reader_is_let_go()
    {
        await using var slow = Enter();
        Write(30);

        await UntilAsync(() => Volatile.Read(ref _stopped));
        Assert.Equal(10, Volatile.Read(ref _made));
        await using var next = Enter();
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task Goes_on_when_one_of_its_readers_leaves()
    {
        await using var fast = Enter();
        var other = Enter();
        Write(5);
        Assert.True(await other.MoveNextAsync());
        await other.DisposeAsync();
        _source.Writer.TryWrite("end");

        var count = 0;
        while (await fast.MoveNextAsync())
        {
            count++;
        }

        Assert.Equal((6, 1, false), (count, _asked, _stopped));
    }

    [Fact]
    public async Task Lets_nobody_join_what_is_made_for_one_alone()
    {
        await using var one = _flights.Alone((_, token) => MakeAsync(token), deadline: null, Cancelled).Pieces.GetAsyncEnumerator(Cancelled);
        await using var other = Enter();

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
