using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Sutazai;

/// <summary>RFC 9457 problem details with a stable <c>type</c>, what was wrong, what was expected, and the trace id.</summary>
public static class Problems
{
    /// <summary>What every problem's type begins with.</summary>
    public const string TypePrefix = "urn:sutazai:problem:";

    private const int MaxShown = 100;

    /// <param name="type">Kebab-case name of the kind of problem; becomes <c>urn:sutazai:problem:{type}</c>.</param>
    /// <param name="detail">What was wrong and what was expected.</param>
    public static ProblemHttpResult Of(int status, string type, string detail, params IEnumerable<KeyValuePair<string, object?>> extensions) =>
        TypedResults.Problem(detail, statusCode: status, type: TypePrefix + type, title: ReasonPhrases.GetReasonPhrase(status), extensions: extensions);

    /// <summary>What a caller sent, short enough to be repeated in an error.</summary>
    public static string Shown(string text) => text.Length <= MaxShown ? text : text[..(char.IsHighSurrogate(text[MaxShown - 1]) ? MaxShown - 1 : MaxShown)] + "…";

    /// <summary>The kind of problem that a status alone says.</summary>
    public static string TypeOf(int status) => status switch
    {
        400 => "invalid-request",
        401 => "unauthenticated",
        403 => "forbidden",
        404 => "not-found",
        405 => "method-not-allowed",
        408 => "request-timeout",
        413 => "too-large",
        415 => "unsupported-media-type",
        431 => "headers-too-large",
        503 => "unavailable",
        504 => "deadline-passed",
        _ => "internal",
    };

    /// <summary>The request's trace id, as it is shown to callers and found in traces and logs.</summary>
    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    internal static void AddProblems(this IServiceCollection services) => services.AddProblemDetails(options =>
        options.CustomizeProblemDetails = context =>
        {
            var problem = context.ProblemDetails;
            problem.Extensions["traceId"] = TraceId(context.HttpContext);
            if (problem.Type?.StartsWith(TypePrefix, StringComparison.Ordinal) != true)
            {
                problem.Type = TypePrefix + TypeOf(problem.Status ?? 500);
            }

            problem.Detail ??= DetailOf(context.HttpContext, problem.Status ?? 500);
        });

    internal static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = StatusOf,
            // A caller that went away is not a failure worth a log entry.
            SuppressDiagnosticsCallback = context => context.Exception is OperationCanceledException or BadHttpRequestException or ConnectionResetException,
        });
        app.UseStatusCodePages();
    }

    private static int StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        OperationCanceledException or ConnectionResetException => StatusCodes.Status499ClientClosedRequest,
        HttpRequestException => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static string DetailOf(HttpContext context, int status)
    {
        var exception = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        return (status, exception) switch
        {
            (_, BadHttpRequestException { InnerException: System.Text.Json.JsonException json }) => $"The body is not the JSON expected here: {json.Message}",
            (400, BadHttpRequestException) when context.Request.ContentLength is 0 or null && HttpMethods.IsPost(context.Request.Method) => "The body is empty; this route takes JSON.",
            (_, BadHttpRequestException bad) => bad.Message,
            (404, _) => $"Nothing answers {context.Request.Method} {Shown(context.Request.Path)}.",
            (405, _) => $"{Shown(context.Request.Path)} does not take {context.Request.Method}. It takes {context.Response.Headers.Allow}.",
            (415, _) => $"The body's content type is '{context.Request.ContentType}'; this route takes JSON (content-type: application/json).",
            (503, HttpRequestException) => "A service needed for this request does not answer.",
            _ => "The request failed inside the platform. The trace id finds it in traces and logs.",
        };
    }
}
