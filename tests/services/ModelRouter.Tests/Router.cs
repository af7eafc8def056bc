using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sutazai.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

/// <summary>The service on a port of its own, before the backend that a test chose.</summary>
internal sealed class Router : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IMeterFactory _meters;
    private readonly TimeProvider _time;
    private readonly DirectoryInfo? _ownData;

    private Router(WebApplication app, TimeProvider time, DirectoryInfo? ownData)
    {
        _app = app;
        _time = time;
        _ownData = ownData;
        _meters = app.Services.GetRequiredService<IMeterFactory>();
        Address = new Uri(app.Services.GetRequiredService<Listeners>().Internal, "model-router/");
        Client = CreateClient();
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Calls waiting for a model, as the service's own gauge counts them.</summary>
    public int Waiting
    {
        get
        {
            var waiting = -1;
            using var listener = new MeterListener
            {
                InstrumentPublished = (instrument, l) =>
                {
                    if (instrument.Name == "sutazai.router.queue.length" && ReferenceEquals(instrument.Meter.Scope, _meters))
                    {
                        l.EnableMeasurementEvents(instrument);
                    }
                },
            };
            listener.SetMeasurementEventCallback<int>((_, count, _, _) => waiting = count);
            listener.Start();
            listener.RecordObservableInstruments();
            return waiting;
        }
    }

    /// <summary>Adds up what the service counts under a name, by a tag's value, from now on.</summary>
    public Tally Count(string instrument, string tag = "") => new(instrument, tag, _meters);

    public static Task<Router> BeforeAsync(OllamaSimulator simulator, params string[] settings) => BeforeAsync(simulator, TimeProvider.System, settings);

    public static Task<Router> BeforeAsync(OllamaSimulator simulator, TimeProvider time, params string[] settings) =>
        StartAsync(time, ["Backends:models:Provider=ollama", $"ConnectionStrings:ollama=Endpoint={simulator.Address}", .. settings]);

    /// <summary>Before the simulator's OpenAI surface.</summary>
    public static Task<Router> BeforeOpenAIAsync(OllamaSimulator simulator, params string[] settings) =>
        StartAsync(TimeProvider.System, ["Backends:models:Provider=openai", $"ConnectionStrings:openai=Endpoint={simulator.Address}v1;Key=secret-key", .. settings]);

    public static Task<Router> StartAsync(params string[] settings) => StartAsync(TimeProvider.System, settings);

    public static async Task<Router> StartAsync(TimeProvider time, params string[] settings)
    {
        var module = ModelRouterService.Module;
        var timed = module with
        {
            Add = builder =>
            {
                builder.Services.AddSingleton(time);
                module.Add(builder);
            },
        };
        // A data folder among the settings is kept when the router ends.
        var ownData = settings.Any(s => s.StartsWith("data=", StringComparison.Ordinal)) ? null : Directory.CreateTempSubdirectory("sutazai-");
        string[] data = ownData is null ? [] : ["--data=" + ownData.FullName];
        try
        {
            var app = SutazaiApp.Create(
                [
                    "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Error", "--Internal:Key=a key that only these tests use, and long enough",
                    "--ModelRouter:Preload=false", "--ModelRouter:ModelMemoryBytes=100000000000", .. data, .. settings.Select(s => "--" + s)], timed);
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new Router(app, time, ownData);
        }
        catch
        {
            ownData?.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>A client that speaks for the local operator, as the gateway does for one.</summary>
    public HttpClient CreateClient() => CreateClient(Caller.Local);

    public HttpClient CreateClient(Caller caller) => new(new SignedIdentity(_app.Services.GetRequiredService<CallerIdentity>(), caller)) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };

    public Task<HttpResponseMessage> PostAsync(string path, string json, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The reply's status and body.</summary>
    public async Task<(int Status, JsonElement Body)> AskAsync(string path, string json, CancellationToken cancellationToken)
    {
        using var response = await PostAsync(path, json, cancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken));
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => Client.GetFromJsonAsync<JsonElement>(path, cancellationToken);

    public async Task<string[]> LinesAsync(string path, string json, CancellationToken cancellationToken)
    {
        using var response = await PostAsync(path, json, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The events of an OpenAI stream, <c>[DONE]</c> left out but demanded.</summary>
    public async Task<JsonElement[]> EventsAsync(string json, CancellationToken cancellationToken)
    {
        var lines = await LinesAsync("v1/chat/completions", json, cancellationToken);
        Assert.Equal("data: [DONE]", lines[^1]);
        return [.. lines[..^1].Select(l => JsonElement.Parse(l["data: ".Length..]))];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        var disposing = StopAsync();
        while (_time is FakeTimeProvider standing && !disposing.IsCompleted)
        {
            // The resilience pipeline waits for its last call by this clock.
            standing.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await disposing;
    }

    private async Task StopAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _ownData?.Delete(recursive: true);
    }
}
