using System.Text.Json;

namespace Sutazai.EndToEnd.Tests;

/// <summary>An error as RFC 9457 and the architecture want it.</summary>
internal static class ProblemAssert
{
    /// <param name="type">The type, or null where more than one is right.</param>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response, int status, string? type, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode} instead of {status}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return Check(body, status, type);
    }

    public static JsonElement Check(string body, int status, string? type)
    {
        var problem = JsonElement.Parse(body);
        Assert.StartsWith("urn:sutazai:problem:" + type, problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        Assert.True(problem.GetProperty("detail").GetString() is { Length: > 10 }, body);
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
        return problem;
    }
}
