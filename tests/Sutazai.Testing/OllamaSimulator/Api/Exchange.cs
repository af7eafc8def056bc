using System.Text;
using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator.Api;

/// <summary>A recorded request with its answer in the making.</summary>
internal sealed class Exchange(HttpContext http, int number, string body, RequestLog log)
{
    public HttpContext Http => http;

    public int Number => number;

    public string Body => body;

    public string Path => http.Request.Path;

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>Whether the connection was cut from this side.</summary>
    public bool WasReset { get; private set; }

    public void Note(Func<RecordedRequest, RecordedRequest> change) => log.Update(number, change);

    public async Task WriteAsync(int status, JsonNode json, string type = "application/json; charset=utf-8")
    {
        http.Response.StatusCode = status;
        await WriteTextAsync(json.ToJsonString(SimulatorJson.Wire), type);
    }

    public async Task WriteTextAsync(string text, string type)
    {
        http.Response.ContentType = type;
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, Aborted);
    }

    /// <summary>Sends a piece of a stream at once.</summary>
    public async Task SendAsync(string frame, string type)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = type;
        }

        await http.Response.WriteAsync(frame, Aborted);
        await http.Response.Body.FlushAsync(Aborted);
    }

    public void Reset()
    {
        WasReset = true;
        http.Abort();
    }

    public static Exchange Of(HttpContext http) => (Exchange)http.Items[typeof(Exchange)]!;
}
