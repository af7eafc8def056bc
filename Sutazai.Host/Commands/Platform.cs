using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Sutazai.Clients;

namespace Sutazai.Host.Commands;

/// <summary>The platform that a command talks to: the one running at <c>--url</c> or, if there is none, one in this process.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private static readonly TimeSpan s_knock = TimeSpan.FromSeconds(2);

    private readonly WebApplication? _own;

    private Platform(HttpClient http, WebApplication? own) => (Http, _own) = (http, own);

    public HttpClient Http { get; }

    public static Option<string?> Url { get; } = new("--url") { Description = "The running platform (default SUTAZAI_URL, or http://localhost:8080)." };

    public static Option<string?> Key { get; } = new("--key") { Description = "An API key of it (default SUTAZAI_KEY)." };

    public static Option<string?> Data { get; } = new("--data") { Description = "The data folder of a platform in this process." };

    public static Option<string?> Ollama { get; } = new("--ollama") { Description = "The model of a platform in this process." };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON, for scripts." };

    /// <exception cref="PlatformException">A platform was named and does not answer.</exception>
    public static async Task<Platform> ConnectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var named = parsed.GetValue(Url) ?? Environment.GetEnvironmentVariable("SUTAZAI_URL");
        var url = new Uri(named ?? "http://localhost:8080");
        if (await AnswersAsync(url, cancellationToken))
        {
            return new Platform(Client(url, parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable("SUTAZAI_KEY")), null);
        }

        if (named is not null)
        {
            throw new PlatformException($"No platform answers at {url}.");
        }

        List<string> args = ["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Error", "--data", SutazaiApp.DataFolder(parsed.GetValue(Data))];
        if (parsed.GetValue(Ollama) is { } ollama)
        {
            args.AddRange(["--ollama", ollama]);
        }

        var own = SutazaiApp.Create([.. args], Modules.All);
        await own.StartAsync(cancellationToken);
        var http = Client(own.Services.GetRequiredService<Listeners>().Public[0], null);
        await ReadyAsync(http, cancellationToken);
        return new Platform(http, own);
    }

    /// <summary>The answer's body, or the refusal as an exception.</summary>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await EnsureAsync(response, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<T>(SutazaiJson.Options, cancellationToken))!;
    }

    /// <exception cref="PlatformException">The platform refused; the message is the problem's detail.</exception>
    public static async Task EnsureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? await response.Content.ReadFromJsonAsync<ProblemDetails>(JsonSerializerOptions.Web, cancellationToken)
                : null;
            throw new PlatformException(problem?.Detail ?? $"The platform answered {(int)response.StatusCode} {response.ReasonPhrase}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_own is not null)
        {
            await _own.StopAsync();
            await _own.DisposeAsync();
        }
    }

    private static HttpClient Client(Uri url, string? key)
    {
        var http = new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    private static async Task<bool> AnswersAsync(Uri url, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = url, Timeout = s_knock };
        try
        {
            using var response = await http.GetAsync("health/live", cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static async Task ReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var expected = Modules.AgentGroups.Sum(g => g.Agents.Count);
        while (true)
        {
            // Refused until the gateway knows where the registry is.
            using var response = await http.GetAsync("api/agents?pageSize=1", cancellationToken);
            if (response.IsSuccessStatusCode && (await ReadAsync<Page<AgentRow>>(response, cancellationToken)).Total >= expected)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(150), cancellationToken);
        }
    }
}

/// <summary>Something the user can act on; printed without a stack trace.</summary>
internal sealed class PlatformException(string message) : Exception(message);
