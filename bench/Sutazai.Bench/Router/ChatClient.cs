using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Sutazai.Bench.Router;

/// <param name="At">When it was read, as <see cref="Stopwatch"/> tells time.</param>
internal readonly record struct Piece(string Text, long At);

/// <summary>Asks a contestant as an application would.</summary>
internal sealed class ChatClient : IDisposable
{
    private readonly HttpClient _http = Plain();
    private readonly Contestant _contestant;

    public ChatClient(Contestant contestant) => _contestant = contestant;

    public static HttpClient Plain() => new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, MaxResponseDrainSize = 0 }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <returns>The response, its body unread; the caller disposes of it, which closes the connection where the answer is not complete.</returns>
    public async Task<HttpResponseMessage> SendAsync(Order order, bool stream, CancellationToken cancellationToken)
    {
        var text = JsonSerializer.Serialize(JsonSerializer.Serialize(order));
        using var request = new HttpRequestMessage(HttpMethod.Post, _contestant.Chat)
        {
            Content = new StringContent(
                $$"""{"model":"bench","temperature":0,"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":{{text}}}]}""", Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in _contestant.Headers())
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The pieces of a streamed answer that carry text.</summary>
    public static async IAsyncEnumerable<Piece> PiecesAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal))
            {
                continue;
            }

            var at = Stopwatch.GetTimestamp();
            using var data = JsonDocument.Parse(line.AsMemory("data: ".Length));
            if (data.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
                && choices[0].GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } text)
            {
                yield return new(text, at);
            }
        }
    }

    /// <summary>Waits until the contestant passes on what the upstream answers.</summary>
    public static async Task AnswersAsync(Contestant contestant, CancellationToken cancellationToken)
    {
        using var client = new ChatClient(contestant);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var last = "";
        try
        {
            while (true)
            {
                try
                {
                    using var response = await client.SendAsync(new Order("ready"), stream: false, patience.Token);
                    last = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(patience.Token)}";
                    if (response.IsSuccessStatusCode && last.Contains("chat.completion", StringComparison.Ordinal))
                    {
                        return;
                    }
                }
                catch (HttpRequestException e)
                {
                    // Not listening yet.
                    last = e.Message;
                }

                await Task.Delay(20, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"'{contestant.Name}' does not answer: {last}");
        }
    }

    public void Dispose() => _http.Dispose();
}
