using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Sutazai.Agents.Tests.Sdk;

public class ArtifactFilesTests
{
    private static readonly (string Path, string Text)[] s_files = [("readme.md", "# Hello"), ("src/deep/down/a.cs", "class A;"), ("src/Grüße.txt", "Grüße")];

    [Fact]
    public async Task Zip_gives_its_files() => Assert.Equal(s_files, await ReadAsync(Artifact.FromBytes(await ZipAsync(s_files), "a.zip")));

    [Fact]
    public async Task Tar_gives_its_files() => Assert.Equal(s_files, await ReadAsync(Artifact.FromBytes(await TarAsync(s_files), "a.tar")));

    [Fact]
    public async Task Gzipped_tar_gives_its_files() => Assert.Equal(s_files, await ReadAsync(Artifact.FromBytes(Gzip(await TarAsync(s_files)), "a.tar.gz")));

    [Fact]
    public async Task Gzipped_file_is_one_file() => Assert.Equal([("app.log", "one\ntwo\n")], await ReadAsync(Artifact.FromBytes(Gzip("one\ntwo\n"u8.ToArray()), "app.log.gz")));

    [Fact]
    public async Task Any_other_artifact_is_one_file() => Assert.Equal([("a.txt", "words")], await ReadAsync(Artifact.FromText("words", "a.txt")));

    [Fact]
    public async Task Empty_archives_have_no_files()
    {
        Assert.Empty(await ReadAsync(Artifact.FromBytes(await ZipAsync(Array.Empty<(string, string)>()), "a.zip")));
        Assert.Equal([("", "")], (await ReadAsync(Artifact.FromBytes([], "empty"))).Select(f => ("", f.Text)));
    }

    [Fact]
    public async Task Bombs_are_refused_before_they_are_unpacked()
    {
        var zeros = new byte[(int)ArtifactFiles.MaxFileBytes + 1];

        await RefusedAsync(Artifact.FromBytes(await ZipAsync([("bomb", zeros)]), "bomb.zip"), "unpacks to more than");
        await RefusedAsync(Artifact.FromBytes(Gzip(await TarAsync([("bomb", zeros)])), "bomb.tar.gz"), "unpacks to more than");
    }

    [Fact]
    public async Task Bomb_in_a_file_that_nobody_reads_is_refused_too()
    {
        var unread = Gzip(await TarAsync(Enumerable.Range(0, 9).Select(n => ($"{n}", new byte[60 << 20]))));

        await Assert.ThrowsAsync<InvalidInputException>(async () =>
        {
            await foreach (var file in Artifact.FromBytes(unread, "bomb.tar.gz").FilesAsync(TestContext.Current.CancellationToken))
            {
                Assert.NotEmpty(file.Path);
            }
        });
    }

    [Fact]
    public async Task Too_many_files_are_refused() => await RefusedAsync(
        Artifact.FromBytes(await ZipAsync(Enumerable.Range(0, ArtifactFiles.MaxFiles + 1).Select(n => ($"{n}", Array.Empty<byte>()))), "many.zip"), "files");

    [Fact]
    public async Task Archives_broken_off_anywhere_are_refused_or_shorter()
    {
        foreach (var whole in new[] { await ZipAsync(s_files), await TarAsync(s_files), Gzip(await TarAsync(s_files)) })
        {
            for (var length = 300; length < whole.Length; length += 97)
            {
                try
                {
                    Assert.InRange((await ReadAsync(Artifact.FromBytes(whole[..length], "cut"))).Count, 0, s_files.Length);
                }
                catch (InvalidInputException refused)
                {
                    Assert.NotEmpty(refused.Message);
                }
            }
        }
    }

    [Fact]
    public async Task Spool_of_a_stream_that_cannot_seek_is_deleted_on_close()
    {
        var artifact = new Artifact("a", "text/plain", null, _ => ValueTask.FromResult<Stream>(new GZipStream(new MemoryStream(Gzip("words"u8.ToArray())), CompressionMode.Decompress)));

        string path;
        await using (var stream = await artifact.OpenSeekableAsync(TestContext.Current.CancellationToken))
        {
            path = Assert.IsType<FileStream>(stream).Name;
            Assert.True(File.Exists(path));
            Assert.Equal("words", await new StreamReader(stream).ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        Assert.False(File.Exists(path));
    }

    private static async Task RefusedAsync(Artifact artifact, string reason)
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => ReadAsync(artifact));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    private static async Task<List<(string Path, string Text)>> ReadAsync(Artifact artifact)
    {
        List<(string, string)> files = [];
        await foreach (var file in artifact.FilesAsync(TestContext.Current.CancellationToken))
        {
            files.Add((file.Path, await file.ReadTextAsync(TestContext.Current.CancellationToken)));
        }

        return files;
    }

    private static Task<byte[]> ZipAsync((string Path, string Text)[] files) => ZipAsync(files.Select(f => (f.Path, Encoding.UTF8.GetBytes(f.Text))));

    private static async Task<byte[]> ZipAsync(IEnumerable<(string Path, byte[] Content)> files)
    {
        var bytes = new MemoryStream();
        await using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                await using var entry = await zip.CreateEntry(path, CompressionLevel.Fastest).OpenAsync();
                await entry.WriteAsync(content);
            }
        }

        return bytes.ToArray();
    }

    private static Task<byte[]> TarAsync((string Path, string Text)[] files) => TarAsync(files.Select(f => (f.Path, Encoding.UTF8.GetBytes(f.Text))));

    private static async Task<byte[]> TarAsync(IEnumerable<(string Path, byte[] Content)> files)
    {
        var bytes = new MemoryStream();
        await using (var tar = new TarWriter(bytes, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
            }
        }

        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }
}
