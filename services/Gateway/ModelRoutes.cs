using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Sutazai.Clients;

namespace Sutazai.Gateway;

/// <summary>The OpenAI- and Ollama-compatible routes. On <c>/v1/chat/completions</c> every agent is also a model, <c>agent/{id}</c>.</summary>
internal static class ModelRoutes
{
    private const string AgentPrefix = "agent/";

    /// <summary>What Ollama takes, and the router where it is not told otherwise.</summary>
    private const long MaxBodyBytes = 20 << 20;

    private static readonly string[] s_ollamaPosts = ["chat", "generate", "embed", "embeddings", "show", "pull", "push", "create", "copy"];
    private static readonly string[] s_ollamaGets = ["tags", "ps", "version"];
    private const string Decision = "x-router-decision";

    public static bool IsOllama(PathString path) =>
        path.StartsWithSegments("/api", out var rest) && rest.Value is ['/', .. var name] && (s_ollamaPosts.Contains(name) || s_ollamaGets.Contains(name) || name == "delete");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var ollama = routes.MapGroup("/api").WithTags("ollama").WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes)).RequireScope(Scopes.UseModels);
        foreach (var name in s_ollamaPosts)
        {
            ollama.MapPost(name, (HttpContext context, Forwarding forwarding) => forwarding.SendAsync(context, "model-router", "/model-router/api/" + name))
                .AcceptsJson().WithSummary($"As in Ollama's API: {name}.");
        }

        foreach (var name in s_ollamaGets)
        {
            ollama.MapMethods(name, [HttpMethods.Get, HttpMethods.Head], (HttpContext context, Forwarding forwarding) => forwarding.SendAsync(context, "model-router", "/model-router/api/" + name))
                .WithSummary($"As in Ollama's API: {name}.");
        }

        ollama.MapDelete("delete", (HttpContext context, Forwarding forwarding) => forwarding.SendAsync(context, "model-router", "/model-router/api/delete")).ExcludeFromDescription();
        routes.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], (HttpContext context) =>
            context.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == "text/html") ? Results.Redirect("/docs") : Results.Text("Ollama is running")).WithMetadata(new OpenToAll()).ExcludeFromDescription();

        var openAI = routes.MapGroup("/v1").WithTags("openai").WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));
        openAI.MapPost("/chat/completions", ChatAsync).RequireScope(Scopes.AskAgents).WithMetadata(new ChargesItself())
            .AcceptsJson().WithSummary("Chat with a model, or with an agent as model 'agent/{id}'.");
        openAI.MapPost("/completions", (HttpContext context, Forwarding forwarding) => forwarding.SendAsync(context, "model-router", "/model-router/v1/completions"))
            .RequireScope(Scopes.UseModels).AcceptsJson().WithSummary("Complete a prompt.");
        openAI.MapPost("/embeddings", (HttpContext context, Forwarding forwarding) => forwarding.SendAsync(context, "model-router", "/model-router/v1/embeddings"))
            .RequireScope(Scopes.UseModels).AcceptsJson().WithSummary("Embed texts.");
        openAI.MapGet("/models", ListAsync).RequireScope(Scopes.ReadAgents).WithSummary("Models and agents.");
        openAI.MapGet("/models/{**model}", FindAsync).RequireScope(Scopes.ReadAgents).WithSummary("One model or agent.");
    }

    /// <summary>JSON, whatever the content type says, as Ollama takes it on both APIs: <c>curl -d</c> calls it a form.</summary>
    private static RouteHandlerBuilder AcceptsJson(this RouteHandlerBuilder route) => route.Accepts<object>("application/json", "*/*");

    private static async Task ChatAsync(HttpContext context, Forwarding forwarding, RouteBook book, RequestLimits limits)
    {
        var admitted = context.Features.Get<Admitted>()!;
        if (await ReadModelAsync(context) is not { } model)
        {
            return;
        }

        var agent = model.StartsWith(AgentPrefix, StringComparison.Ordinal) ? model[AgentPrefix.Length..] : null;
        if (agent is null && !Scopes.Allow(admitted.Caller.Scopes, Scopes.UseModels))
        {
            await context.RefuseAsync(403, "forbidden", $"Calling a model directly needs a key with the scope '{Scopes.UseModels}'.");
            return;
        }

        if (agent is not null && context.Request.Body.Length > Listeners.MaxBodyBytes)
        {
            await context.RefuseAsync(413, "too-large", $"The body has {context.Request.Body.Length} bytes; an agent takes {Listeners.MaxBodyBytes}. Larger files go through POST /api/artifacts.");
            return;
        }

        using var lease = limits.Enter(context, admitted, agent ?? "*", out var refusal);
        await (lease is null ? context.RefuseAsync(429, "rate-limited", refusal)
            : agent is null ? forwarding.SendAsync(context, "model-router", "/model-router/v1/chat/completions")
            : AgentRoutes.ToAgentAsync(context, forwarding, book, agent, "chat/completions"));
    }

    /// <summary>Reads the body into memory to learn the model, and rewinds it for whoever gets it next.</summary>
    /// <returns>The model, or null where the request has been refused.</returns>
    private static async Task<string?> ReadModelAsync(HttpContext context)
    {
        var buffer = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            await context.RefuseAsync(e.StatusCode, Problems.TypeOf(e.StatusCode), e.Message);
            return null;
        }

        buffer.Position = 0;
        context.Request.Body = buffer;
        try
        {
            if (FindModel(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)) is { } model)
            {
                return model;
            }

            await context.RefuseAsync(400, "invalid-request", "The body has no 'model'. It is the name of a model, or agent/{id}.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader finds letters that are no UTF-8, or half a surrogate pair, only when it makes a string of them.
            await context.RefuseAsync(400, "invalid-request", $"The body is not JSON: {e.Message}");
        }

        return null;
    }

    private static string? FindModel(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        string? model = null;
        while (reader.Read())
        {
            if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                model = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException("'model' is a string.");
            }
        }

        return model;
    }

    /// <summary>
    /// The router's models and the agents. The agents, which answer without a model too, are there in any case; where the router cannot say its models,
    /// its decision is passed on and says why.
    /// </summary>
    private static async Task<IResult> ListAsync(HttpContext context, RouteBook book, IHttpClientFactory http)
    {
        var models = new JsonArray();
        try
        {
            using var known = await http.CreateClient("model-router").GetAsync("v1/models", context.RequestAborted);
            if (known.Headers.TryGetValues(Decision, out var decision))
            {
                context.Response.Headers[Decision] = decision.ToArray();
            }

            var list = known.IsSuccessStatusCode ? await known.Content.ReadFromJsonAsync<JsonObject>(context.RequestAborted) : null;
            models = list?["data"]?.DeepClone().AsArray() ?? models;
        }
        catch (HttpRequestException)
        {
            context.Response.Headers[Decision] = "refused=unavailable";
        }

        foreach (var agent in book.Agents)
        {
            models.Add(ToModel(agent));
        }

        return Results.Json(new JsonObject { ["object"] = "list", ["data"] = models });
    }

    private static Task FindAsync(HttpContext context, string model, RouteBook book, Forwarding forwarding)
    {
        // A path's slashes stay escaped, as OpenAI's clients send them, lest they change the route.
        model = model.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var agent = model.StartsWith(AgentPrefix, StringComparison.Ordinal) ? model[AgentPrefix.Length..] : null;
        return agent is null ? forwarding.SendAsync(context, "model-router", $"/model-router/v1/models/{Uri.EscapeDataString(model)}")
            : book.ServiceOf(agent) is null ? context.RefuseAsync(404, "model_not_found", $"There is no agent '{Problems.Shown(agent)}'.{NearNames.DidYouMean(agent, book.Agents)}")
            : context.Response.WriteAsJsonAsync(ToModel(agent), context.RequestAborted);
    }

    private static JsonObject ToModel(string agent) => new()
    {
        ["id"] = AgentPrefix + agent,
        ["object"] = "model",
        ["created"] = 0,
        ["owned_by"] = "sutazai",
    };
}
