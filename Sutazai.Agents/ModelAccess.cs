using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.AI;
using OllamaSharp;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>The shared model, which agents reach only through the router.</summary>
public sealed class ModelAccess(HttpClient http) : IDisposable
{
    private readonly OllamaApiClient _client = new(http, "base-llm");

    public IChatClient Client => _client;

    /// <summary>The alias that the router resolves to the model of this tier.</summary>
    public static string Alias(ModelTier tier) => tier == ModelTier.Small ? "base-nlp" : "base-llm";

    public void Dispose() => _client.Dispose();
}

/// <summary>Tells the router which agent asks, so that one agent's many questions do not delay another's few.</summary>
internal sealed class AgentName(IHttpContextAccessor accessor) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (accessor.HttpContext?.GetRouteValue("agent") is string agent)
        {
            request.Headers.TryAddWithoutValidation(AgentHeader.Name, agent);
        }

        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>Ends an answer as soon as whoever asked the agent has gone: OllamaSharp waits for the next line whatever its token says.</summary>
internal sealed class HangUp(IHttpContextAccessor accessor) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (accessor.HttpContext?.RequestAborted is { CanBeCanceled: true } gone)
        {
            var answer = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellationToken));
            gone.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), answer);
            var content = new StreamContent(answer.AsStream());
            foreach (var (name, values) in response.Content.Headers)
            {
                content.Headers.TryAddWithoutValidation(name, values);
            }

            response.Content = content;
        }

        return response;
    }
}

/// <summary>The router refused a call; the message is its own.</summary>
public sealed class ModelRefusedException(string message) : Exception(message);

/// <summary>Turns the router's refusals, <c>{"error":"no model backend is configured"}</c>, into exceptions that keep what they say.</summary>
internal sealed class RouterRefusals : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new ModelRefusedException(ErrorIn(body) ?? $"the model router answered {(int)response.StatusCode}");
        }
    }

    private static string? ErrorIn(string body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject said && said["error"] is JsonValue error && error.TryGetValue<string>(out var text) ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
