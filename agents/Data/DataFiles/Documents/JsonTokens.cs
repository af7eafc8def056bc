using System.Globalization;
using System.Text.Json;

namespace Sutazai.Agents.Data.DataFiles.Documents;

/// <summary>Takes the token that the reader stands on.</summary>
internal delegate void JsonTokenSink(ref Utf8JsonReader reader);

/// <summary>Reads the tokens of one JSON document, of a stream of them, or of JSON Lines, holding no more than the longest token.</summary>
internal static class JsonTokens
{
    public const int MaxDepth = 512;

    private const int StartBytes = 1 << 16;
    private const int MaxTokenBytes = 1 << 25;

    /// <returns>The number of bytes read.</returns>
    /// <exception cref="InvalidInputException">It is not JSON, is nested too deeply, or holds a token of more than 32 MiB.</exception>
    public static async Task<long> ReadAsync(Artifact json, JsonTokenSink sink, CancellationToken cancellationToken)
    {
        await using var text = await Utf8Text.OpenAsync(json, cancellationToken);
        var state = new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = MaxDepth });
        var buffer = new byte[Math.Max(StartBytes, text.Head.Length)];
        text.Head.CopyTo(buffer);
        var (filled, total, ended, any) = (text.Head.Length, (long)text.Head.Length, false, false);
        while (!ended)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (filled == buffer.Length && total > filled)
            {
                Array.Resize(ref buffer, buffer.Length < MaxTokenBytes ? buffer.Length * 2
                    : throw new InvalidInputException($"'{json.Name}' holds a text or number of more than {MaxTokenBytes >> 20} MiB."));
            }

            var read = filled == buffer.Length ? -1 : await text.Rest.ReadAtLeastAsync(buffer.AsMemory(filled), buffer.Length - filled, throwOnEndOfStream: false, cancellationToken);
            ended = read == 0;
            filled += Math.Max(read, 0);
            total += Math.Max(read, 0);
            var consumed = Read(json, buffer.AsSpan(0, filled), ended, sink, ref state, ref any);
            buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
            filled -= consumed;
        }

        return any ? total : throw new InvalidInputException($"'{json.Name}' is empty; JSON or JSON Lines was expected.");
    }

    private static int Read(Artifact json, ReadOnlySpan<byte> bytes, bool ended, JsonTokenSink sink, ref JsonReaderState state, ref bool any)
    {
        if (ended && bytes.Trim(" \t\r\n"u8).IsEmpty && !any)
        {
            return bytes.Length;
        }

        var reader = new Utf8JsonReader(bytes, ended, state);
        try
        {
            while (reader.Read())
            {
                any = true;
                sink(ref reader);
            }
        }
        catch (JsonException e)
        {
            var reason = e.Message.Split(" LineNumber:", 2)[0];
            throw new InvalidInputException(
                string.Create(CultureInfo.InvariantCulture, $"'{json.Name}' is not JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {reason}"), e);
        }

        state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }
}
