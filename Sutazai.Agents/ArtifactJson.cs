using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sutazai.Agents;

/// <summary>Where artifact references in a call's arguments lead.</summary>
public interface IArtifactSource
{
    /// <summary>Whether the text is a reference at all; any other text is inline content.</summary>
    bool Recognises(string reference);

    /// <returns>The artifact, or null where there is none of that name.</returns>
    ValueTask<Artifact?> FindAsync(string reference, CancellationToken cancellationToken);
}

/// <summary>
/// Reads an artifact from a string, which is a reference where one was resolved for this call and inline content otherwise, or from
/// <c>{ "name", "text" }</c> or <c>{ "name", "base64" }</c>.
/// </summary>
internal sealed class ArtifactJsonConverter : JsonConverter<Artifact>
{
    /// <summary>The references of the call that this thread is binding; binding is synchronous.</summary>
    [ThreadStatic]
    internal static IReadOnlyDictionary<string, Artifact>? t_resolved;

    public override Artifact Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = reader.GetString()!;
            return t_resolved?.GetValueOrDefault(text) ?? Artifact.FromText(text);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An artifact is its id, its content as text, or an object with 'name' and 'text' or 'base64'.");
        }

        var inline = JsonSerializer.Deserialize<Inline>(ref reader, options)!;
        return (inline.Text, inline.Base64) switch
        {
            (string text, null) => Artifact.FromText(text, inline.Name ?? "input.txt"),
            (null, byte[] bytes) => Artifact.FromBytes(bytes, inline.Name ?? "input.bin"),
            _ => throw new JsonException("An inline artifact has exactly one of 'text' and 'base64'."),
        };
    }

    public override void Write(Utf8JsonWriter writer, Artifact value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);

    private sealed record Inline(string? Name = null, string? Text = null, byte[]? Base64 = null);
}
