using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>What an agent service answers over HTTP.</summary>
internal static class AgentApi
{
    public static void Map(IEndpointRouteBuilder routes, AgentGroup group)
    {
        var agents = routes.MapGroup("/agents/{agent}").AddEndpointFilter(RefusalsAsProblems);
        agents.MapPost("/ask", AskAsync);
        agents.MapPost("/tools/{tool}", CallAsync);
        agents.MapPost("/chat/completions", ChatApi.CompleteAsync);
        routes.MapGet("/agents", () => group.Module.Agents);
    }

    /// <summary>The agent that the route names.</summary>
    internal static RunningAgent? Find(HttpContext context) =>
        context.RequestServices.GetKeyedService<RunningAgent>(context.GetRouteValue("agent"));

    /// <summary>Cancelled when the caller has gone or the deadline has passed, whichever is first.</summary>
    internal static CancellationTokenSource Limited(HttpContext context, TimeProvider clock)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var left = Due(context, clock) - clock.GetUtcNow();
        source.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        return source;
    }

    internal static DateTimeOffset Due(HttpContext context, TimeProvider clock) => Deadline.Of(context)?.At ?? clock.GetUtcNow() + RunLimits.RunTime;

    private static async Task<IResult> AskAsync(HttpContext context, AskRequest request, TimeProvider clock)
    {
        if (Find(context) is not { } agent)
        {
            return NoAgent(context);
        }

        using var limited = Limited(context, clock);
        var question = Question.Of(request, context.Request.ContentLength) with { Due = Due(context, clock) };
        if (context.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == LiveResponse.Events))
        {
            using var stream = new EventStream(context, clock);
            await new AskStream(context, stream).RunAsync(agent, question, limited.Token);
            return Results.Empty;
        }

        return TypedResults.Ok(await agent.AskAsync(question, _ => ValueTask.CompletedTask, limited.Token));
    }

    private static async Task<IResult> CallAsync(HttpContext context, string tool, TimeProvider clock)
    {
        if (Find(context) is not { } agent)
        {
            return NoAgent(context);
        }

        if (agent.Tools.FirstOrDefault(t => t.Name == tool) is not { } chosen)
        {
            return Problems.Of(404, "unknown-tool",
                $"'{agent.Definition.Name}' has no tool '{Problems.Shown(tool)}'. It has {string.Join(", ", agent.Tools.Select(t => $"'{t.Name}'"))}.{NearNames.DidYouMean(tool, agent.Tools.Select(t => t.Name))}");
        }

        if (!context.Request.HasJsonContentType())
        {
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        }

        using var limited = Limited(context, clock);
        using var body = await ReadAsync(context.Request, limited.Token);
        return Results.Json(await agent.CallAsync(chosen, body.RootElement, limited.Token), SutazaiJson.Options);
    }

    private static async Task<JsonDocument> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = 64 }, cancellationToken);
        }
        catch (JsonException e)
        {
            throw new InvalidInputException($"The body is not one JSON object: {e.Message}", e);
        }
    }

    private static ProblemHttpResult NoAgent(HttpContext context) =>
        Problems.Of(404, "unknown-agent", $"There is no agent '{Problems.Shown((string)context.GetRouteValue("agent")!)}' in this service.");

    private static async ValueTask<object?> RefusalsAsProblems(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        try
        {
            return await next(invocation);
        }
        catch (Exception e) when (Refusal(e, context) is { } refusal)
        {
            if (refusal.RetryAfter is { } wait)
            {
                context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }

            return Problems.Of(refusal.Status, refusal.Type, refusal.Message);
        }
    }

    /// <summary>What to tell the caller of an exception that is not our fault, or null.</summary>
    internal static RunRefusedException? Refusal(Exception exception, HttpContext context) => exception switch
    {
        InvalidInputException invalid => new RunRefusedException(400, "invalid-input", invalid.Message),
        RunRefusedException refused => refused,
        OperationCanceledException when !context.RequestAborted.IsCancellationRequested => new RunRefusedException(
            504, "deadline-passed", Deadline.Of(context) is { } deadline ? $"The request's deadline, {deadline.At:O}, has passed." : $"The run took longer than {RunLimits.RunTime}."),
        _ => null,
    };
}
