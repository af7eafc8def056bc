using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>
/// An agent as an OpenAI model: <c>POST …/chat/completions</c>. The last user message is the question, the ones before are the
/// conversation. Members that OpenAI has and an agent has no use for are ignored, as compatible servers do.
/// </summary>
internal static class ChatApi
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task<IResult> CompleteAsync(HttpContext context, TimeProvider clock)
    {
        if (AgentApi.Find(context) is not { } agent)
        {
            return Error(404, "not_found_error", "model_not_found", $"The agent '{context.Request.RouteValues["agent"]}' is not here.");
        }

        try
        {
            var request = await ReadAsync(context);
            using var limited = AgentApi.Limited(context, clock);
            var answer = new Completion("agent/" + agent.Definition.Name, clock.GetUtcNow().ToUnixTimeSeconds());
            if (request.Stream != true)
            {
                return Results.Json(answer.Whole(await agent.AskAsync(request.ToQuestion(context, clock), _ => ValueTask.CompletedTask, limited.Token)), s_json);
            }

            using var stream = new EventStream(context, clock);
            await answer.StreamAsync(context, stream, agent, request.ToQuestion(context, clock), request.StreamOptions?.IncludeUsage == true, limited.Token);
            return Results.Empty;
        }
        catch (Exception e) when (!context.Response.HasStarted && AgentApi.Refusal(e, context) is { } refusal)
        {
            if (refusal.RetryAfter is { } wait)
            {
                context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            return Error(refusal.Status, refusal.Status < 500 ? "invalid_request_error" : "api_error", refusal.Type, refusal.Message);
        }
    }

    private static async Task<ChatRequest> ReadAsync(HttpContext context)
    {
        try
        {
            var request = await JsonSerializer.DeserializeAsync<ChatRequest>(context.Request.Body, s_json, context.RequestAborted);
            return request is { Messages.Count: > 0 } ? request : throw new InvalidInputException("'messages' is missing or empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidInputException($"The body is not a chat completion request: {e.Message}", e);
        }
    }

    private static IResult Error(int status, string type, string code, string message) => Results.Json(Error(type, code, message), s_json, statusCode: status);

    private static JsonObject Error(string type, string code, string message) => new()
    {
        ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = null, ["code"] = code },
    };

    private sealed record ChatRequest(IReadOnlyList<ChatTurn>? Messages, bool? Stream, StreamOptions? StreamOptions)
    {
        public Question ToQuestion(HttpContext context, TimeProvider clock)
        {
            var asked = Messages!.ToList().FindLastIndex(m => m.Role == "user");
            if (asked < 0)
            {
                throw new InvalidInputException("None of 'messages' is by the user.");
            }

            return new Question(
                Messages![asked].Text,
                [],
                null,
                [.. Messages.Take(asked).Where(m => m.Role is "user" or "assistant" or "system" or "developer").Select(m => new EarlierTurn(m.Role != "assistant", m.Text))],
                context.Request.ContentLength)
            {
                Due = AgentApi.Due(context, clock),
            };
        }
    }

    private sealed record StreamOptions(bool? IncludeUsage);

    /// <param name="Content">A string, or parts: <c>[{"type":"text","text":"…"}]</c>.</param>
    private sealed record ChatTurn(string? Role, JsonElement? Content)
    {
        [JsonIgnore]
        public string Text => Content switch
        {
            { ValueKind: JsonValueKind.String } text => Question.TextOf(text),
            { ValueKind: JsonValueKind.Array } parts => string.Join('\n', parts.EnumerateArray()
                .Where(p => p.ValueKind == JsonValueKind.Object && p.TryGetProperty("text", out var t) && t.ValueKind == JsonValueKind.String)
                .Select(p => Question.TextOf(p.GetProperty("text")))),
            _ => "",
        };
    }

    private sealed class Completion(string model, long created)
    {
        private readonly string _id = "chatcmpl-" + Guid.CreateVersion7().ToString("N");

        public JsonObject Whole(AskReply reply) => new()
        {
            ["id"] = _id,
            ["object"] = "chat.completion",
            ["created"] = created,
            ["model"] = model,
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = reply.Answer },
                ["finish_reason"] = "stop",
            }),
            ["usage"] = Usage(reply.Usage),
            ["sutazai"] = Extension(reply),
        };

        public async Task StreamAsync(
            HttpContext context, EventStream stream, RunningAgent agent, Question question, bool withUsage, CancellationToken cancellationToken)
        {
            var said = new System.Text.StringBuilder();
            var started = false;
            AskReply reply;
            async ValueTask BeginAsync()
            {
                if (!started)
                {
                    started = true;
                    await SendAsync(Chunk(new JsonObject { ["role"] = "assistant", ["content"] = "" }, null));
                }
            }

            Task SendAsync(JsonObject chunk) => stream.WriteAsync($"data: {chunk.ToJsonString(s_json)}\n\n");

            try
            {
                reply = await stream.RunAsync(agent, question, async step =>
                {
                    if (step is TextAdded added)
                    {
                        await BeginAsync();
                        said.Append(added.Text);
                        await SendAsync(Chunk(new JsonObject { ["content"] = added.Text }, null));
                    }
                }, cancellationToken);
            }
            catch (Exception e) when (stream.HasBegun && AgentApi.Refusal(e, context) is { } refusal)
            {
                await SendAsync(Error("api_error", refusal.Type, refusal.Message));
                return;
            }

            await BeginAsync();
            if (!reply.Answer.Equals(said.ToString().Trim(), StringComparison.Ordinal))
            {
                var separator = said.Length > 0 ? "\n\n" : "";
                await SendAsync(Chunk(new JsonObject { ["content"] = separator + reply.Answer }, null));
            }

            var last = Chunk([], "stop");
            last["sutazai"] = Extension(reply);
            await SendAsync(last);
            if (withUsage)
            {
                var usage = Chunk([], null);
                usage["choices"] = new JsonArray();
                usage["usage"] = Usage(reply.Usage);
                await SendAsync(usage);
            }

            await stream.WriteAsync("data: [DONE]\n\n");
        }

        private static JsonObject Usage(AgentUsage usage) => new()
        {
            ["prompt_tokens"] = usage.PromptTokens,
            ["completion_tokens"] = usage.CompletionTokens,
            ["total_tokens"] = usage.PromptTokens + usage.CompletionTokens,
        };

        private static JsonObject Extension(AskReply reply) => new()
        {
            ["runId"] = reply.RunId,
            ["degraded"] = JsonSerializer.SerializeToNode(reply.Degraded, SutazaiJson.Options),
            ["results"] = JsonSerializer.SerializeToNode(reply.Results, SutazaiJson.Options),
        };

        private JsonObject Chunk(JsonObject delta, string? finish) => new()
        {
            ["id"] = _id,
            ["object"] = "chat.completion.chunk",
            ["created"] = created,
            ["model"] = model,
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
        };
    }
}
