using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Backends;

/// <summary>
/// HTTP to a model backend. It has a connection pool of its own, apart from the calls between services: no retries, no time limit on an
/// answer, and a cancelled call closes its connection, which is what stops a model.
/// </summary>
internal sealed class Upstream : IDisposable
{
    private const int MaxErrorBytes = 64 << 10;
    private const int MaxRentedBytes = 1 << 20;
    private const int MaxMessage = 500;
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(5);

    /// <summary>What llama-server says of requests that it cannot fulfil and answers as if it had failed itself.</summary>
    private static readonly string[] s_callersFaults = ["Failed to parse messages", "Failed to parse tools", "input is too large to process", "input is larger than the max context size", "context shift is disabled"];

    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly HttpMessageInvoker _http;
    private readonly AuthenticationHeaderValue? _authorization;

    // The paths are few and known, and putting an address together takes longer than finding it.
    private readonly ConcurrentDictionary<string, Uri> _addresses = new(StringComparer.Ordinal);

    public Upstream(BackendConnection connection)
    {
        Address = connection.Endpoint;
        _authorization = connection.Key is { } key ? new AuthenticationHeaderValue("Bearer", key) : null;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
            // Bounds reaching the host, not the answer.
            ConnectTimeout = TimeSpan.FromSeconds(15),
            ConnectCallback = ConnectAsync,
            // The call has a span of its own, with more to tell than one of HTTP; its context is sent below.
            ActivityHeadersPropagator = null,
        });
    }

    public Uri Address { get; }

    public void Dispose() => _http.Dispose();

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, content: null, cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    public async Task<TReply> PostAsync<TBody, TReply>(
        string path, Func<TBody> body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TReply> replyType, CancellationToken cancellationToken)
    {
        using var response = await PostAsync(path, body, bodyType, cancellationToken);
        return await ReadAsync(response, replyType, cancellationToken);
    }

    /// <param name="body">Makes what is sent. Whatever goes wrong with that is its sender's fault, and the backend never hears of it.</param>
    /// <returns>The response, its body unread.</returns>
    /// <exception cref="ModelException">The backend refused, or the body cannot be made.</exception>
    public Task<HttpResponseMessage> PostAsync<T>(string path, Func<T> body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(Bytes(body, type));
        content.Headers.ContentType = s_json;
        return SendAsync(HttpMethod.Post, path, content, cancellationToken);
    }

    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken) ?? throw new JsonException("The answer is null.");
    }

    /// <summary>Reads an answer when all of it is there.</summary>
    /// <param name="read">Keeps nothing of what it is given.</param>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, Func<ReadOnlySpan<byte>, T> read, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength is not { } told || told > MaxRentedBytes)
        {
            return read(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }

        var length = (int)told;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            await stream.ReadExactlyAsync(bytes.AsMemory(0, length), cancellationToken);
            return read(bytes.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>The message in an error of Ollama (<c>{"error":"…"}</c>), OpenAI (<c>{"error":{"message":"…"}}</c>) or vLLM (<c>{"message":"…"}</c>).</summary>
    public static string? MessageOf(JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.String)
        {
            return error.GetString();
        }

        if (error.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return error.TryGetProperty("error", out var inner) ? MessageOf(inner)
            : error.TryGetProperty("message", out var message) ? MessageOf(message)
            : null;
    }

    private static byte[] Bytes<T>(Func<T> body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonWriting.Bytes(body(), type);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw ModelException.Invalid("the request cannot be written for the model backend: it nests too deeply, or has a value that JSON has no way to say", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, _addresses.GetOrAdd(path, static (path, address) => new Uri(address, path), Address)) { Content = content };
        request.Headers.Authorization = _authorization;
        DistributedContextPropagator.Current.Inject(Activity.Current, request, static (carrier, name, value) => ((HttpRequestMessage)carrier!).Headers.TryAddWithoutValidation(name, value));
        var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(response, cancellationToken);
        }
    }

    private static async Task<ModelException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        Refusal((int)response.StatusCode, await ErrorAsync(response, cancellationToken), response.Headers.RetryAfter?.Delta);

    /// <param name="message">The backend's own words, if there are any.</param>
    /// <param name="wait">What the backend wants waited.</param>
    public static ModelException Refusal(int status, string? message, TimeSpan? wait = null)
    {
        message = message is null ? $"the model backend answered {status}" : message.Length > MaxMessage ? message[..MaxMessage] + "…" : message;
        return status switch
        {
            401 or 403 => new(StatusCodes.Status502BadGateway, "the model backend refuses the router's key") { Code = "backend_refused_key", Fault = Fault.Backend },
            // Busy or loading is no failure: counting it would open the breaker exactly when the backend works hardest.
            429 or 503 => new(status, message) { Code = "server_busy", Fault = Fault.Nobody, RetryAfter = wait > TimeSpan.Zero ? wait : s_busy },
            404 => new(status, message) { Code = "model_not_found" },
            >= 400 and < 500 or 501 => new(status, message),
            500 when s_callersFaults.Any(f => message.Contains(f, StringComparison.Ordinal)) => new(StatusCodes.Status400BadRequest, message),
            500 => new(status, message) { Code = "backend_failed", Fault = Fault.Backend },
            _ => ModelException.Broken(message),
        };
    }

    private static async Task<string?> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MaxErrorBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(bytes.AsMemory(0, length));
            return MessageOf(json.RootElement);
        }
        catch (JsonException)
        {
            // An error may repeat the whole request that it is about.
            return length == bytes.Length ? Encoding.UTF8.GetString(bytes, 0, MaxMessage + 1) : null;
        }
    }

    /// <summary>As the handler's own, with keep-alive probes: an answer has no time limit, so a host that vanished must be noticed otherwise.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
