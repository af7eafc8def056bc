using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Catalog;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>OpenAI's HTTP API: chat, completions, embeddings and the list of models.</summary>
internal sealed class OpenAIApi(SharedCalls calls, ModelCatalog catalog, IOptions<ModelRouterOptions> options, TimeProvider time)
{
    private readonly long _maxBytes = options.Value.MaxBodyBytes;
    private readonly StreamedReply _stream = new(options.Value.Heartbeat, time);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var openAI = routes.ServiceProvider.GetRequiredService<OpenAIApi>();
        var refusals = new Refusals(OpenAIReplies.ErrorAsync);
        var v1 = routes.MapGroup("/v1");
        v1.MapPost("/chat/completions", refusals.Around(openAI.ChatAsync));
        v1.MapPost("/completions", refusals.Around(openAI.CompleteAsync));
        v1.MapPost("/embeddings", refusals.Around(openAI.EmbedAsync));
        v1.MapGet("/models", refusals.Around(openAI.ModelsAsync));
        v1.MapGet("/models/{**id}", refusals.Around(openAI.ModelAsync));
    }

    private async Task ChatAsync(HttpContext context)
    {
        var request = await WireBody.ReadAsync(context, OpenAIJson.Wire.OpenAIChatRequest, _maxBytes);
        var call = OpenAIRequestReader.Call(request);
        var (model, source, progress, chunks) = await calls.ChatAsync(call, RequestTerms.Of(context), context.RequestAborted);
        DecisionHeader.Add(context, source, progress);
        var replies = new OpenAIReplies(model, request.StreamOptions?.IncludeUsage == true, time);
        if (call.Stream)
        {
            await _stream.WriteAsync(context, chunks, replies, progress);
        }
        else
        {
            await WireBody.ReplyAsync(context, replies.Of(await StreamedReply.WholeAsync(chunks, context.RequestAborted)), OpenAIJson.Wire.OpenAICompletion);
        }
    }

    private async Task CompleteAsync(HttpContext context)
    {
        var request = await WireBody.ReadAsync(context, OpenAIJson.Wire.OpenAITextRequest, _maxBytes);
        var call = OpenAIRequestReader.Call(request);
        var (model, source, progress, chunks) = await calls.ChatAsync(call, RequestTerms.Of(context), context.RequestAborted);
        DecisionHeader.Add(context, source, progress);
        var replies = new OpenAITextReplies(model, request.StreamOptions?.IncludeUsage == true, time);
        if (call.Stream)
        {
            await _stream.WriteAsync(context, chunks, replies, progress);
        }
        else
        {
            await WireBody.ReplyAsync(context, replies.Of(await StreamedReply.WholeAsync(chunks, context.RequestAborted)), OpenAIJson.Wire.OpenAICompletion);
        }
    }

    private async Task EmbedAsync(HttpContext context)
    {
        var request = await WireBody.ReadAsync(context, OpenAIJson.Wire.OpenAIEmbedRequest, _maxBytes);
        var base64 = request.EncodingFormat switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw OllamaRequests.Wrong("encoding_format", "\"float\" or \"base64\""),
        };
        var (model, source, progress, embeddings) = await calls.EmbedAsync(OpenAIRequestReader.Call(request), RequestTerms.Of(context), context.RequestAborted);
        DecisionHeader.Add(context, source, progress);
        await WireBody.ReplyAsync(context, OpenAIReplies.Of(model, embeddings, base64), OpenAIJson.Wire.OpenAIEmbedReply);
    }

    private async Task ModelsAsync(HttpContext context)
    {
        var models = await catalog.ListAsync(context.RequestAborted);
        await WireBody.ReplyAsync(context, new OpenAIModelList { Object = "list", Data = [.. models.Select(Row)] }, OpenAIJson.Wire.OpenAIModelList);
    }

    private async Task ModelAsync(HttpContext context)
    {
        // A path's slashes stay escaped, and names such as hf.co/maker/model have some.
        var id = ((string?)context.GetRouteValue("id") ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var name = await catalog.ResolveAsync(id, context.RequestAborted);
        var model = (await catalog.ListAsync(context.RequestAborted)).FirstOrDefault(m => m.Name == name) ?? throw ModelException.NotFound(id, "");
        await WireBody.ReplyAsync(context, Row(model), OpenAIJson.Wire.OpenAIModel);
    }

    private static OpenAIModel Row(BackendModel model) => new()
    {
        Id = model.Name,
        Object = "model",
        Created = model.Row.TryGetProperty("modified_at", out var modified) && modified.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(modified.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? at.ToUnixTimeSeconds()
                : 0,
        OwnedBy = "library",
    };
}
