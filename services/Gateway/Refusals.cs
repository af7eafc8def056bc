using Microsoft.Extensions.Options;
using Sutazai.Clients;

namespace Sutazai.Gateway;

/// <summary>Says no in the shape that the route's clients expect: OpenAI's on <c>/v1</c>, Ollama's on its routes, problem details elsewhere.</summary>
internal static class Refusals
{
    public static Task RefuseAsync(this HttpContext context, int status, string type, string detail)
    {
        context.Response.StatusCode = status;
        return context.Request.Path.StartsWithSegments("/v1") ? context.Response.WriteAsJsonAsync(new OpenAIError(new(detail, OpenAIType(status), null, type)), SutazaiJson.Options)
            : ModelRoutes.IsOllama(context.Request.Path) ? context.Response.WriteAsJsonAsync(new OllamaError(detail), SutazaiJson.Options)
            : Problems.Of(status, type, detail).ExecuteAsync(context);
    }

    private static string OpenAIType(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        < 500 => "invalid_request_error",
        _ => "api_error",
    };

    /// <summary>Gives what the server itself refuses on those routes, such as a wrong method, their shape too.</summary>
    internal sealed class AsProblemWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) =>
            context.HttpContext.Request.Path is var path && (path.StartsWithSegments("/v1") || ModelRoutes.IsOllama(path));

        public ValueTask WriteAsync(ProblemDetailsContext context)
        {
            options.Value.CustomizeProblemDetails?.Invoke(context);
            var problem = context.ProblemDetails;
            return new(context.HttpContext.RefuseAsync(context.HttpContext.Response.StatusCode, problem.Type![Problems.TypePrefix.Length..], problem.Detail!));
        }
    }

    private sealed record OpenAIError(OpenAIErrorBody Error);

    private sealed record OpenAIErrorBody(string Message, string Type, string? Param, string? Code);

    private sealed record OllamaError(string Error);
}
