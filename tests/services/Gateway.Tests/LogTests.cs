using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sutazai.Clients;
using Sutazai.Identity;
using Sutazai.ModelRouter;
using Sutazai.Registry;
using Sutazai.Testing;

namespace Sutazai.Gateway.Tests;

/// <summary>What an operator is told of requests that went wrong.</summary>
public sealed class LogTests : IAsyncDisposable
{
    private readonly LogLines _log = new();
    private ServiceHost? _host;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Theory]
    [InlineData("/api/chat", true), InlineData("/v1/completions", true), InlineData("/v1/chat/completions", false)]
    public async Task An_upload_that_breaks_off_is_nobodys_to_act_on(string path, bool forwarded)
    {
        _host = await StartAsync();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(_host.Public.Host, _host.Public.Port, Cancelled);
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + new string(' ', 200_000)), Cancelled);
            await _log.WaitForAsync("Request starting", path, forwarded ? 2 : 1, Cancelled);
            client.LingerState = new LingerOption(true, 0);
        }

        await _log.WaitForAsync("Request finished", path, forwarded ? 2 : 1, Cancelled);
        Assert.Empty(_log.Warnings);
    }

    [Theory, InlineData("/api/chat"), InlineData("/v1/chat/completions")]
    public async Task A_body_over_the_limit_is_nobodys_to_act_on(string path)
    {
        _host = await StartAsync();
        using var http = new HttpClient { BaseAddress = _host.Public };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[(20 << 20) + 1]) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await http.SendAsync(request, Cancelled);

        Assert.Equal(413, (int)response.StatusCode);
        await _log.WaitForAsync("Request finished", path, 1, Cancelled);
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_named_in_one_line()
    {
        _host = await ServiceHost.StartAsync(
            [Logged(RegistryService.Module), GatewayService.Module, IdentityService.Module], TimeProvider.System,
            "--services:artifacts:http:0=http://127.0.0.1:1", "--services:model-router:http:0=http://127.0.0.1:1", "--Logging:LogLevel:Default=Warning");
        await _host.Services.GetRequiredService<RegistryClient>().RegisterAsync(
            "model-router", "dead", new Registration(new Uri("http://127.0.0.1:1"), "1.0", [], [], new Dictionary<string, AgentHealth>()), Cancelled);

        await UntilAsync(_host, _ => _log.Warnings.Count > 0);

        Assert.Matches(@"^'model-router' at http://127\.0\.0\.1:1/? failed: Request: [^\n]+$", _log.Warnings[0]);
    }

    private async Task<ServiceHost> StartAsync()
    {
        var host = await ServiceHost.StartAsync(
            [Logged(RegistryService.Module), GatewayService.Module, IdentityService.Module, ModelRouterService.Module], TimeProvider.System,
            "--services:artifacts:http:0=http://127.0.0.1:1", "--Logging:LogLevel:Default=Warning");
        await UntilAsync(host, status => status == 200);
        return host;
    }

    /// <summary>Asks the router through the gateway, which knows it a moment after the start.</summary>
    private static async Task UntilAsync(ServiceHost host, Predicate<int> done)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var http = new HttpClient { BaseAddress = host.Public };
        while (true)
        {
            using var response = await http.GetAsync("api/version", patience.Token);
            if (done((int)response.StatusCode))
            {
                return;
            }

            // Less often than the local operator may ask.
            await Task.Delay(TimeSpan.FromMilliseconds(120), patience.Token);
        }
    }

    private ServiceModule Logged(ServiceModule module) => module with
    {
        Add = builder =>
        {
            builder.Logging.AddProvider(_log);
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Information);
            module.Add(builder);
        },
    };

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly Lock _lock = new();
        private readonly List<(LogLevel Level, string Text)> _lines = [];
        private readonly Channel<bool> _more = Channel.CreateUnbounded<bool>();

        public List<string> Warnings
        {
            get
            {
                lock (_lock)
                {
                    return [.. _lines.Where(l => l.Level >= LogLevel.Warning).Select(l => l.Text)];
                }
            }
        }

        public async Task WaitForAsync(string beginning, string path, int count, CancellationToken cancellationToken)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(30));
            while (Count(beginning, path) < count)
            {
                await _more.Reader.ReadAsync(patience.Token);
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lock)
            {
                _lines.Add((logLevel, formatter(state, exception) + (exception is null ? "" : "\n" + exception)));
            }

            _more.Writer.TryWrite(true);
        }

        public void Dispose()
        {
        }

        private int Count(string beginning, string path)
        {
            lock (_lock)
            {
                return _lines.Count(l => l.Text.StartsWith(beginning, StringComparison.Ordinal) && l.Text.Contains(path + " ", StringComparison.Ordinal));
            }
        }
    }
}
