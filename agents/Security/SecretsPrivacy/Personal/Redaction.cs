using System.ComponentModel;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>What stands in the place of a value.</summary>
public enum RedactionMode
{
    [Description("[EMAIL_1]: numbered by value; the map restores it.")]
    Label,

    [Description("[EMAIL_5f0c31a2b9]: the same value always gives the same name under the same key; the map restores it.")]
    Pseudonym,

    [Description("****: cannot be restored.")]
    Mask,
}

/// <param name="Placeholder">What stands in the text now.</param>
/// <param name="Value">What stood there; encrypted, as base 64, where the map is sealed.</param>
public sealed record RedactionEntry(string Placeholder, string Kind, string Value);

/// <param name="Sealed">The values are encrypted with the caller's key.</param>
public sealed record RedactionMap(bool Sealed, IReadOnlyList<RedactionEntry> Entries);

/// <summary>Puts placeholders for values and values for placeholders.</summary>
internal static class Redaction
{
    private const int MaxPlaceholder = 80;

    public static (string Text, RedactionMap Map) Apply(string text, IReadOnlyList<Detection> found, RedactionMode mode, byte[]? key)
    {
        Dictionary<(string Kind, string Value), string> placeholders = [];
        Dictionary<string, int> counters = [];
        List<RedactionEntry> entries = [];
        var names = new Names(text);
        var redacted = new StringBuilder(text.Length);
        var done = 0;
        foreach (var detection in found)
        {
            if (!placeholders.TryGetValue((detection.Kind, detection.Value), out var placeholder))
            {
                placeholder = mode switch
                {
                    RedactionMode.Mask => "****",
                    RedactionMode.Label => names.Of(detection.Kind, (counters[detection.Kind] = counters.GetValueOrDefault(detection.Kind) + 1).ToString(CultureInfo.InvariantCulture)),
                    _ => names.Of(detection.Kind, Pseudonym(detection, key!)),
                };
                placeholders.Add((detection.Kind, detection.Value), placeholder);
                if (mode != RedactionMode.Mask)
                {
                    entries.Add(new RedactionEntry(placeholder, detection.Kind, key is null ? detection.Value : Seal.Close(detection.Value, key)));
                }
            }

            redacted.Append(text, done, (int)detection.Start - done).Append(placeholder);
            done = (int)detection.End;
        }

        return (redacted.Append(text, done, text.Length - done).ToString(), new RedactionMap(key is not null && entries.Count > 0, entries));
    }

    /// <exception cref="InvalidInputException">The map is not one that redaction made, or the key is not the one that sealed it.</exception>
    public static (string Text, int Restored) Restore(string text, RedactionMap map, byte[]? key)
    {
        if (map.Sealed && key is null)
        {
            throw new InvalidInputException("The map is sealed; expected the key that was given to redact.");
        }

        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (entry.Placeholder is not (['[', .., ']'] and { Length: <= MaxPlaceholder }) || !values.TryAdd(entry.Placeholder, map.Sealed ? Seal.Open(entry.Value, key!) : entry.Value))
            {
                throw new InvalidInputException($"The map's placeholder '{entry.Placeholder}' is not one that redact made, or stands there twice; expected the map as redact returned it.");
            }
        }

        var lookup = values.GetAlternateLookup<ReadOnlySpan<char>>();
        var restored = new StringBuilder(text.Length);
        var (done, count) = (0, 0);
        for (var open = text.IndexOf('[', StringComparison.Ordinal); open >= 0; open = text.IndexOf('[', open + 1))
        {
            var close = text.AsSpan(open, Math.Min(MaxPlaceholder, text.Length - open)).IndexOf(']');
            if (close > 0 && lookup.TryGetValue(text.AsSpan(open, close + 1), out var value))
            {
                restored.Append(text, done, open - done).Append(value);
                done = open + close + 1;
                open = done - 1;
                count++;
            }
        }

        return (restored.Append(text, done, text.Length - done).ToString(), count);
    }

    private static string Pseudonym(Detection detection, byte[] key) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{detection.Kind}\0{detection.Value}")).AsSpan(0, 5));

    /// <summary>Names that the text does not hold by itself, so that restoring cannot mistake its own words for a placeholder.</summary>
    private sealed class Names(string text)
    {
        private readonly Dictionary<string, string> _stems = [];
        private readonly HashSet<string> _given = [];

        public string Of(string kind, string suffix)
        {
            if (!_stems.TryGetValue(kind, out var stem))
            {
                stem = $"[{kind.ToUpperInvariant().Replace('-', '_')}_";
                while (text.Contains(stem, StringComparison.Ordinal))
                {
                    stem += "X_";
                }

                _stems.Add(kind, stem);
            }

            // Two values share forty bits of a pseudonym only by an accident that must not lose one of them.
            var name = $"{stem}{suffix}]";
            for (var again = 2; !_given.Add(name); again++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{stem}{suffix}_{again}]");
            }

            return name;
        }
    }
}

/// <summary>Encrypts the values of a map: AES-256-GCM under a key derived from the caller's, with a nonce derived from the value, so that the same call gives the same map.</summary>
internal static class Seal
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int Iterations = 100_000;

    public static byte[]? KeyOf(string? passphrase) => passphrase switch
    {
        null or "" => null,
        { Length: < 8 } => throw new InvalidInputException("The key is shorter than 8 characters; expected a long random one."),
        _ => Rfc2898DeriveBytes.Pbkdf2(passphrase, "sutazai pii-redactor"u8, Iterations, HashAlgorithmName.SHA256, 32),
    };

    public static string Close(string value, byte[] key)
    {
        var plain = Encoding.UTF8.GetBytes(value);
        var box = new byte[NonceBytes + plain.Length + TagBytes];
        HMACSHA256.HashData(key, plain).AsSpan(0, NonceBytes).CopyTo(box);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length));
        return Convert.ToBase64String(box);
    }

    public static string Open(string sealedValue, byte[] key)
    {
        try
        {
            var box = Convert.FromBase64String(sealedValue);
            var plain = new byte[Math.Max(0, box.Length - NonceBytes - TagBytes)];
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length), plain);
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException)
        {
            throw new InvalidInputException("The map cannot be opened with this key; expected the key that was given to redact.", e);
        }
    }
}
