using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Sutazai.Bench.Router;

/// <summary>
/// What a call wants of <see cref="UpstreamMock"/>. It is the text of the call's last message, the one part that reaches the upstream unchanged
/// through every contestant.
/// </summary>
/// <param name="FirstMs">Milliseconds before the first byte, the status included, as of a model that loads or reads a long prompt.</param>
internal sealed record Order(string Id, int Chunks = 1, int EveryMs = 0, int FirstMs = 0)
{
    /// <summary>How long the upstream works on it.</summary>
    public TimeSpan Work => TimeSpan.FromMilliseconds(FirstMs + ((Chunks - 1) * EveryMs));
}

/// <summary>
/// One call as the upstream saw it. The times are <see cref="Stopwatch"/>'s, which on Linux are the same clock in every process; zero where it has not happened.
/// </summary>
internal sealed class UpstreamCall
{
    public long Started { get; set; }

    /// <summary>The caller's connection closed.</summary>
    public long Aborted { get; set; }

    public long Ended { get; set; }
}

/// <summary>
/// A model server that does as each call orders: it streams chunks, waits before the first, counts its calls and notices those who leave.
/// Each chunk's text is <c>number:time</c>, so that a reader can tell how long it was on its way.
/// </summary>
internal static class UpstreamMock
{
    public static async Task RunAsync(string url)
    {
        ConcurrentDictionary<string, ConcurrentQueue<UpstreamCall>> calls = new();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        await using var app = builder.Build();
        app.MapGet("/v1/models", () => Results.Text("""{"object":"list","data":[{"id":"bench","object":"model"}]}""", "application/json"));
        app.MapGet("/calls/{id}", (string id) => calls.TryGetValue(id, out var known) ? known.ToArray() : []);
        app.MapPost("/v1/chat/completions", context => AnswerAsync(context, calls));
        await app.RunAsync();
    }

    private static async Task AnswerAsync(HttpContext context, ConcurrentDictionary<string, ConcurrentQueue<UpstreamCall>> calls)
    {
        using var request = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var order = JsonSerializer.Deserialize<Order>(request.RootElement.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!)!;
        var stream = request.RootElement.TryGetProperty("stream", out var asked) && asked.ValueKind == JsonValueKind.True;
        var call = new UpstreamCall { Started = Stopwatch.GetTimestamp() };
        calls.GetOrAdd(order.Id, _ => new()).Enqueue(call);
        await using var leaving = context.RequestAborted.Register(() => call.Aborted = Stopwatch.GetTimestamp());
        try
        {
            await (stream ? StreamAsync(context, order, call) : WholeAsync(context, order, call));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // What is measured here.
        }
        finally
        {
            call.Ended = Stopwatch.GetTimestamp();
        }
    }

    private static async Task StreamAsync(HttpContext context, Order order, UpstreamCall call)
    {
        context.Response.ContentType = "text/event-stream";
        for (var chunk = 0; chunk < order.Chunks; chunk++)
        {
            await UntilAsync(call.Started, order.FirstMs + (chunk * order.EveryMs), context.RequestAborted);
            var text = string.Create(CultureInfo.InvariantCulture, $"{chunk}:{Stopwatch.GetTimestamp()}");
            await context.Response.WriteAsync(Event($$"""{"role":"assistant","content":"{{text}}"}""", "null"), context.RequestAborted);
        }

        await context.Response.WriteAsync(Event("{}", "\"stop\"") + "data: [DONE]\n\n", context.RequestAborted);
    }

    private static async Task WholeAsync(HttpContext context, Order order, UpstreamCall call)
    {
        await UntilAsync(call.Started, order.Work.TotalMilliseconds, context.RequestAborted);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(
            """{"id":"chatcmpl-mock","object":"chat.completion","created":1700000000,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"whole"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""",
            context.RequestAborted);
    }

    private static async Task UntilAsync(long started, double milliseconds, CancellationToken cancellationToken)
    {
        var left = TimeSpan.FromMilliseconds(milliseconds) - Stopwatch.GetElapsedTime(started);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, cancellationToken);
        }
    }

    private static string Event(string delta, string finish) =>
        $$"""data: {"id":"chatcmpl-mock","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""" + "\n\n";
}
