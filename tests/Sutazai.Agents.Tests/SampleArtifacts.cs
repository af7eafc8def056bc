using System.Reflection;

namespace Sutazai.Agents.Tests;

/// <summary>Resolves <c>@name</c> to the sample file of that name in an agents' assembly.</summary>
internal sealed class SampleArtifacts(Assembly assembly) : IArtifactSource
{
    public bool Recognises(string reference) => reference is ['@', ..] && assembly.GetManifestResourceInfo("Samples/" + reference[1..]) is not null;

    public ValueTask<Artifact?> FindAsync(string reference, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Artifact?>(Artifact.FromBytes(Read(reference), reference[1..]));

    private byte[] Read(string reference)
    {
        using var stream = assembly.GetManifestResourceStream("Samples/" + reference[1..])!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
