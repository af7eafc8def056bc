using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Sutazai.AppHost;

internal static class OllamaPull
{
    /// <summary>Has the server download a model, which is quick where it is there already.</summary>
    /// <returns>What the server does, each time that it changes visibly.</returns>
    /// <exception cref="InvalidDataException">The server refused, or its answer ended before it was done.</exception>
    public static async IAsyncEnumerable<string> RunAsync(
        HttpClient client, string model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/pull") { Content = JsonContent.Create(new { model }) };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));

        string? shown = null;
        var done = false;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            // {"status":"pulling dde5aa3fc5ff","digest":"sha256:dde5…","total":2019377376,"completed":241970}
            // {"status":"success"}
            // {"error":"pull model manifest: file does not exist"}
            var step = Read(line);
            if (step.Error is not null)
            {
                throw new InvalidDataException($"Ollama did not download '{model}': {step.Error}");
            }

            done = step.Status == "success";
            var now = step is { Total: > 0, Completed: { } completed }
                ? string.Create(CultureInfo.InvariantCulture, $"{step.Status} {100 * completed / step.Total} %")
                : step.Status;
            if (!done && now is not null && now != shown)
            {
                yield return shown = now;
            }
        }

        if (!done)
        {
            throw new InvalidDataException($"Ollama did not download '{model}': the answer ({(int)response.StatusCode}) ended before it said 'success'.");
        }
    }

    private static Step Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Step>(line, JsonSerializerOptions.Web) ?? new();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"Ollama answered a pull with something other than JSON: {line[..Math.Min(line.Length, 200)]}", e);
        }
    }

    private sealed record Step(string? Status = null, string? Error = null, long? Total = null, long? Completed = null);
}
