using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Operations.Logs;

public sealed class StackTraceGrouper : IAgent
{
    private const int MaxGroups = 5000;

    public static AgentDefinition Definition { get; } = new("stack-trace-grouper")
    {
        Purpose = "Fingerprints and groups stack traces of .NET, Java, Python, JavaScript and Go, and points at the frame that is to blame.",
        Instructions = """
            You sort crashes. For a log or a collection of traces call group, and go through the groups from the most frequent down. For a
            single trace call culprit; ask parse only for the frames themselves. For each group suggest the likely cause in one
            sentence from the exception type, its message and the culprit frame, and name the file and line to open. Never guess at code
            that no frame shows. Fingerprints stay the same between builds, so they can be quoted in tickets.
            """,
        Examples =
        [
            new("Which crashes are in this log?") { Files = ["@traces.log"], Calls = ["group"], Says = ["ZeroDivisionError"] },
            new("Which of our own lines is at fault in these traces?") { Files = ["@traces.log"], Calls = ["culprit"], Says = ["Gateway.java"] },
        ],
    };

    [KernelFunction("parse"), Description("Finds the stack traces in a text and takes them apart: exceptions with their causes, and frames with function, file and line, the innermost call first.")]
    [ToolExample(
        """{ "text": "System.InvalidOperationException: no stock\n   at Acme.Shop.<PayAsync>d__3.MoveNext() in /src/Shop.cs:line 41\n--- End of stack trace from previous location ---\n   at System.Threading.Tasks.Task.Execute()" }""",
        """
        {
          "total": 1, "lines": 4,
          "traces": [
            { "language": "dotnet", "firstLine": 1, "lastLine": 4, "leftOut": 0,
              "exceptions": [
                { "type": "System.InvalidOperationException", "message": "no stock", "role": "outermost",
                  "frames": [
                    { "function": "Acme.Shop.<PayAsync>d__3.MoveNext", "file": "/src/Shop.cs", "line": 41, "own": true },
                    { "function": "System.Threading.Tasks.Task.Execute", "file": null, "line": null, "own": false }
                  ] }
              ] }
          ]
        }
        """)]
    [ToolExample(
        """{ "text": "at at at ((((\nTraceback (most recent call last):\n  File \"a.py\", line x, in\nKeyError: 'k'\nCaused by:\n\u0000" }""",
        """{ "total": 1, "traces": [{ "language": "python", "exceptions": [{ "type": "KeyError", "message": "'k'", "frames": [{ "function": "<module>", "file": "a.py", "line": null }] }] }] }""",
        Nasty = true, Partial = true)]
    public static async Task<ParsedTraces> Parse(
        [Description("A text with one or more stack traces; a log will do.")] Artifact text,
        [Description("Most traces to return.")] int limit = 20,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(limit, 1, 1000, nameof(limit));
        List<Trace> traces = [];
        var total = 0L;
        var lines = await new TraceScanner(Keep).ReadAsync(text, cancellationToken);
        return new(total, lines, traces);

        void Keep(Trace trace)
        {
            if (total++ < limit)
            {
                traces.Add(trace);
            }
        }
    }

    [KernelFunction("group"), Description("Groups the stack traces of a log by what failed where, insensitive to line numbers, messages, generated names and addresses.")]
    [ToolExample(
        """{ "traces": "java.lang.IllegalStateException: a\n\tat com.acme.Shop.lambda$pay$3(Shop.java:41)\njava.lang.IllegalStateException: b\n\tat com.acme.Shop.lambda$pay$7(Shop.java:52)" }""",
        """
        {
          "traces": 2, "total": 1, "overflow": 0,
          "groups": [
            { "fingerprint": "f47ded0ad", "count": 2, "first": null, "last": null, "firstLine": 1, "lastLine": 4, "language": "java",
              "type": "java.lang.IllegalStateException", "rootType": "java.lang.IllegalStateException", "message": "a",
              "culprit": { "function": "com.acme.Shop.lambda$pay$3", "file": "Shop.java", "line": 41, "own": true },
              "frames": ["com.acme.Shop.lambda$pay"] }
          ]
        }
        """)]
    [ToolExample("""{ "traces": "@traces.log" }""", """{ "traces": 7, "total": 5, "groups": [{ "count": 2, "language": "java" }] }""", Partial = true)]
    [ToolExample("""{ "traces": "all is well" }""", "no stack trace was found", Nasty = true, Fails = true)]
    public static async Task<TraceGroups> Group(
        [Description("A log or text with stack traces.")] Artifact traces,
        [Description("Function prefixes or path parts that are your own code; when left out, everything that is no known framework.")] IReadOnlyList<string>? ownPrefixes = null,
        [Description("Most groups to return, the most frequent first.")] int limit = 50,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(limit, 1, MaxGroups, nameof(limit));
        Dictionary<string, Tally> groups = [];
        var (total, overflow) = (0L, 0L);
        await new TraceScanner(Take).ReadAsync(traces, cancellationToken);
        RequireTraces(total, traces);
        return new(
            total, groups.Count, overflow,
            [.. groups.Values.OrderByDescending(g => g.Count).ThenBy(g => g.First.FirstLine).Take(limit).Select(g => g.Describe(ownPrefixes))]);

        void Take(Trace trace)
        {
            total++;
            var fingerprint = TraceFingerprint.Of(trace);
            if (!groups.TryGetValue(fingerprint, out var group))
            {
                if (groups.Count == MaxGroups)
                {
                    overflow++;
                    return;
                }

                groups[fingerprint] = group = new Tally(fingerprint, trace);
            }

            group.Take(trace);
        }
    }

    [KernelFunction("culprit"), Description("Finds in each stack trace the frame of your own code that is nearest to the failure, in the deepest cause that has one.")]
    [ToolExample(
        """{ "trace": "Traceback (most recent call last):\n  File \"/srv/app/shop.py\", line 12, in pay\n    gateway.charge(order)\n  File \"/usr/lib/python3.12/socket.py\", line 845, in create_connection\n    raise err\nTimeoutError: timed out" }""",
        """
        {
          "total": 1,
          "culprits": [
            { "firstLine": 1, "language": "python", "type": "TimeoutError", "message": "timed out",
              "frame": { "function": "pay", "file": "/srv/app/shop.py", "line": 12, "own": true }, "depth": 1, "why": "notFramework" }
          ]
        }
        """)]
    [ToolExample(
        """{ "trace": "panic: boom\n\ngoroutine 1 [running]:\nruntime.gopanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:770 +0x132", "ownPrefixes": ["main."] }""",
        """{ "culprits": [{ "language": "go", "type": "panic", "frame": { "function": "runtime.gopanic", "line": 770, "own": false }, "depth": 0, "why": "noneOwn" }] }""",
        Nasty = true, Partial = true)]
    [ToolExample("""{ "trace": "\u0000\u0000" }""", "no stack trace was found", Nasty = true, Fails = true)]
    public static async Task<Culprits> Culprit(
        [Description("A text with one stack trace, or several.")] Artifact trace,
        [Description("Function prefixes or path parts that are your own code, such as 'Acme.' or '/srv/app/'.")] IReadOnlyList<string>? ownPrefixes = null,
        [Description("Most traces to answer for.")] int limit = 20,
        CancellationToken cancellationToken = default)
    {
        Limits.Require(limit, 1, 1000, nameof(limit));
        List<Blame> blames = [];
        var total = 0L;
        await new TraceScanner(Take).ReadAsync(trace, cancellationToken);
        RequireTraces(total, trace);
        return new(total, blames);

        void Take(Trace found)
        {
            if (total++ < limit)
            {
                blames.Add(TraceFingerprint.Blame(found, ownPrefixes));
            }
        }
    }

    private static void RequireTraces(long total, Artifact artifact)
    {
        if (total == 0)
        {
            throw new InvalidInputException($"In '{artifact.Name}' no stack trace was found; expected one of .NET, Java, Python, JavaScript or Go.");
        }
    }

    private sealed class Tally(string fingerprint, Trace first)
    {
        private DateTimeOffset? _first;
        private DateTimeOffset? _last;
        private long _lastLine;

        public long Count { get; private set; }

        public Trace First => first;

        public void Take(Trace trace)
        {
            Count++;
            _lastLine = trace.LastLine;
            if (trace.Time is { } time)
            {
                var at = time.ToDateTimeOffset();
                _first = _first is { } earliest && earliest <= at ? earliest : at;
                _last = _last is { } latest && latest >= at ? latest : at;
            }
        }

        public TraceGroup Describe(IReadOnlyList<string>? ownPrefixes) => new(
            fingerprint, Count, _first, _last, first.FirstLine, _lastLine, first.Language, first.Exceptions[0].Type, first.Root.Type, first.Root.Message,
            TraceFingerprint.Blame(first, ownPrefixes).Frame, [.. TraceFingerprint.Names(first.Language, first.Root).Take(10)]);
    }

    public sealed record ParsedTraces(long Total, long Lines, IReadOnlyList<Trace> Traces);

    /// <param name="Traces">Traces found.</param>
    /// <param name="Total">Groups found.</param>
    /// <param name="Overflow">Traces in no group because there were already 5000.</param>
    public sealed record TraceGroups(long Traces, int Total, long Overflow, IReadOnlyList<TraceGroup> Groups);

    /// <param name="Message">Of the deepest cause, in the first trace.</param>
    /// <param name="Frames">What the fingerprint was made of in the deepest cause.</param>
    public sealed record TraceGroup(
        string Fingerprint, long Count, DateTimeOffset? First, DateTimeOffset? Last, long FirstLine, long LastLine, TraceLanguage Language, string Type, string RootType,
        string Message, TraceFrame Culprit, IReadOnlyList<string> Frames);

    public sealed record Culprits(long Total, IReadOnlyList<Blame> Items)
    {
        [System.Text.Json.Serialization.JsonPropertyName("culprits")]
        public IReadOnlyList<Blame> Items { get; init; } = Items;
    }

    /// <param name="Depth">Calls between it and the place that threw.</param>
    public sealed record Blame(long FirstLine, TraceLanguage Language, string Type, string Message, TraceFrame Frame, int Depth, BlameReason Why);

    public enum BlameReason
    {
        /// <summary>It matches a prefix that was given.</summary>
        OwnPrefix,

        /// <summary>It belongs to no known framework.</summary>
        NotFramework,

        /// <summary>No frame is your own; this one threw.</summary>
        NoneOwn,
    }
}
