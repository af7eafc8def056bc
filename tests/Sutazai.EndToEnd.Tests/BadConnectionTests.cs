using System.IO.Compression;
using Sutazai.Testing;

namespace Sutazai.EndToEnd.Tests;

/// <summary>Clients that break off, dribble or swell.</summary>
public class BadConnectionTests(SharedFleets fleets)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Keeps_nothing_of_an_upload_that_breaks_off(Topology topology)
    {
        await using var fleet = await Fleet.StartAsync(topology);
        var root = Path.Combine(fleet.Data, "artifacts");
        await using var connection = await RawConnection.OpenAsync(fleet.Public, Cancelled);
        await connection.WriteAsync("POST /api/artifacts?name=half.csv HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + new string('a', 400_000), Cancelled);
        await UntilAsync(() => Directory.GetFiles(Path.Combine(root, "incoming")).Length == 1);

        connection.Reset();

        await UntilAsync(() => Directory.GetFiles(Path.Combine(root, "incoming")).Length == 0);
        Assert.Empty(Directory.GetFiles(root, "*", SearchOption.AllDirectories));
        await new SharedFleet(fleet, "", fleet.Client).AssertWorksAsync(Cancelled);
    }

    [Fact]
    public async Task Refuses_a_form_that_ends_before_its_boundary()
    {
        var fleet = await fleets[Topology.OneProcess];
        using var content = new StringContent("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\n1,2");
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");

        using var response = await fleet.Client.PostAsync("api/artifacts", content, Cancelled);

        await ProblemAssert.ReadAsync(response, 400, "incomplete-upload", Cancelled);
    }

    [Fact]
    public async Task Refuses_an_address_without_end()
    {
        var fleet = await fleets[Topology.OneProcess];

        using var response = await fleet.Client.GetAsync("api/agents/" + new string('x', 10_000), Cancelled);

        Assert.Equal(414, (int)response.StatusCode);
    }

    [Fact]
    public async Task Refuses_headers_without_end()
    {
        var fleet = await fleets[Topology.OneProcess];
        await using var connection = await RawConnection.OpenAsync(fleet.Fleet.Public, Cancelled);

        await connection.WriteAsync($"GET /api/agents HTTP/1.1\r\nHost: localhost\r\nx-much: {new string('x', 40_000)}\r\n\r\n", Cancelled);

        Assert.StartsWith("HTTP/1.1 431", await connection.ReadToEndAsync(Cancelled), StringComparison.Ordinal);
        await fleet.AssertWorksAsync(Cancelled);
    }

    [Theory]
    [InlineData(Topology.OneProcess, "/api/agents/csv-profiler/ask"), InlineData(Topology.HostPerService, "/api/agents/csv-profiler/ask")]
    [InlineData(Topology.OneProcess, "/v1/chat/completions"), InlineData(Topology.HostPerService, "/api/artifacts")]
    public async Task Ends_a_body_that_dribbles(Topology topology, string path)
    {
        var fleet = await fleets[topology];
        await using var connection = await RawConnection.OpenAsync(fleet.Fleet.Public, Cancelled);
        await connection.WriteAsync($"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {fleet.Key}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n", Cancelled);

        var answer = await connection.DribbleAsync(' ', TimeSpan.FromMilliseconds(200), Cancelled);

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        if (path.StartsWith("/api", StringComparison.Ordinal))
        {
            ProblemAssert.Check(answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)], 408, "request-timeout");
        }
    }

    [Fact]
    public async Task Ends_headers_that_dribble()
    {
        var fleet = await fleets[Topology.OneProcess];
        await using var connection = await RawConnection.OpenAsync(fleet.Fleet.Public, Cancelled);
        await connection.WriteAsync("GET /api/agents HTTP/1.1\r\nHost: localhost\r\nx-slow: ", Cancelled);

        var answer = await connection.DribbleAsync('x', TimeSpan.FromMilliseconds(500), Cancelled);

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Topology.OneProcess, "csharp-metrics-analyst", "metrics", "source"), InlineData(Topology.HostPerService, "csharp-metrics-analyst", "metrics", "source")]
    [InlineData(Topology.OneProcess, "secrets-scanner", "scan", "source"), InlineData(Topology.HostPerService, "secrets-scanner", "scan", "source")]
    public async Task Stops_unpacking_a_zip_bomb(Topology topology, string agent, string tool, string parameter)
    {
        var fleet = await fleets[topology];
        var id = await fleet.UploadAsync(await BombAsync(), "bomb.zip", Cancelled);

        using var response = await fleet.Client.PostAsync($"api/agents/{agent}/tools/{tool}", SharedFleet.Json($$"""{"{{parameter}}":"{{id}}"}"""), Cancelled);

        var problem = await ProblemAssert.ReadAsync(response, 400, "invalid-input", Cancelled);
        Assert.Contains("unpacks to more than", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await fleet.AssertWorksAsync(Cancelled);
    }

    private static async Task<byte[]> BombAsync()
    {
        using var bytes = new MemoryStream();
        await using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            var spaces = new byte[1 << 20];
            spaces.AsSpan().Fill((byte)' ');
            await using var entry = await zip.CreateEntry("Bomb.cs", CompressionLevel.Fastest).OpenAsync(Cancelled);
            for (var i = 0; i < 80; i++)
            {
                await entry.WriteAsync(spaces, Cancelled);
            }
        }

        return bytes.ToArray();
    }

    private static async Task UntilAsync(Func<bool> state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!state())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
