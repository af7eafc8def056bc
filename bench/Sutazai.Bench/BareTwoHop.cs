using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace Sutazai.Bench;

/// <summary>
/// The baseline: one process, two listeners, YARP from the first to the second, and nothing else: no keys, no limits, no telemetry, no
/// identity, no logging. The second answers a fixed JSON body to whatever it is sent.
/// </summary>
internal static class BareTwoHop
{
    private static readonly byte[] s_answer = """{"delimiter":",","quote":"\"","header":true,"encoding":"utf-8","lineEnding":"lf","decimalPoint":".","columns":2}"""u8.ToArray();

    public static async Task RunAsync(string url)
    {
        var inside = WebApplication.CreateSlimBuilder();
        inside.Logging.ClearProviders();
        inside.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var behind = inside.Build();
        behind.MapPost("/{**rest}", async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = s_answer.Length;
            await context.Response.Body.WriteAsync(s_answer, context.RequestAborted);
        });
        await behind.StartAsync();

        var outside = WebApplication.CreateSlimBuilder();
        outside.Logging.ClearProviders();
        outside.WebHost.UseUrls(url);
        outside.Services.AddHttpForwarder();
        await using var front = outside.Build();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null });
        var (forwarder, address) = (front.Services.GetRequiredService<IHttpForwarder>(), behind.Urls.First());
        front.Map("/{**rest}", async context => await forwarder.SendAsync(context, address, client));
        await front.RunAsync();
    }
}
