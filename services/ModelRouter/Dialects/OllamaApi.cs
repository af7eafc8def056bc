using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Catalog;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Ollama's HTTP API, as far as it is about using models.</summary>
internal sealed class OllamaApi(SharedCalls calls, ModelCatalog catalog, ModelBackends backends, IOptions<ModelRouterOptions> options, TimeProvider time)
{
    /// <summary>What clients that adapt to a version are told where the backend has none to tell: the version that this surface follows.</summary>
    private const string Follows = "0.32.0";

    private static readonly string[] s_read = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] s_management = ["/pull", "/push", "/create", "/copy", "/delete", "/blobs/{digest}"];

    private readonly long _maxBytes = options.Value.MaxBodyBytes;
    private readonly StreamedReply _stream = new(options.Value.Heartbeat, time);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/", s_read, () => TypedResults.Text("Ollama is running"));
        var ollama = routes.ServiceProvider.GetRequiredService<OllamaApi>();
        var refusals = new Refusals(OllamaReplies.ErrorAsync);
        var api = routes.MapGroup("/api");
        api.MapPost("/chat", refusals.Around(ollama.ChatAsync));
        api.MapPost("/generate", refusals.Around(ollama.GenerateAsync));
        api.MapPost("/embed", refusals.Around(ollama.EmbedAsync));
        api.MapPost("/embeddings", refusals.Around(ollama.EmbedOneAsync));
        api.MapPost("/show", refusals.Around(ollama.ShowAsync));
        api.MapMethods("/tags", s_read, refusals.Around(ollama.TagsAsync));
        api.MapMethods("/ps", s_read, refusals.Around(ollama.RunningAsync));
        api.MapMethods("/version", s_read, refusals.Around(ollama.VersionAsync));
        foreach (var route in s_management)
        {
            api.Map(route, refusals.Around(Refuse));
        }
    }

    private async Task ChatAsync(HttpContext context)
    {
        var request = await WireBody.ReadAsync(context, OllamaJson.Wire.OllamaChatRequest, _maxBytes);
        await AnswerAsync(context, OllamaRequests.Call(request), generates: false);
    }

    private async Task GenerateAsync(HttpContext context)
    {
        var request = await WireBody.ReadAsync(context, OllamaJson.Wire.OllamaGenerateRequest, _maxBytes);
        await AnswerAsync(context, OllamaRequests.Call(request), generates: true);
    }

    private async Task AnswerAsync(HttpContext context, ChatCall call, bool generates)
    {
        var (model, source, progress, chunks) = await calls.ChatAsync(call, RequestTerms.Of(context), context.RequestAborted);
        DecisionHeader.Add(context, source, progress);
        var replies = new OllamaReplies(model, generates, time);
        if (call.Stream)
        {
            await _stream.WriteAsync(context, chunks, replies, progress);
        }
        else
        {
            await WireBody.ReplyAsync(context, replies.Of(await StreamedReply.WholeAsync(chunks, context.RequestAborted)), OllamaJson.Wire.OllamaChunk);
        }
    }

    private async Task EmbedAsync(HttpContext context)
    {
        var request = await WireBody.ReadAsync(context, OllamaJson.Wire.OllamaEmbedRequest, _maxBytes);
        var (model, source, progress, embeddings) = await calls.EmbedAsync(OllamaRequests.Call(request, unscaled: false), RequestTerms.Of(context), context.RequestAborted);
        DecisionHeader.Add(context, source, progress);
        await WireBody.ReplyAsync(context, OllamaReplies.Of(model, embeddings), OllamaJson.Wire.OllamaEmbedReply);
    }

    private async Task EmbedOneAsync(HttpContext context)
    {
        var request = await WireBody.ReadAsync(context, OllamaJson.Wire.OllamaEmbedRequest, _maxBytes);
        var (_, source, progress, embeddings) = await calls.EmbedAsync(OllamaRequests.Call(request, unscaled: true), RequestTerms.Of(context), context.RequestAborted);
        DecisionHeader.Add(context, source, progress);
        await WireBody.ReplyAsync(context, new OllamaEmbedReply { Embedding = embeddings.Vectors is [var one, ..] ? one : [] }, OllamaJson.Wire.OllamaEmbedReply);
    }

    private async Task ShowAsync(HttpContext context)
    {
        var request = await WireBody.ReadAsync(context, OllamaJson.Wire.OllamaShowRequest, _maxBytes);
        var model = await catalog.ResolveAsync(OllamaRequests.Model(request.Model ?? request.Name), context.RequestAborted);
        var shown = await backends.FirstAsync((server, token) => server.ShowAsync(model, request.Verbose ?? false, token), context.RequestAborted);
        await WireBody.ReplyAsync(context, shown, OllamaJson.Wire.JsonElement);
    }

    private async Task TagsAsync(HttpContext context)
    {
        var models = await catalog.ListAsync(context.RequestAborted);
        await WireBody.ReplyAsync(context, new OllamaModelList([.. models.Select(m => m.Row)]), OllamaJson.Wire.OllamaModelList);
    }

    private async Task RunningAsync(HttpContext context)
    {
        var running = await backends.AllAsync((server, token) => server.RunningAsync(token), context.RequestAborted);
        await WireBody.ReplyAsync(context, new OllamaModelList([.. running.SelectMany(r => r)]), OllamaJson.Wire.OllamaModelList);
    }

    private async Task VersionAsync(HttpContext context)
    {
        var version = await catalog.VersionAsync(context.RequestAborted) ?? Follows;
        await WireBody.ReplyAsync(context, new OllamaVersion(version), OllamaJson.Wire.OllamaVersion);
    }

    private static Task Refuse(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        throw new ModelException(
            StatusCodes.Status403Forbidden, $"{path[path.IndexOf("/api/", StringComparison.Ordinal)..]} is not offered here: models are managed at the backend itself")
        {
            Code = "not_offered",
        };
    }
}
