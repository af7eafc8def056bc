using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator.Formats;
using Sutazai.Testing.OllamaSimulator.Scheduling;

namespace Sutazai.Testing.OllamaSimulator.Api;

/// <summary>The routes of <c>/api</c>.</summary>
internal sealed class OllamaApi(OllamaSimulatorOptions settings, ModelScheduler scheduler, ModelServer server)
{
    private static readonly DateTimeOffset Modified = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly string[] GetOrHead = ["GET", "HEAD"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/", GetOrHead, http => Exchange.Of(http).WriteTextAsync("Ollama is running", "text/plain; charset=utf-8"));
        routes.MapMethods("/api/version", GetOrHead, http => Ok(http, new JsonObject { ["version"] = settings.Version }));
        routes.MapGet("/api/status", http => Ok(http, new JsonObject { ["cloud"] = new JsonObject { ["disabled"] = true, ["source"] = "env" } }));
        routes.MapMethods("/api/tags", GetOrHead, http => Ok(http, new JsonObject { ["models"] = new JsonArray([.. settings.Models.Select(Row)]) }));
        routes.MapGet("/api/ps", http => Ok(http, new JsonObject { ["models"] = new JsonArray([.. scheduler.Loaded.Select(Running)]) }));
        routes.MapPost("/api/show", http => ShowAsync(Exchange.Of(http)));
        routes.MapPost("/api/chat", http => ChatAsync(Exchange.Of(http)));
        routes.MapPost("/api/generate", http => GenerateAsync(Exchange.Of(http)));
        routes.MapPost("/api/embed", http => EmbedAsync(Exchange.Of(http)));
        routes.MapPost("/api/embeddings", http => EmbeddingsAsync(Exchange.Of(http)));
        routes.MapPost("/api/pull", http => PullAsync(Exchange.Of(http)));
        routes.MapPost("/api/push", http => Refuse(Exchange.Of(http), "push"));
        routes.MapPost("/api/create", http => Refuse(Exchange.Of(http), "create"));
        routes.MapPost("/api/copy", http => CopyAsync(Exchange.Of(http)));
        routes.MapDelete("/api/delete", http => DeleteAsync(Exchange.Of(http)));
        routes.MapMethods("/api/blobs/{digest}", ["HEAD"], http => throw new ApiException(404, $"blob \"{http.Request.RouteValues["digest"]}\" not found"));
        routes.MapPost("/api/blobs/{digest}", http => Refuse(Exchange.Of(http), "create"));
        routes.MapPost("/api/me", _ => throw new ApiException(401, "unauthorized"));
        routes.MapPost("/api/signout", _ => throw new ApiException(401, "you are not currently signed in"));
    }

    // So that the memory of a context can be told; few, so that it is small beside the weights.
    private const int Blocks = 16;
    private const int Heads = 8;

    public static JsonNode Show(SimulatedModel model) => new JsonObject
    {
        ["license"] = "None: this model only pretends.",
        ["modelfile"] = $"FROM {model.FullName}\n",
        ["parameters"] = "stop                           \"<|eot_id|>\"",
        ["template"] = model.Can("completion") ? "{{ .System }}{{ .Prompt }}" : "{{ .Prompt }}",
        ["details"] = Details(model),
        ["model_info"] = new JsonObject
        {
            ["general.architecture"] = model.Family,
            ["general.file_type"] = 15,
            ["general.quantization_version"] = 2,
            [$"{model.Family}.context_length"] = model.ContextLength,
            [$"{model.Family}.embedding_length"] = model.Dimensions,
            [$"{model.Family}.block_count"] = Blocks,
            [$"{model.Family}.attention.head_count"] = Heads,
            [$"{model.Family}.attention.head_count_kv"] = 1,
        },
        ["capabilities"] = Capabilities(model),
        ["modified_at"] = AnswerFormat.GoTime(Modified),
    };

    public static long ModifiedAt => Modified.ToUnixTimeSeconds();

    /// <summary>Reads <c>input</c>, a text or a list of texts.</summary>
    public static IReadOnlyList<string> Inputs(JsonNode? input) => input switch
    {
        null => [],
        JsonArray items => [.. items.Select(item => item.Text() ?? throw ApiException.BadRequest("invalid input type"))],
        { } one => one.Text() is { } text ? text.Length == 0 ? [] : [text] : throw ApiException.BadRequest("invalid input type"),
    };

    private Task ChatAsync(Exchange exchange)
    {
        var request = OllamaRequests.Chat(exchange.Body);
        return server.AnswerAsync(exchange, request, new OllamaChatFormat(request.Model), "chat");
    }

    private Task GenerateAsync(Exchange exchange)
    {
        var request = OllamaRequests.Generate(exchange.Body);
        return server.AnswerAsync(exchange, request, new OllamaGenerateFormat(request.Model, request.Prompt), "generate");
    }

    private async Task EmbedAsync(Exchange exchange)
    {
        var json = GoJson.Object(exchange.Body, "EmbedRequest");
        var model = GoJson.String(json, "model", "EmbedRequest");
        var work = new EmbedWork(model, Inputs(json["input"]), ApiException.NotFound(model))
        {
            Options = GoJson.Members(json, "options", "EmbedRequest"),
            KeepAlive = OllamaRequests.KeepAlive(json),
            Truncate = GoJson.Boolean(json, "truncate", "EmbedRequest") ?? true,
            Dimensions = (int?)GoJson.Number(json, "dimensions", "EmbedRequest"),
        };
        if (await server.EmbedAsync(exchange, work) is not { } result)
        {
            return;
        }

        var answer = new JsonObject { ["model"] = model, ["embeddings"] = new JsonArray([.. result.Vectors.Select(Vector)]) };
        if (result.Tokens > 0)
        {
            answer["total_duration"] = AnswerFormat.Nanoseconds(result.Total);
            answer["load_duration"] = AnswerFormat.Nanoseconds(result.Load);
            answer["prompt_eval_count"] = result.Tokens;
        }

        await exchange.WriteAsync(200, answer);
    }

    private async Task EmbeddingsAsync(Exchange exchange)
    {
        var json = GoJson.Object(exchange.Body, "EmbeddingRequest");
        var model = GoJson.String(json, "model", "EmbeddingRequest");
        if (model.Length == 0)
        {
            throw ApiException.BadRequest("model is required");
        }

        var work = new EmbedWork(model, Inputs(json["prompt"]), ApiException.TryPulling(model))
        {
            Options = GoJson.Members(json, "options", "EmbeddingRequest"),
            KeepAlive = OllamaRequests.KeepAlive(json),
        };
        if (await server.EmbedAsync(exchange, work) is { } result)
        {
            await exchange.WriteAsync(200, new JsonObject { ["embedding"] = result.Vectors.Count == 0 ? new JsonArray() : Vector(result.Vectors[0]) });
        }
    }

    private Task ShowAsync(Exchange exchange) => exchange.WriteAsync(200, Show(Named(exchange, "ShowRequest")));

    private async Task PullAsync(Exchange exchange)
    {
        const string Type = "application/x-ndjson";
        var json = GoJson.Object(exchange.Body, "PullRequest");
        var model = SimulatedModel.Find(settings.Models, NameIn(json, "PullRequest"));
        const string Missing = "pull model manifest: file does not exist";
        if (GoJson.Boolean(json, "stream", "PullRequest") == false)
        {
            await exchange.WriteAsync(model is null ? 500 : 200, model is null ? AnswerFormat.OllamaError(Missing) : new JsonObject { ["status"] = "success" });
            return;
        }

        await exchange.SendAsync("{\"status\":\"pulling manifest\"}\n", Type);
        if (model is null)
        {
            await exchange.SendAsync(AnswerFormat.OllamaError(Missing).ToJsonString(SimulatorJson.Wire) + "\n", Type);
            return;
        }

        foreach (var completed in new[] { 0, model.SizeBytes / 2, model.SizeBytes })
        {
            var progress = new JsonObject { ["status"] = $"pulling {model.Digest[..12]}", ["digest"] = "sha256:" + model.Digest, ["total"] = model.SizeBytes };
            if (completed > 0)
            {
                progress["completed"] = completed;
            }

            await exchange.SendAsync(progress.ToJsonString(SimulatorJson.Wire) + "\n", Type);
        }

        await exchange.SendAsync("{\"status\":\"verifying sha256 digest\"}\n{\"status\":\"writing manifest\"}\n{\"status\":\"success\"}\n", Type);
    }

    private Task CopyAsync(Exchange exchange)
    {
        var source = GoJson.String(GoJson.Object(exchange.Body, "CopyRequest"), "source", "CopyRequest");
        return SimulatedModel.Find(settings.Models, source) is null ? throw new ApiException(404, $"model \"{source}\" not found") : Refuse(exchange, "copy");
    }

    private Task DeleteAsync(Exchange exchange)
    {
        Named(exchange, "DeleteRequest");
        return Refuse(exchange, "delete");
    }

    private SimulatedModel Named(Exchange exchange, string structName)
    {
        var name = NameIn(GoJson.Object(exchange.Body, structName), structName);
        return name.Length == 0 ? throw ApiException.BadRequest("model is required") : SimulatedModel.Find(settings.Models, name) ?? throw ApiException.NotFound(name);
    }

    private static string NameIn(JsonObject json, string structName) =>
        GoJson.String(json, "model", structName) is { Length: > 0 } model ? model : GoJson.String(json, "name", structName);

    private static Task Refuse(Exchange exchange, string operation)
    {
        _ = GoJson.Object(exchange.Body, "Request");
        throw new ApiException(403, $"{operation} is not available: this server's models are fixed");
    }

    private static Task Ok(HttpContext http, JsonNode json) => Exchange.Of(http).WriteAsync(200, json);

    private static JsonNode Row(SimulatedModel model) => new JsonObject
    {
        ["name"] = model.FullName,
        ["model"] = model.FullName,
        ["modified_at"] = AnswerFormat.GoTime(Modified),
        ["size"] = model.SizeBytes,
        ["digest"] = model.Digest,
        ["details"] = Details(model),
        ["capabilities"] = Capabilities(model),
    };

    private JsonNode Running(LoadedModel loaded) => new JsonObject
    {
        ["name"] = loaded.Model.FullName,
        ["model"] = loaded.Model.FullName,
        ["size"] = loaded.SizeBytes,
        ["digest"] = loaded.Model.Digest,
        ["details"] = Details(loaded.Model),
        ["expires_at"] = AnswerFormat.GoTime(loaded.ExpiresAt),
        ["size_vram"] = 0,
        ["context_length"] = loaded.ContextLength,
    };

    private static JsonObject Details(SimulatedModel model) => new()
    {
        ["parent_model"] = "",
        ["format"] = "gguf",
        ["family"] = model.Family,
        ["families"] = new JsonArray(model.Family),
        ["parameter_size"] = model.ParameterSize,
        ["quantization_level"] = model.Quantization,
    };

    private static JsonArray Capabilities(SimulatedModel model) => [.. model.Capabilities.Select(capability => JsonValue.Create(capability))];

    private static JsonArray Vector(float[] vector) => [.. vector.Select(value => JsonValue.Create(value))];
}
