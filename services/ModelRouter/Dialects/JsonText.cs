using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>
/// Finds in JSON what is no Unicode: bytes that are no UTF-8, and halves of surrogate pairs such as <c>"\ud800"</c>. A parser takes both and
/// fails on them only when somebody wants the text, so bodies are looked through when they come.
/// </summary>
internal static class JsonText
{
    private const int EscapeLength = 6;

    /// <summary>The reader's own.</summary>
    private const int MaxDepth = 64;

    private enum Half
    {
        None,
        First,
        Second,
    }

    /// <summary>Whether all texts and names are Unicode; says nothing of what is no JSON.</summary>
    public static bool IsUnicode(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        var at = 0;
        while (json[at..].IndexOf(@"\u"u8) is >= 0 and var next)
        {
            at += next;
            if (IsEscaped(json[..at]))
            {
                at++;
                continue;
            }

            switch (HalfOf(json[at..]))
            {
                case Half.First when json.Length > at + EscapeLength && HalfOf(json[(at + EscapeLength)..]) == Half.Second:
                    at += 2 * EscapeLength;
                    break;
                case Half.None:
                    at++;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    /// <inheritdoc cref="IsUnicode(ReadOnlySpan{byte})"/>
    public static bool IsUnicode(JsonElement json) => IsUnicode(JsonMarshal.GetRawUtf8Value(json));

    /// <summary>Names the first text that is none, as errors do: <c>'options.stop[0]'</c>.</summary>
    /// <exception cref="JsonException">It is no JSON before that.</exception>
    public static string Place(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        // Where the reader is in each of the objects and lists that it is in: behind a name, or at an index.
        var steps = new Step[MaxDepth + 1];
        while (reader.Read())
        {
            ref var step = ref steps[reader.CurrentDepth];
            switch (reader.TokenType)
            {
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    continue;
                case JsonTokenType.PropertyName:
                    step = new Step((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, 0);
                    break;
                default:
                    step = step with { Index = step.Index + 1 };
                    break;
            }

            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && !IsUnicode(reader.ValueSpan))
            {
                return reader.TokenType == JsonTokenType.String ? Path(json, steps.AsSpan(1, reader.CurrentDepth))
                    : "a name in " + Path(json, steps.AsSpan(1, reader.CurrentDepth - 1));
            }

            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                steps[reader.CurrentDepth + 1] = new Step(0, -1, -1);
            }
        }

        return "the request body";
    }

    private static string Path(ReadOnlySpan<byte> json, ReadOnlySpan<Step> steps)
    {
        var path = new StringBuilder();
        foreach (var (start, length, index) in steps)
        {
            if (length < 0)
            {
                path.Append(CultureInfo.InvariantCulture, $"[{index}]");
            }
            else
            {
                path.Append(path.Length > 0 ? "." : "").Append(Problems.Shown(Encoding.UTF8.GetString(json.Slice(start, length))));
            }
        }

        return path.Length == 0 ? "the request body" : $"'{path}'";
    }

    /// <summary>Whether what follows is not an escape's beginning but the end of <c>\\</c>.</summary>
    private static bool IsEscaped(ReadOnlySpan<byte> before) => (before.Length - 1 - before.LastIndexOfAnyExcept((byte)'\\')) % 2 == 1;

    private static Half HalfOf(ReadOnlySpan<byte> escape) => escape is not [(byte)'\\', (byte)'u', (byte)'d' or (byte)'D', var kind, _, _, ..] ? Half.None : kind switch
    {
        (byte)'8' or (byte)'9' or (byte)'a' or (byte)'b' or (byte)'A' or (byte)'B' => Half.First,
        >= (byte)'c' and <= (byte)'f' or >= (byte)'C' and <= (byte)'F' => Half.Second,
        _ => Half.None,
    };

    /// <param name="Length">Of the name at <paramref name="Start"/>; negative in a list.</param>
    private readonly record struct Step(int Start, int Length, int Index);
}
