using System.Runtime.InteropServices;
using System.Text.Json;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Sharing;

/// <summary>Bytes of memory that a piece of an answer takes, counted from the layout of its objects on a 64-bit machine.</summary>
internal static class Footprint
{
    private const long Object = 16;
    private const long Reference = 8;

    public static long Of(ChatChunk chunk) =>
        Object + (6 * Reference) + Text(chunk.Content) + Text(chunk.Thinking)
        + (chunk.ToolCalls?.Sum(c => Object + (4 * Reference) + Text(c.Id) + Text(c.Name) + Text(c.Arguments)) ?? 0)
        + (chunk.Logprobs?.Sum(l => Json(l)) ?? 0)
        + (chunk.Finish is { } finish ? Object + (10 * Reference) + Text(finish.Reason) + Text(finish.Changed) + Json(finish.Context) : 0);

    public static long Of(Embeddings embeddings) =>
        Object + (5 * Reference) + Text(embeddings.Changed) + embeddings.Vectors.Sum(v => Object + (2 * Reference) + (sizeof(float) * (long)v.Length));

    // A text's header is 22 bytes, an empty one is the same object everywhere.
    private static long Text(string? text) => text is null or "" ? 0 : (22 + (2 * (long)text.Length) + 7) / 8 * 8;

    // A document has 12 bytes for each value in it, of which the shortest takes two with its comma.
    private static long Json(JsonElement? json) => json is { } element ? (Object * 8) + (JsonMarshal.GetRawUtf8Value(element).Length * 7L) : 0;
}
