using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Backends;

/// <summary>
/// What one event of a streamed answer adds, or all of an answer in one piece. Read by hand, as it comes once for each token: between two
/// tokens a processor forgets, and a serializer takes several times as much code to find its way.
/// </summary>
internal struct OpenAIPiece
{
    public string? Content;
    public string? Reasoning;
    public IReadOnlyList<OpenAIToolCall?>? ToolCalls;
    public IReadOnlyList<JsonElement>? Logprobs;
    public string? FinishReason;
    public OpenAIUsage? Usage;
    public OpenAITimings? Timings;
    public JsonElement? Error;

    /// <exception cref="JsonException">It is no JSON object, or has a value of the wrong type.</exception>
    public static OpenAIPiece Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var piece = default(OpenAIPiece);
        try
        {
            reader.Read();
            piece.ReadEvent(ref reader);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A value has the wrong type, or a text is no Unicode.", e);
        }

        return piece;
    }

    private void ReadEvent(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader, JsonTokenType.EndObject))
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                ReadChoices(ref reader);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                Usage = Value(ref reader, OpenAIJson.Wire.OpenAIUsage);
            }
            else if (reader.ValueTextEquals("timings"u8))
            {
                Timings = Value(ref reader, OpenAIJson.Wire.OpenAITimings);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                Error = Value(ref reader, OpenAIJson.Wire.NullableJsonElement);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    // One answer is asked for, so the others, should there be any, are nobody's.
    private void ReadChoices(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, JsonTokenType.StartArray))
        {
            return;
        }

        for (var first = true; Next(ref reader, JsonTokenType.EndArray); first = false)
        {
            if (first)
            {
                ReadChoice(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadChoice(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader, JsonTokenType.EndObject))
        {
            if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
            {
                ReadMessage(ref reader);
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                FinishReason = Text(ref reader);
            }
            else if (reader.ValueTextEquals("logprobs"u8))
            {
                Logprobs = Value(ref reader, OpenAIJson.Wire.OpenAILogprobs)?.Content;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadMessage(ref Utf8JsonReader reader)
    {
        if (!Begin(ref reader, JsonTokenType.StartObject))
        {
            return;
        }

        while (Next(ref reader, JsonTokenType.EndObject))
        {
            if (reader.ValueTextEquals("content"u8))
            {
                Content = Text(ref reader);
            }
            else if (reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8))
            {
                // llama-server and vLLM call it one or the other.
                Reasoning = Text(ref reader) ?? Reasoning;
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                ToolCalls = Value(ref reader, OpenAIJson.Wire.IReadOnlyListOpenAIToolCall);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static T? Value<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> type)
    {
        reader.Read();
        return JsonSerializer.Deserialize(ref reader, type);
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }

    /// <returns>Whether there is a value, and not null.</returns>
    private static bool Begin(ref Utf8JsonReader reader, JsonTokenType start)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        Expect(ref reader, start);
        return true;
    }

    private static bool Next(ref Utf8JsonReader reader, JsonTokenType end)
    {
        reader.Read();
        return reader.TokenType != end;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
        {
            throw new JsonException($"There is {reader.TokenType} where {type} is expected.");
        }
    }
}
