using System.Globalization;
using System.Text.Json;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>The checks that kinds of secrets share.</summary>
internal static class Verdicts
{
    /// <summary>Random enough: at least so many bits of entropy a character.</summary>
    public static Func<string, Verdict?> Random(double bits, Confidence confidence = Confidence.High) => token =>
        Entropy.Of(token) is var entropy && entropy >= bits
            ? new Verdict(confidence, string.Create(CultureInfo.InvariantCulture, $"entropy {entropy:0.0}"))
            : null;

    /// <summary>The CRC-32 that GitHub and npm put at the end; without it the token was never issued.</summary>
    public static Verdict? Crc32(string token) =>
        Checksums.EndsInBase62Crc32(token.AsSpan(4)) ? new Verdict(Confidence.High, "crc32 checksum") : null;

    /// <summary>Installation tokens are not all issued with a checksum.</summary>
    public static Verdict? Crc32IfAny(string token) => Crc32(token) ?? Random(3.2, Confidence.Medium)(token);

    public static Verdict? AwsKey(string token)
    {
        if (Entropy.Of(token) < 2.8)
        {
            return null;
        }

        return Checksums.AwsAccount(token.AsSpan(4)) is { } account
            ? new Verdict(Confidence.High, $"base32, account {account}")
            : new Verdict(Confidence.Medium, "base32, no account");
    }

    public static Verdict? Bech32(string token) => Checksums.IsBech32(token) ? new Verdict(Confidence.High, "bech32 checksum") : null;

    /// <summary>Grafana and Sentry put base 64 of a JSON object after the prefix.</summary>
    public static Func<string, Verdict?> JsonAfter(string prefix) => token =>
        Checksums.Base64Text(Part(token.AsSpan(prefix.Length))) is ['{', '"', ..] ? new Verdict(Confidence.High, "base64 JSON") : null;

    /// <summary>A JSON web token: the header decodes to a JSON object that names an algorithm, the payload to a JSON object.</summary>
    public static Verdict? Jwt(string token)
    {
        var parts = token.Split('.');
        if (Checksums.Base64Text(parts[0]) is not { } header || Checksums.Base64Text(parts[1]) is not ['{', ..])
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("alg", out var algorithm) && algorithm.ValueKind == JsonValueKind.String
                    ? new Verdict(Confidence.Medium, $"header decoded, alg {Short(algorithm.GetString()!)}")
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Base 64 of <c>name:password</c>.</summary>
    public static Verdict? BasicPair(string encoded) =>
        Checksums.Base64Text(encoded) is { } pair && pair.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && pair.Length - colon > 4
            && pair.All(c => c is >= ' ' and < (char)127)
            && !Placeholders.Is(pair.AsSpan(colon + 1))
                ? new Verdict(Confidence.High, "decodes to name:password")
                : null;

    /// <summary>A bot token of Discord begins with the base 64 of the bot's numeric id.</summary>
    public static Verdict? DiscordBot(string token) =>
        Checksums.Base64Text(token.Split('.')[0]) is { Length: >= 17 and <= 20 } id && id.All(char.IsAsciiDigit)
            ? new Verdict(Confidence.High, "numeric id decoded")
            : null;

    private static ReadOnlySpan<char> Part(ReadOnlySpan<char> text) => text.IndexOf('_') is > 0 and var end ? text[..end] : text;

    private static string Short(string text) => text.Length <= 8 && text.All(char.IsAsciiLetterOrDigit) ? text : "unknown";
}
