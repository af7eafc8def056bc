using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Sutazai.Agents.Operations.Logs;

namespace Sutazai.Agents.Tests.Oracles;

public partial class LogsTraceTests
{
    private const string Node = """
        /srv/app/node_modules/pg/lib/client.js:132
            throw new Error('boom')
            ^

        DatabaseError: boom
            at Client.query (/srv/app/node_modules/pg/lib/client.js:132:11)
            at Orders.load (/srv/app/src/orders.ts:20:15)
            at async Promise.all (index 0)
            at async file:///srv/app/src/main.mjs:9:3 {
          [cause]: TypeError [ERR_INVALID_ARG_TYPE]: bad argument
              at new Socket (node:net:321:5)
              at connect (/srv/app/src/db.ts:4:9)
        }

        Node.js v20.11.0
        """;

    private const string Java = """
        Exception in thread "main" java.lang.RuntimeException: outer
        	at com.acme.Main.main(Main.java:9)
        	Suppressed: java.io.IOException: closing
        		at com.acme.Res.close(Res.java:3)
        Caused by: com.acme.StockException: none left
        in two lines
        	at com.acme.Stock$$EnhancerBySpringCGLIB$$1a2b3c4d.take(<generated>)
        	at jdk.proxy2/jdk.proxy2.$Proxy31.take(Unknown Source)
        	at app//com.acme.Stock$1.run(Stock.java:77)
        	... 1 more
        """;

    private const string Python = """
        Traceback (most recent call last):
          File "/srv/app/load.py", line 5, in read
            return open(path)
        FileNotFoundError: [Errno 2] No such file or directory: 'a'

        The above exception was the direct cause of the following exception:

        Traceback (most recent call last):
          File "/srv/app/main.py", line 12, in <module>
            main()
          File "/srv/app/main.py", line 8, in main
            load.read('a')
          File "/usr/lib/python3.12/contextlib.py", line 81, in inner
            return func(*args, **kwds)
        app.errors.LoadError: cannot load
        """;

    private const string Go = """
        panic: runtime error: invalid memory address or nil pointer dereference
        [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48d1c5]

        goroutine 34 [running]:
        github.com/acme/shop.(*Cart[...]).Total(0x0)
        	/src/shop/cart.go:17 +0x1c5
        net/http.HandlerFunc.ServeHTTP(0x1, {0x2, 0x3})
        	/usr/local/go/src/net/http/server.go:2136 +0x29
        main.main.func2.1()
        	/src/main.go:30 +0x25
        created by main.main in goroutine 1
        	/src/main.go:28 +0xa5
        exit status 2
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_real_net_exception_is_read_as_the_runtime_describes_it()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => OuterAsync(5));

        var trace = Assert.Single((await StackTraceGrouper.Parse(Artifact.FromText($"before\n{thrown}\nafter"), cancellationToken: Token)).Traces);

        Assert.Equal(TraceLanguage.Dotnet, trace.Language);
        Assert.Equal([typeof(InvalidOperationException).FullName, typeof(AggregateException).FullName, typeof(FormatException).FullName, typeof(TimeoutException).FullName],
            trace.Exceptions.Select(e => e.Type));
        Assert.Equal(["outer", "several (inner) (late)", "inner", "late"], trace.Exceptions.Select(e => e.Message));
        Assert.Equal([TraceRole.Outermost, TraceRole.Cause, TraceRole.Cause, TraceRole.Sibling], trace.Exceptions.Select(e => e.Role));

        // The runtime's own view of the same frames.
        var expected = new System.Diagnostics.StackTrace(thrown, fNeedFileInfo: true).GetFrames().Where(f => f.GetFileLineNumber() > 0).Select(f => f.GetFileLineNumber());
        Assert.Equal(expected, trace.Exceptions[0].Frames.Where(f => f.Line > 0).Select(f => f.Line!.Value));
    }

    [Fact]
    public async Task Net_traces_of_one_fault_have_one_fingerprint_whatever_the_data_and_the_line()
    {
        var first = await Assert.ThrowsAsync<InvalidOperationException>(() => OuterAsync(5));
        var second = await Assert.ThrowsAsync<InvalidOperationException>(() => OuterAsync(70));
        var other = Assert.Throws<FormatException>(() => Inner(3));

        var moved = LineNumber().Replace(second.ToString(), m => $":line {int.Parse(m.Groups[1].Value) + 13}");
        var renumbered = moved.Replace("__DisplayClass", "__DisplayClass9", StringComparison.Ordinal).Replace(">b__", ">b__4", StringComparison.Ordinal).Replace(">d__", ">d__7", StringComparison.Ordinal);
        var groups = await StackTraceGrouper.Group(Artifact.FromText($"{first}\n\n{second}\n\n{moved}\n\n{renumbered}\n\n{other}"), cancellationToken: Token);

        Assert.Equal((5, 2), (groups.Traces, groups.Total));
        Assert.Equal([4, 1], groups.Groups.Select(g => g.Count));
        Assert.EndsWith(nameof(Inner), groups.Groups[0].Culprit.Function, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Node, TraceLanguage.JavaScript, "DatabaseError|TypeError", "connect /srv/app/src/db.ts:4")]
    [InlineData(Java, TraceLanguage.Java, "java.lang.RuntimeException|java.io.IOException|com.acme.StockException", "com.acme.Stock$$EnhancerBySpringCGLIB$$1a2b3c4d.take :")]
    [InlineData(Python, TraceLanguage.Python, "app.errors.LoadError|FileNotFoundError", "read /srv/app/load.py:5")]
    [InlineData(Go, TraceLanguage.Go, "panic", "github.com/acme/shop.(*Cart[...]).Total /src/shop/cart.go:17")]
    public async Task Traces_of_other_languages_are_read_whole(string text, TraceLanguage language, string types, string culprit)
    {
        var parsed = await StackTraceGrouper.Parse(Artifact.FromText(text), cancellationToken: Token);
        var blamed = await StackTraceGrouper.Culprit(Artifact.FromText(text), cancellationToken: Token);

        var trace = Assert.Single(parsed.Traces);
        Assert.Equal(language, trace.Language);
        Assert.Equal(types, string.Join('|', trace.Exceptions.Select(e => e.Type)));
        var frame = Assert.Single(blamed.Items).Frame;
        Assert.Equal(culprit, $"{frame.Function} {frame.File}:{frame.Line}");
    }

    [Theory]
    [InlineData(Node, 4, 2)]
    [InlineData(Java, 1, 3)]
    [InlineData(Python, 3, 1)]
    [InlineData(Go, 4, 0)]
    public async Task No_frame_is_lost(string text, int outermost, int last)
    {
        var trace = Assert.Single((await StackTraceGrouper.Parse(Artifact.FromText(text), cancellationToken: Token)).Traces);

        Assert.Equal(outermost, trace.Exceptions[0].Frames.Count);
        Assert.Equal(last, trace.Exceptions.Count == 1 ? 0 : trace.Exceptions[^1].Frames.Count);
    }

    [Theory, InlineData(Node), InlineData(Java), InlineData(Python), InlineData(Go)]
    public async Task Fingerprints_ignore_numbers_and_addresses_but_not_functions(string text)
    {
        var changed = Place().Replace(text, m => m.Groups[1].Value + (int.Parse(m.Groups[2].Value) + 5))
            .Replace("1a2b3c4d", "99887766", StringComparison.Ordinal).Replace("$Proxy31", "$Proxy8", StringComparison.Ordinal).Replace("+0x", "+0x9", StringComparison.Ordinal)
            .Replace("func2.1", "func7", StringComparison.Ordinal).Replace("goroutine 34", "goroutine 7", StringComparison.Ordinal);
        var other = text.Replace("take", "give", StringComparison.Ordinal).Replace("connect ", "dial ", StringComparison.Ordinal).Replace("in read", "in write", StringComparison.Ordinal)
            .Replace("Total", "Sum", StringComparison.Ordinal);

        var groups = await StackTraceGrouper.Group(Artifact.FromText($"{text}\n\nplain\n\n{changed}\n\nplain\n\n{other}"), cancellationToken: Token);

        Assert.NotEqual(text, changed);
        Assert.Equal([2L, 1L], groups.Groups.Select(g => g.Count));
    }

    [Fact]
    public async Task Own_prefixes_decide_who_is_to_blame()
    {
        var blamed = await StackTraceGrouper.Culprit(Artifact.FromText(Python), ownPrefixes: ["/srv/app/main.py"], cancellationToken: Token);

        var blame = Assert.Single(blamed.Items);
        Assert.Equal(("main", 8, StackTraceGrouper.BlameReason.OwnPrefix), (blame.Frame.Function, blame.Frame.Line, blame.Why));
    }

    [Fact]
    public async Task A_hundred_thousand_frames_of_a_stack_overflow_are_counted_not_kept()
    {
        var text = "java.lang.StackOverflowError\n" + string.Concat(Enumerable.Repeat("\tat com.acme.A.f(A.java:1)\n", 100_000));

        var trace = Assert.Single((await StackTraceGrouper.Parse(Artifact.FromText(text), cancellationToken: Token)).Traces);

        Assert.Equal((300, 99_700), (trace.Exceptions[0].Frames.Count, trace.LeftOut));
    }

    [SuppressMessage("Performance", "CA1822", Justification = "Frames of instance and lambda kind are wanted.")]
    private async Task OuterAsync(int number)
    {
        await Task.Yield();
        try
        {
            Func<int, int> lambda = n => Inner(n + number);
            _ = lambda(1);
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException("outer", new AggregateException("several", e, new TimeoutException("late")));
        }
    }

    private static int Inner(int number) => number > 0 ? throw new FormatException("inner") : number;

    [GeneratedRegex(@":line (\d+)")]
    private static partial Regex LineNumber();

    [GeneratedRegex(@"((?:\.(?:java|go|ts|js|mjs):|, line ))(\d+)")]
    private static partial Regex Place();
}
