using System.Text.Json;

namespace Sutazai.ModelRouter.Calls;

/// <summary>Reads the options of a call that the router itself needs; the others are the backend's to judge.</summary>
internal static class CallOptions
{
    /// <returns>Null where the option is not given; the nearest integer that fits where it is too large.</returns>
    /// <exception cref="ModelException">It is no number; in Ollama's words.</exception>
    public static int? Integer(JsonElement? options, string name) =>
        options is not { ValueKind: JsonValueKind.Object } given || !given.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? (int)Math.Clamp(number, int.MinValue, int.MaxValue)
        : throw ModelException.Invalid($"option \"{name}\" must be of type integer");
}
