using System.Text.RegularExpressions;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>Artifacts in the artifacts service, by id, as far as the caller may read them.</summary>
public sealed partial class StoredArtifacts(ArtifactsClient client) : IArtifactSource
{
    /// <summary>Ids of artifacts that a text mentions, each once, in order.</summary>
    public static IReadOnlyList<string> MentionedIn(string text) =>
        [.. MentionedId().EnumerateMatches(text) is var matches ? Collect(matches, text) : []];

    public bool Recognises(string reference) => reference.StartsWith("art_", StringComparison.Ordinal) && WholeId().IsMatch(reference);

    public async ValueTask<Artifact?> FindAsync(string reference, CancellationToken cancellationToken) =>
        await client.FindAsync(reference, cancellationToken) is { } row
            ? new Artifact(row.Name, row.MediaType, row.Size, async token => await client.OpenAsync(reference, token))
            : null;

    private static List<string> Collect(Regex.ValueMatchEnumerator matches, string text)
    {
        List<string> ids = [];
        foreach (var match in matches)
        {
            var id = text.Substring(match.Index, match.Length);
            if (!ids.Contains(id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    [GeneratedRegex(@"^art_[0-9a-z]{26}\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeId();

    [GeneratedRegex(@"\bart_[0-9a-z]{26}\b", RegexOptions.CultureInvariant)]
    private static partial Regex MentionedId();
}
