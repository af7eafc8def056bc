using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator.Formats;

namespace Sutazai.Testing.OllamaSimulator.Api;

/// <summary>The routes of <c>/v1</c>.</summary>
internal sealed class OpenAiApi(OllamaSimulatorOptions settings, ModelServer server)
{
    // Ollama gives the namespace of a model's name as its owner.
    private const string Owner = "library";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", http => Exchange.Of(http).WriteAsync(
            200, new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. settings.Models.Select(model => Model(model.FullName))]) }, "application/json"));
        routes.MapGet("/v1/models/{**model}", http => ModelAsync(Exchange.Of(http), (string)http.Request.RouteValues["model"]!));
        routes.MapPost("/v1/chat/completions", http => ChatAsync(Exchange.Of(http)));
        routes.MapPost("/v1/completions", http => CompleteAsync(Exchange.Of(http)));
        routes.MapPost("/v1/embeddings", http => EmbedAsync(Exchange.Of(http)));
        foreach (var path in new[] { "/v1/responses", "/v1/messages", "/v1/audio/transcriptions" })
        {
            routes.MapPost(path, http => throw new ApiException(501, $"{http.Request.Path} is not simulated"));
        }
    }

    private Task ModelAsync(Exchange exchange, string name) =>
        SimulatedModel.Find(settings.Models, name) is null ? throw ApiException.NotFound(name) : exchange.WriteAsync(200, Model(name), "application/json");

    private Task ChatAsync(Exchange exchange)
    {
        var request = OpenAiRequests.Chat(exchange.Body);
        return server.AnswerAsync(exchange, request, new OpenAiChatFormat(request.Model, exchange.Number, request.IncludeUsage), "chat");
    }

    private Task CompleteAsync(Exchange exchange)
    {
        var request = OpenAiRequests.Completion(exchange.Body);
        return server.AnswerAsync(exchange, request, new OpenAiCompletionFormat(request.Model, exchange.Number, request.IncludeUsage), "generate");
    }

    private async Task EmbedAsync(Exchange exchange)
    {
        var json = GoJson.Object(exchange.Body, "EmbedRequest", "EOF");
        var encoding = GoJson.String(json, "encoding_format", "EmbedRequest");
        var base64 = encoding.Equals("base64", StringComparison.OrdinalIgnoreCase);
        if (encoding.Length > 0 && !base64 && !encoding.Equals("float", StringComparison.OrdinalIgnoreCase))
        {
            throw ApiException.BadRequest($"Invalid value for 'encoding_format' = {encoding}. Supported values: ['float', 'base64'].");
        }

        if (json["input"] is null or JsonArray { Count: 0 })
        {
            throw ApiException.BadRequest("invalid input");
        }

        var model = GoJson.String(json, "model", "EmbedRequest");
        IReadOnlyList<string> texts = json["input"].Text() is "" ? [""] : OllamaApi.Inputs(json["input"]);
        var work = new EmbedWork(model, texts, ApiException.NotFound(model)) { Dimensions = (int?)GoJson.Number(json, "dimensions", "EmbedRequest") };
        if (await server.EmbedAsync(exchange, work) is not { } result)
        {
            return;
        }

        var data = result.Vectors.Select(JsonNode (vector, index) => new JsonObject
        {
            ["object"] = "embedding",
            ["embedding"] = base64 ? Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan())) : new JsonArray([.. vector.Select(value => JsonValue.Create(value))]),
            ["index"] = index,
        });
        await exchange.WriteAsync(200, new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. data]),
            ["model"] = model,
            ["usage"] = new JsonObject { ["prompt_tokens"] = result.Tokens, ["total_tokens"] = result.Tokens },
        }, "application/json");
    }

    private static JsonObject Model(string name) =>
        new() { ["id"] = name, ["object"] = "model", ["created"] = OllamaApi.ModifiedAt, ["owned_by"] = Owner };
}
