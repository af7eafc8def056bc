using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Security.SecretsPrivacy;

public sealed class SecretsScanner : IAgent
{
    public static AgentDefinition Definition { get; } = new("secrets-scanner")
    {
        Purpose = "Find keys, tokens and passwords in text or a repository, and say how to revoke each one.",
        Class = AgentClass.Read,
        Instructions = """
            You look for credentials that were written down where they do not belong. Call scan first on the text, file or archive that the user gave;
            call history as well when the archive holds a .git folder or the user asks about old commits. Report only what the tools return:
            kind, file, line, masked value, and the revoke step. Credentials stay masked; never guess or complete one.
            Then judge each finding with confidence low from its file name and kind (test data, documentation, a vendor's example) and say which
            deserve a person's look first. A credential that ever reached a shared repository must be revoked, not only deleted.
            """,
        Examples =
        [
            new("Is anything in this configuration a credential?")
            {
                Files = ["@deploy.env"], Calls = ["scan"], Says = ["postgres-url", "netrc-password", "deploy.env"],
            },
            new("Which commits in the history of this git repository brought in a password?")
            {
                Files = ["@leaky-repository.zip"], Calls = ["history"], Says = ["amqp-url", "config/queue.ini"],
            },
            new("Scan this text for credentials: aws_access_key_id = AKIAIOSFODNN7EXAMPLE") { Calls = ["scan"], Says = ["placeholders"] },
        ],
    };

    [KernelFunction("scan"), Description("Finds credentials in a text, a file or a zipped repository and says what each is, where it stands and how to revoke it. Values are masked.")]
    [ToolExample(
        """{ "source": "db: postgres://app:tr0ub4dor@db.internal/orders\n" }""",
        """
        { "total": 1, "leftOut": 0, "kinds": [{ "kind": "postgres-url", "count": 1 }],
          "findings": [{ "kind": "postgres-url", "file": "input.txt", "line": 1, "column": 20, "span": { "start": 19, "length": 9 }, "entropy": 2.95,
            "masked": "****", "confidence": "high", "check": "user and password before the host", "revoke": "Change the account's password on that server and take it out of the URL." }],
          "suppressed": { "allowed": 0, "placeholders": 0, "belowConfidence": 0 }, "files": 1 }
        """)]
    [ToolExample(
        """{ "source": "@deploy.env" }""",
        """
        { "total": 2, "findings": [{ "kind": "postgres-url", "line": 3 }, { "kind": "netrc-password", "line": 9 }],
          "suppressed": { "allowed": 1, "placeholders": 3 } }
        """, Partial = true)]
    [ToolExample(
        """{ "source": "aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "minConfidence": "placeholder" }""",
        """{ "total": 1, "findings": [{ "kind": "aws-access-key-id", "line": 1, "column": 21, "masked": "AK****", "confidence": "placeholder" }] }""", Partial = true)]
    [ToolExample(
        """{ "source": "password = \"${DB_PASSWORD}\"\ntoken: <your-token>\nid = 7c9e6679-7425-40de-944b-e07fc1f90ae7\n\u0000\u0000secret=changeme" }""",
        """{ "total": 0, "findings": [], "suppressed": { "allowed": 0, "placeholders": 0 } }""", Nasty = true, Partial = true)]
    public static async Task<ScanResult> ScanAsync(
        [Description("The text to look through: a file, or a zip or tar.gz of a whole repository.")] Artifact source,
        [Description("Leave out findings that are less sure than this.")] Confidence minConfidence = Confidence.Low,
        [Description("List at most so many findings; all are counted.")] int limit = 200,
        CancellationToken cancellationToken = default)
    {
        if (limit is < 0 or > 10_000)
        {
            throw new InvalidInputException($"limit was {limit}; expected 0 to 10000.");
        }

        var tally = new SecretTally(minConfidence, limit);
        var files = 0;
        await foreach (var (path, text, binary) in SourceFiles.ReadAsync(source, cancellationToken))
        {
            files++;
            var detector = new SecretDetector(path, named: !binary);
            await foreach (var detection in DetectionStream.ReadAsync(text, [detector.Detect], cancellationToken))
            {
                tally.Add(detection, path);
            }
        }

        return new ScanResult(tally.Total, tally.Total - tally.Findings.Count, tally.Kinds, tally.Findings, tally.Suppressed, files);
    }

    [KernelFunction("history"), Description("Finds credentials in the commits of a zipped git repository, also those that a later commit deleted, with the commit, file and date that brought each in.")]
    [ToolExample(
        """{ "repo": "@leaky-repository.zip" }""",
        """
        { "commits": 3, "commitsLeftOut": 0, "total": 1,
          "findings": [{ "kind": "amqp-url", "file": "config/queue.ini", "line": 2, "authorDate": "2024-03-02T09:00:00+00:00", "masked": "****" }] }
        """, Partial = true)]
    [ToolExample("""{ "repo": "@leaky-repository.zip", "maxCommits": 1 }""", """{ "commits": 1, "commitsLeftOut": 2, "total": 0, "findings": [] }""", Partial = true)]
    [ToolExample("""{ "repo": "just some text" }""", "no git repository", Nasty = true, Fails = true)]
    public static async Task<HistoryResult> HistoryAsync(
        [Description("A zip or tar.gz of a repository that includes its .git folder.")] Artifact repo,
        [Description("Look at so many commits at most, newest first.")] int maxCommits = 1000,
        [Description("Leave out findings that are less sure than this.")] Confidence minConfidence = Confidence.Low,
        [Description("List at most so many findings; all are counted.")] int limit = 200,
        CancellationToken cancellationToken = default)
    {
        if (maxCommits is < 1 or > 100_000 || limit is < 0 or > 10_000)
        {
            throw new InvalidInputException($"maxCommits was {maxCommits} and limit {limit}; expected 1 to 100000 and 0 to 10000.");
        }

        using var folder = await GitFolder.UnpackAsync(repo, cancellationToken);
        return CommitHistory.Scan(folder.Path, maxCommits, new SecretTally(minConfidence, limit), cancellationToken);
    }
}

/// <param name="Total">Findings in the source, listed or not.</param>
/// <param name="LeftOut">Findings counted but not listed.</param>
/// <param name="Files">Files looked through.</param>
public sealed record ScanResult(
    int Total, int LeftOut, IReadOnlyList<KindCount> Kinds, IReadOnlyList<SecretFinding> Findings, Suppressed Suppressed, int Files);

/// <summary>What was found and not reported.</summary>
/// <param name="Allowed">Marked in the source by a comment such as <c>gitleaks:allow</c>.</param>
/// <param name="Placeholders">Documented examples and stand-ins.</param>
public sealed record Suppressed(int Allowed, int Placeholders, int BelowConfidence);

/// <param name="Commits">Commits looked at.</param>
/// <param name="CommitsLeftOut">Older commits that the limit left out.</param>
/// <param name="FilesLeftOut">Versions of files that were too large to compare.</param>
public sealed record HistoryResult(
    int Commits, int CommitsLeftOut, int FilesLeftOut, int Total, int LeftOut, IReadOnlyList<KindCount> Kinds, IReadOnlyList<HistoryFinding> Findings, Suppressed Suppressed);

/// <param name="File">The path, or <c>(commit message)</c>.</param>
/// <param name="Line">The line in the file as that commit left it.</param>
public sealed record HistoryFinding(
    string Commit, string Kind, string File, long Line, string AuthorDate, double Entropy, string Masked, Confidence Confidence, string Revoke);
