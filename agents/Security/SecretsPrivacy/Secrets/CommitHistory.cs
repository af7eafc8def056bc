using System.Globalization;
using System.Text;
using LibGit2Sharp;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>The lines that each commit added, searched for credentials.</summary>
internal static class CommitHistory
{
    private const string Message = "(commit message)";
    private const long MaxBlobBytes = 5L << 20;
    private static readonly LibGit2Sharp.CompareOptions s_compare = new() { ContextLines = 0, InterhunkLines = 0, Similarity = SimilarityOptions.None };

    public static HistoryResult Scan(string folder, int maxCommits, SecretTally tally, CancellationToken cancellationToken)
    {
        List<HistoryFinding> findings = [];
        int commits = 0, leftOut = 0, filesLeftOut = 0;
        try
        {
            using var repository = new Repository(folder);
            var all = repository.Commits.QueryBy(new CommitFilter { IncludeReachableFrom = Tips(repository), SortBy = CommitSortStrategies.Topological | CommitSortStrategies.Time });
            foreach (var commit in all)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (commits >= maxCommits)
                {
                    leftOut++;
                    continue;
                }

                commits++;
                foreach (var (path, lines) in AddedLines(repository, commit, cancellationToken))
                {
                    if (lines is null)
                    {
                        filesLeftOut++;
                        continue;
                    }

                    var detector = new SecretDetector(path);
                    foreach (var detection in DetectionStream.Read(lines.Text, [detector.Detect], cancellationToken))
                    {
                        if (tally.Add(detection, path) is { } finding)
                        {
                            findings.Add(new HistoryFinding(
                                commit.Sha, finding.Kind, path, lines.LineAt(detection.Line), commit.Author.When.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
                                finding.Entropy, finding.Masked, finding.Confidence, finding.Revoke));
                        }
                    }
                }
            }
        }
        catch (LibGit2SharpException e)
        {
            throw new InvalidInputException($"The repository cannot be read: {e.Message.Replace(folder, "", StringComparison.Ordinal)}; expected a complete .git folder with SHA-1 objects.", e);
        }

        return new HistoryResult(commits, leftOut, filesLeftOut, tally.Total, tally.Total - findings.Count, tally.Kinds, findings, tally.Suppressed);
    }

    private static List<object> Tips(Repository repository) =>
    [
        .. repository.Refs.Where(r => r.CanonicalName.StartsWith("refs/", StringComparison.Ordinal) && r.ResolveToDirectReference()?.Target is Commit or TagAnnotation),
        .. repository.Head.Tip is { } tip ? [tip] : Array.Empty<object>(),
    ];

    /// <summary>A version of a file that is too large to compare has no lines.</summary>
    private static IEnumerable<(string Path, Added? Lines)> AddedLines(Repository repository, Commit commit, CancellationToken cancellationToken)
    {
        yield return (Message, new Added(commit.Message, null));
        var parents = commit.Parents.ToList();

        // What a merge took over from one of its parents was that parent's commit; only what differs from all of them is its own.
        var changes = repository.Diff.Compare<TreeChanges>(parents.FirstOrDefault()?.Tree, commit.Tree, s_compare).ToList();
        foreach (var other in parents.Skip(1))
        {
            var differing = repository.Diff.Compare<TreeChanges>(other.Tree, commit.Tree, s_compare).Select(c => c.Path).ToHashSet(StringComparer.Ordinal);
            changes.RemoveAll(c => !differing.Contains(c.Path));
        }

        foreach (var change in changes.OrderBy(c => c.Path, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (change.Status is ChangeKind.Deleted || change.Mode is not (Mode.NonExecutableFile or Mode.ExecutableFile))
            {
                continue;
            }

            var now = repository.Lookup<Blob>(change.Oid);
            var before = change.Status is ChangeKind.Added ? null : repository.Lookup<Blob>(change.OldOid);
            if (now is null || now.Size > MaxBlobBytes || before?.Size > MaxBlobBytes)
            {
                yield return (change.Path, null);
                continue;
            }

            yield return (change.Path, before is null ? new Added(now.GetContentText(), null) : Added.Between(repository, before, now));
        }
    }

    /// <param name="Lines">The file's line number of each line of the text; null where they are the same.</param>
    private sealed record Added(string Text, List<int>? Lines)
    {
        public static Added Between(Repository repository, Blob before, Blob now)
        {
            List<int> numbers = [];
            var text = new StringBuilder();
            foreach (var line in repository.Diff.Compare(before, now, s_compare).AddedLines)
            {
                text.Append(line.Content);
                if (!line.Content.EndsWith('\n'))
                {
                    text.Append('\n');
                }

                numbers.Add(line.LineNumber);
            }

            return new Added(text.ToString(), numbers);
        }

        public long LineAt(long line) => Lines is { } numbers && line <= numbers.Count ? numbers[(int)line - 1] : line;
    }
}
