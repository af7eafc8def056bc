using System.Text.RegularExpressions;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>
/// The data of an untrusted repository, unpacked into a private folder that is deleted afterwards. Only objects, packs and references are
/// taken, by exact patterns of their paths; its configuration, hooks, alternates and links are not, so nothing in it can name a program
/// or a place outside.
/// </summary>
internal sealed partial class GitFolder : IDisposable
{
    private const string BareConfiguration = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";

    private GitFolder(string path) => Path = path;

    public string Path { get; }

    /// <exception cref="InvalidInputException">The archive is broken or holds no repository.</exception>
    public static async Task<GitFolder> UnpackAsync(Artifact archive, CancellationToken cancellationToken)
    {
        // Readable by this account only.
        var folder = new GitFolder(Directory.CreateTempSubdirectory("sutazai-git-").FullName);
        try
        {
            await folder.FillAsync(archive, cancellationToken);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private async Task FillAsync(Artifact archive, CancellationToken cancellationToken)
    {
        string? root = null;
        if (await SourceFiles.IsArchiveAsync(archive, cancellationToken))
        {
            await foreach (var file in archive.FilesAsync(cancellationToken))
            {
                var match = DataFile().Match(file.Path);
                if (!match.Success || file.Path.Contains("..", StringComparison.Ordinal))
                {
                    continue;
                }

                root ??= match.Groups["root"].Value;
                if (match.Groups["root"].Value == root)
                {
                    var target = System.IO.Path.Combine(Path, match.Groups["file"].Value);
                    Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                    await using var written = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None);
                    await file.Content.CopyToAsync(written, cancellationToken);
                }
            }
        }

        if (root is null || !File.Exists(System.IO.Path.Combine(Path, "HEAD")))
        {
            throw new InvalidInputException($"'{archive.Name}' holds no git repository; expected a zip or tar.gz of a folder with its .git folder.");
        }

        Directory.CreateDirectory(System.IO.Path.Combine(Path, "objects"));
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "refs"));
        await File.WriteAllTextAsync(System.IO.Path.Combine(Path, "config"), BareConfiguration, cancellationToken);
    }

    // project/.git/objects/pack/pack-<sha>.pack, or repo.git/HEAD of a bare repository.
    [GeneratedRegex(
        @"\A(?<root>(?:[^/]+/){0,8}?(?:[^/]*\.git/)?)(?<file>HEAD|packed-refs|shallow|refs/[^/\\:*?""<>|\x00-\x20]+(?:/[^/\\:*?""<>|\x00-\x20]+){0,8}|objects/[0-9a-f]{2}/[0-9a-f]{38}|objects/pack/pack-[0-9a-f]{40}\.(?:pack|idx))\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex DataFile();
}
