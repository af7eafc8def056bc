using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sutazai.Clients;

namespace Sutazai.Artifacts.Tests;

public class UploadTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_form_and_a_raw_body_store_the_same_file_once()
    {
        await using var store = await Store.StartAsync();
        var content = "city,people\nBern,134794\n"u8.ToArray();
        using var form = new MultipartFormDataContent { { new StringContent("a word"), "comment" }, { new ByteArrayContent(content), "file", "cities.csv" } };

        using var byForm = await store.Http.PostAsync("", form, Cancelled);
        var formRow = await byForm.Content.ReadFromJsonAsync<ArtifactRow>(SutazaiJson.Options, Cancelled);
        var rawRow = await store.AddAsync(content, "cities.csv");

        Assert.Equal(($"/api/artifacts/{formRow!.Id}", 201), (byForm.Headers.Location!.ToString(), (int)byForm.StatusCode));
        Assert.NotEqual(formRow.Id, rawRow.Id);
        Assert.Equal(("cities.csv", "text/csv", 24L, Convert.ToHexStringLower(SHA256.HashData(content))), (formRow.Name, formRow.MediaType, formRow.Size, formRow.Sha256));
        Assert.Equal(formRow.Sha256, rawRow.Sha256);
        Assert.Single(store.Blobs());
        Assert.Equal(content, await store.Http.GetByteArrayAsync(formRow.Id, Cancelled));
    }

    public static TheoryData<string, byte[], string> Kinds => new()
    {
        { "table.txt", "PAR1\u0015\u0004"u8.ToArray(), "application/vnd.apache.parquet" },
        { "notes.csv", Zip(), "application/zip" },
        { "book.xlsx", Zip(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
        { "image.csv", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10], "image/png" },
        { "letter.txt", "%PDF-1.7\n"u8.ToArray(), "application/pdf" },
        { "a.json", "{\"a\":1}"u8.ToArray(), "application/json" },
        { "upload.bin", "[1,2,3]\n   "u8.ToArray(), "application/json" },
        { "data", "a,b\n1,2"u8.ToArray(), "text/plain" },
        { "Program.cs", "return 0;"u8.ToArray(), "text/x-csharp" },
        { "wide.csv", Encoding.Unicode.GetBytes("a,b\n1,2\n"), "text/csv" },
        { "marked.csv", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("ä,b")], "text/csv" },
        { "core.txt", [1, 0, 2, 0, 0, 0, 3, 9], "application/octet-stream" },
        { "nothing.csv", [], "application/x-empty" },
    };

    [Theory, MemberData(nameof(Kinds), DisableDiscoveryEnumeration = true)]
    public async Task The_content_says_what_a_file_is(string name, byte[] content, string mediaType)
    {
        await using var store = await Store.StartAsync();

        Assert.Equal(mediaType, (await store.AddAsync(content, name)).MediaType);
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd"), InlineData(@"C:\Users\me\täble.csv", "täble.csv"), InlineData("日本語.csv", "日本語.csv"), InlineData("..", "upload.bin")]
    [InlineData("a\u0000b\r\nc.csv", "abc.csv"), InlineData("", "upload.bin"), InlineData("🎉.csv", "🎉.csv"), InlineData("quo\"te;.csv", "quo\"te;.csv")]
    public async Task A_name_is_the_last_part_of_a_path_in_any_script(string given, string kept)
    {
        await using var store = await Store.StartAsync();

        var row = await store.AddAsync("x"u8.ToArray(), given);
        using var download = await store.Http.GetAsync(row.Id, Cancelled);

        Assert.Equal(kept, row.Name);
        Assert.Equal(200, (int)download.StatusCode);
        Assert.Equal("attachment", download.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", download.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_name_is_cut_between_characters()
    {
        await using var store = await Store.StartAsync();

        var row = await store.AddAsync("x"u8.ToArray(), string.Concat(Enumerable.Repeat("🎉", 200)) + ".csv");

        Assert.InRange(row.Name.Length, 200, 255);
        Assert.EndsWith("🎉.csv", row.Name, StringComparison.Ordinal);
        Assert.False(char.IsLowSurrogate(row.Name[0]));
    }

    [Fact]
    public async Task A_part_of_a_file_can_be_had()
    {
        await using var store = await Store.StartAsync();
        var row = await store.AddAsync("0123456789"u8.ToArray(), "digits.txt");

        using var middle = await store.RangeAsync(row.Id, 2, 4);
        using var end = await store.RangeAsync(row.Id, null, 3);
        using var beyond = await store.RangeAsync(row.Id, 10, 20);
        using var head = await store.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, row.Id), Cancelled);
        using var known = new HttpRequestMessage(HttpMethod.Get, row.Id) { Headers = { IfNoneMatch = { new EntityTagHeaderValue($"\"{row.Sha256}\"") } } };
        using var unchanged = await store.Http.SendAsync(known, Cancelled);

        Assert.Equal((206, "234", "bytes 2-4/10"), ((int)middle.StatusCode, await middle.Content.ReadAsStringAsync(Cancelled), middle.Content.Headers.ContentRange!.ToString()));
        Assert.Equal((206, "789"), ((int)end.StatusCode, await end.Content.ReadAsStringAsync(Cancelled)));
        Assert.Equal((416, "bytes */10"), ((int)beyond.StatusCode, beyond.Content.Headers.ContentRange!.ToString()));
        Assert.Equal((200, 10L, "bytes"), ((int)head.StatusCode, head.Content.Headers.ContentLength, head.Headers.AcceptRanges.Single()));
        Assert.Equal(304, (int)unchanged.StatusCode);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_file_over_the_limit_is_refused_and_not_kept(bool chunked)
    {
        await using var store = await Store.StartAsync("--Artifacts:MaxBytes", "1000");
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new ByteArrayContent(new byte[1001]) };
        request.Headers.TransferEncodingChunked = chunked;

        using var refused = await store.Http.SendAsync(request, Cancelled);
        var fits = await store.AddAsync(new byte[1000], "fits.bin");

        Assert.Equal(413, (int)refused.StatusCode);
        Assert.Contains("1000 bytes", await refused.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal(1000, fits.Size);
        Assert.Single(store.Blobs());
        Assert.Empty(store.Incoming());
    }

    [Fact]
    public async Task A_form_without_a_file_is_refused()
    {
        await using var store = await Store.StartAsync();
        using var form = new MultipartFormDataContent { { new StringContent("a,b"), "file" } };

        using var refused = await store.Http.PostAsync("", form, Cancelled);

        Assert.Equal(400, (int)refused.StatusCode);
        Assert.Empty(store.Blobs());
    }

    [Fact]
    public async Task Files_expire_and_leave_the_disk()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var store = await Store.StartAsync(time);
        var brief = await store.AddAsync("brief"u8.ToArray(), "brief.txt", "&lifetimeSeconds=60");
        var usual = await store.AddAsync("usual"u8.ToArray(), "usual.txt");

        time.Advance(TimeSpan.FromSeconds(61));
        using var expired = await store.Http.GetAsync(brief.Id, Cancelled);
        Assert.Equal(404, (int)expired.StatusCode);

        time.Advance(TimeSpan.FromMinutes(10));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (store.Blobs().Length > 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }

        Assert.Equal("usual", await store.Http.GetStringAsync(usual.Id, Cancelled));
    }

    [Fact]
    public async Task Files_survive_a_restart_and_what_was_half_received_does_not()
    {
        var data = Directory.CreateTempSubdirectory("sutazai-");
        ArtifactRow row;
        await using (var store = await Store.StartAsync("--data", data.FullName))
        {
            row = await store.AddAsync("kept"u8.ToArray(), "kept.txt");
            await File.WriteAllTextAsync(Path.Combine(data.FullName, "artifacts", "incoming", "art_half"), "hal", Cancelled);
        }

        await using (var store = await Store.StartAsync("--data", data.FullName))
        {
            Assert.Equal("kept", await store.Http.GetStringAsync(row.Id, Cancelled));
            Assert.Equal(row, await store.Http.GetFromJsonAsync<ArtifactRow>($"{row.Id}/info", SutazaiJson.Options, Cancelled));
            Assert.Empty(store.Incoming());
        }

        data.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_is_its_owners_alone_until_deleted()
    {
        await using var store = await Store.StartAsync();
        var row = await store.AddAsync("mine"u8.ToArray(), "mine.txt");
        using var stranger = store.ClientOf(new Caller("key:other", Scopes.All));
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, row.Id), (HttpMethod.Head, row.Id), (HttpMethod.Get, row.Id + "/info"), (HttpMethod.Delete, row.Id)])
        {
            using var refused = await stranger.SendAsync(new HttpRequestMessage(method, path), Cancelled);
            Assert.Equal(404, (int)refused.StatusCode);
        }

        using var deleted = await store.Http.DeleteAsync(row.Id, Cancelled);
        using var gone = await store.Http.GetAsync(row.Id, Cancelled);

        Assert.Equal((204, 404), ((int)deleted.StatusCode, (int)gone.StatusCode));
    }

    [Fact]
    public async Task A_large_file_passes_through_in_small_pieces()
    {
        await using var store = await Store.StartAsync();
        const int Pieces = 300;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        using var content = new Streamed(Pieces, () => most = Math.Max(most, GC.GetTotalMemory(false) - before));

        using var response = await store.Http.PostAsync("?name=large.bin", content, Cancelled);

        var row = await response.Content.ReadFromJsonAsync<ArtifactRow>(SutazaiJson.Options, Cancelled);
        Assert.Equal((long)Pieces << 20, row!.Size);
        // Garbage of other tests counts too; a file held in memory would count five times as much.
        Assert.InRange(most, 0, 64 << 20);
    }

    private static byte[] Zip()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("a.txt");
        }

        return bytes.ToArray();
    }

    /// <summary>A body of so many mebibytes, made while it is sent.</summary>
    private sealed class Streamed(int pieces, Action afterEach) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            var piece = new byte[1 << 20];
            for (var i = 0; i < pieces; i++)
            {
                piece[0] = (byte)i;
                await stream.WriteAsync(piece, Cancelled);
                afterEach();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
