using System.Formats.Tar;
using System.IO.Compression;
using LibGit2Sharp;
using Sutazai.Agents.Security.SecretsPrivacy;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Repositories made for the purpose, some of them hostile.</summary>
public sealed class SecretsPrivacyHistoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sutazai-test-").FullName;

    [Fact]
    public async Task The_commit_that_brought_a_secret_in_is_named_though_a_later_one_took_it_out()
    {
        using var repository = Begin();
        Commit(repository, "readme.md", "hello\n", 1);
        var leak = Commit(repository, "app.ini", $"name = shop\nurl = postgres://app:{Password(1)}@db/shop\n", 2);
        Commit(repository, "app.ini", "name = shop\nurl = ${URL}\n", 3);
        var second = Commit(repository, "app.ini", $"name = shop\nurl = ${{URL}}\nmq = amqp://app:{Password(2)}@mq\n", 4);

        var history = await HistoryAsync(Zip(_folder));

        Assert.Equal(4, history.Commits);
        Assert.Equal(
            [(second.Sha, "amqp-url", "app.ini", 3L), (leak.Sha, "postgres-url", "app.ini", 2L)],
            history.Findings.Select(f => (f.Commit, f.Kind, f.File, f.Line)));
        Assert.Equal("2024-01-02T00:00:00+00:00", history.Findings[1].AuthorDate);
    }

    [Fact]
    public async Task A_merge_does_not_report_again_what_its_parents_brought_in()
    {
        using var repository = Begin();
        var root = Commit(repository, "a.txt", "a\n", 1);
        var main = repository.Head.FriendlyName;
        Commands.Checkout(repository, repository.CreateBranch("side", root));
        Commit(repository, "b.ini", $"url = redis://:{Password(3)}@cache\n", 2);
        Commands.Checkout(repository, repository.Branches[main]);
        Commit(repository, "a.txt", "a\nb\n", 3);
        repository.Merge(repository.Branches["side"], Who(4));

        Assert.Equal(["redis-url"], (await HistoryAsync(Zip(_folder))).Findings.Select(f => f.Kind));
    }

    [Fact]
    public async Task Nothing_of_the_repositorys_own_configuration_is_honoured()
    {
        using var repository = Begin();
        Commit(repository, "a.ini", $"url = redis://:{Password(4)}@cache\n", 1);
        var git = Path.Combine(_folder, ".git");
        await File.WriteAllTextAsync(Path.Combine(git, "config"), "[core]\n\tfsmonitor = touch /tmp/owned\n\tworktree = /\n[include]\n\tpath = /etc/passwd\n[extensions]\n\tobjectformat = nonsense\n", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(git, "objects", "info"));
        await File.WriteAllTextAsync(Path.Combine(git, "objects", "info", "alternates"), "/\n", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(git, "hooks"));
        await File.WriteAllTextAsync(Path.Combine(git, "hooks", "post-checkout"), "#!/bin/sh\nexit 1\n", TestContext.Current.CancellationToken);

        Assert.Single((await HistoryAsync(Zip(_folder))).Findings);
    }

    [Fact]
    public async Task Paths_that_lead_outside_and_links_are_not_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var path in new[] { "../.git/HEAD", "repo/.git/refs/heads/../../../../escaped", "/.git/HEAD", "repo/.git/objects/pack/../../../x.pack" })
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream("ref: refs/heads/main\n"u8.ToArray()) });
            }

            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "repo/.git/HEAD") { LinkName = "/etc/passwd" });
        }

        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => HistoryAsync(Artifact.FromBytes(packed.ToArray(), "evil.tgz")));

        Assert.Contains("no git repository", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_object_is_a_clean_error_and_leaves_no_folder_behind()
    {
        using (var repository = Begin())
        {
            Commit(repository, "a.txt", "a\n", 1);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, ".git", "objects"), "*", SearchOption.AllDirectories))
        {
            File.SetAttributes(file, FileAttributes.Normal);
            await File.WriteAllBytesAsync(file, [1, 2, 3], TestContext.Current.CancellationToken);
        }

        await Assert.ThrowsAsync<InvalidInputException>(() => HistoryAsync(Zip(_folder)));
        Assert.Empty(Directory.EnumerateDirectories(Path.GetTempPath(), "sutazai-git-*"));
    }

    public void Dispose()
    {
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            File.SetAttributes(file, FileAttributes.Normal);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static Task<HistoryResult> HistoryAsync(Artifact repo) => SecretsScanner.HistoryAsync(repo, cancellationToken: TestContext.Current.CancellationToken);

    private static string Password(int seed) => new Random(seed).GetString("abcdefghijkmnpqrstuvwxyz23456789", 12);

    private static Signature Who(int day) => new("Ada", "ada@example.org", new DateTimeOffset(2024, 1, day, 0, 0, 0, TimeSpan.Zero));

    private static Artifact Zip(string folder)
    {
        var packed = new MemoryStream();
        ZipFile.CreateFromDirectory(folder, packed, CompressionLevel.Fastest, includeBaseDirectory: true);
        return Artifact.FromBytes(packed.ToArray(), "repository.zip");
    }

    private Repository Begin() => new(Repository.Init(_folder));

    private Commit Commit(Repository repository, string path, string content, int day)
    {
        File.WriteAllText(Path.Combine(_folder, path), content);
        Commands.Stage(repository, path);
        return repository.Commit($"Change {path}", Who(day), Who(day));
    }
}
