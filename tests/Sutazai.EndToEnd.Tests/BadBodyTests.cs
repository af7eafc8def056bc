using System.Net.Http.Headers;
using System.Text;
using Sutazai.Testing;

namespace Sutazai.EndToEnd.Tests;

/// <summary>Bodies that no agent can use are refused with the reason, in both topologies, and the platform works on.</summary>
public class BadBodyTests(SharedFleets fleets)
{
    private const string Ask = "api/agents/csv-profiler/ask";
    private const string Profile = "api/agents/csv-profiler/tools/profile";
    private const int TenMegabytes = 10 << 20;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<Topology, string, string, int, string, string> Bodies
    {
        get
        {
            var deep = string.Concat(Enumerable.Repeat("[", 1000)) + string.Concat(Enumerable.Repeat("]", 1000));
            (string Path, string Body, int Status, string Type, string Says)[] bodies =
            [
                (Ask, "", 400, "invalid-request", "JSON"),
                (Profile, "", 400, "invalid-input", "JSON"),
                (Ask, "{", 400, "invalid-request", "JSON"),
                (Ask, "null", 400, "invalid-request", ""),
                (Ask, "[]", 400, "invalid-request", "JSON"),
                (Profile, "[1,2]", 400, "invalid-input", ""),
                (Profile, "null", 400, "invalid-input", ""),
                (Ask, """{"input":"x","inpt":"y"}""", 400, "invalid-request", "inpt"),
                (Profile, """{"csv":"a,b\n1,2","delimeter":";"}""", 400, "invalid-input", "delimeter"),
                (Ask, "{}", 400, "invalid-input", "empty"),
                (Ask, """{"input":"","files":[]}""", 400, "invalid-input", "empty"),
                (Ask, """{"files":["art_00000000000000000000000000"],"tool":"profile"}""", 400, "invalid-input", "art_00000000000000000000000000"),
                (Ask, """{"input":"a,b\n1,2","tool":"profil"}""", 400, "invalid-input", "profile"),
                (Ask, $$"""{"input":{{deep}}}""", 400, "invalid-request", "depth"),
                (Profile, $$"""{"csv":{{deep}}}""", 400, "invalid-input", "depth"),
                (Profile, """{"csv":"\ud800"}""", 400, "invalid-input", ""),
                (Ask, """{"input":"\udc00"}""", 400, "invalid-input", ""),
                (Ask, """{"input":"a","tool":"\ud800"}""", 400, "invalid-request", ""),
            ];
            TheoryData<Topology, string, string, int, string, string> data = [];
            foreach (var (path, body, status, type, says) in bodies)
            {
                data.Add(Topology.OneProcess, path, body, status, type, says);
                data.Add(Topology.HostPerService, path, body, status, type, says);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Bodies))]
    public async Task Refuses_a_body_and_says_why(Topology topology, string path, string body, int status, string type, string says)
    {
        var fleet = await fleets[topology];

        using var response = await fleet.Client.PostAsync(path, SharedFleet.Json(body), Cancelled);

        var problem = await ProblemAssert.ReadAsync(response, status, type, Cancelled);
        Assert.Contains(says, problem.GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
        await fleet.AssertWorksAsync(Cancelled);
    }

    [Theory]
    [InlineData(Topology.OneProcess, Ask), InlineData(Topology.HostPerService, Ask), InlineData(Topology.OneProcess, Profile), InlineData(Topology.HostPerService, Profile)]
    public async Task Refuses_a_content_type_other_than_json(Topology topology, string path)
    {
        var fleet = await fleets[topology];

        using var response = await fleet.Client.PostAsync(path, new StringContent("a,b", Encoding.UTF8, "text/csv"), Cancelled);

        var problem = await ProblemAssert.ReadAsync(response, 415, "unsupported-media-type", Cancelled);
        Assert.Contains("text/csv", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Topology.OneProcess, Ask), InlineData(Topology.HostPerService, Ask), InlineData(Topology.OneProcess, Profile), InlineData(Topology.HostPerService, Profile)]
    public async Task Refuses_invalid_utf8_and_utf16_without_its_name(Topology topology, string path)
    {
        var fleet = await fleets[topology];
        var member = path == Ask ? "input" : "csv";
        byte[][] bodies = [[.. Encoding.UTF8.GetBytes($$"""{"{{member}}":"a"""), 0xC3, 0x28, .. "\"}"u8], Encoding.Unicode.GetBytes($$"""{"{{member}}":"a,b"}""")];
        foreach (var body in bodies)
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

            using var response = await fleet.Client.PostAsync(path, content, Cancelled);

            await ProblemAssert.ReadAsync(response, 400, type: null, Cancelled);
        }
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Takes_a_utf16_file(Topology topology)
    {
        var fleet = await fleets[topology];
        var id = await fleet.UploadAsync([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("city,people\nZürich,443037\n")], "cities.csv", Cancelled);

        var profile = await fleet.AskToolAsync("csv-profiler", "profile", $$"""{"csv":"{{id}}"}""", Cancelled);

        Assert.Equal(1, profile.GetProperty("rows").GetInt32());
        Assert.Contains("Zürich", profile.GetRawText(), StringComparison.Ordinal);
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Bears_nul_bytes_in_json_and_in_files(Topology topology)
    {
        var fleet = await fleets[topology];
        var id = await fleet.UploadAsync([.. "a,b\n1,\0\n\0\0,2\n"u8], "nul.csv", Cancelled);

        var inline = await fleet.AskToolAsync("csv-profiler", "profile", """{"csv":"a,b\n1,\u0000\n2,3"}""", Cancelled);
        var file = await fleet.AskToolAsync("csv-profiler", "profile", $$"""{"csv":"{{id}}"}""", Cancelled);

        Assert.Equal(2, inline.GetProperty("rows").GetInt32());
        Assert.Equal(2, file.GetProperty("rows").GetInt32());
        using var raw = await fleet.Client.PostAsync(Profile, SharedFleet.Json("{\"csv\":\"a\0b\"}"), Cancelled);
        await ProblemAssert.ReadAsync(raw, 400, "invalid-input", Cancelled);
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Takes_one_line_of_nearly_ten_megabytes(Topology topology)
    {
        var fleet = await fleets[topology];

        using var response = await fleet.Client.PostAsync("api/agents/secrets-scanner/tools/scan", SharedFleet.Json($$"""{"source":"{{new string('x', TenMegabytes - 100)}}"}"""), Cancelled);

        var said = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True((int)response.StatusCode is 200 or 400, said[..Math.Min(said.Length, 500)]);
        await fleet.AssertWorksAsync(Cancelled);
    }

    [Theory]
    [InlineData(Topology.OneProcess, Ask, false), InlineData(Topology.HostPerService, Ask, false)]
    [InlineData(Topology.OneProcess, Ask, true), InlineData(Topology.HostPerService, Ask, true)]
    [InlineData(Topology.OneProcess, Profile, true), InlineData(Topology.HostPerService, Profile, true)]
    public async Task Refuses_more_than_ten_megabytes(Topology topology, string path, bool chunked)
    {
        var fleet = await fleets[topology];
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = SharedFleet.Json($$"""{"input":"{{new string('x', TenMegabytes + 10)}}"}""") };
        request.Headers.TransferEncodingChunked = chunked;
        // As curl does; without it the refusal may come while the client still writes, and get lost with the connection.
        request.Headers.ExpectContinue = !chunked;

        using var response = await fleet.Client.SendAsync(request, Cancelled);

        var problem = await ProblemAssert.ReadAsync(response, 413, "too-large", Cancelled);
        Assert.Contains("10485760", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await fleet.AssertWorksAsync(Cancelled);
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Matches_a_catastrophic_expression_in_linear_time(Topology topology)
    {
        var fleet = await fleets[topology];
        var table = "v\\n" + new string('a', 5000) + "!";

        var report = await fleet.AskToolAsync(
            "data-quality-auditor", "check", $$"""{"table":"{{table}}","rules":[{"kind":"pattern","column":"v","pattern":"(a+)+$"}]}""", Cancelled);

        Assert.Equal(1, report.GetProperty("rows").GetInt32());
    }
}
