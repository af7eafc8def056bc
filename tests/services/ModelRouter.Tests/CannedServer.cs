using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sutazai.ModelRouter.Tests;

/// <summary>An OpenAI-compatible server with one model, <c>tiny</c>, that answers every call as a test says.</summary>
internal sealed class CannedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CannedServer(WebApplication app) => _app = app;

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<JsonElement> Asked { get; } = [];

    public static async Task<CannedServer> StartAsync(Func<JsonElement, Reply> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new CannedServer(builder.Build());
        server._app.MapGet("/v1/models", () => """{"object":"list","data":[{"id":"tiny","object":"model","owned_by":"llamacpp"}]}""");
        server._app.MapPost("/v1/{**path}", async (HttpContext context) =>
        {
            var body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
            server.Asked.Enqueue(body);
            var (status, type, text) = answer(body);
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.WriteAsync(text);
        });
        await server._app.StartAsync();
        return server;
    }

    public Task<Router> RouterAsync() => Router.StartAsync("Backends:models:Provider=openai", $"ConnectionStrings:openai=Endpoint={_app.Urls.First()}/v1");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public sealed record Reply(int Status, string Type, string Text)
    {
        public static Reply Json(string text, int status = 200) => new(status, "application/json", text);

        public static Reply Events(string text) => new(200, "text/event-stream", text);
    }
}
