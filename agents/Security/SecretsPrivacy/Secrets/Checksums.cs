using System.Globalization;
using System.Text;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>What the issuers of tokens build into them, so that a scanner can tell a token from a look-alike.</summary>
internal static class Checksums
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string Bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private static readonly uint[] s_crcTable = CrcTable();

    /// <summary>GitHub and npm: the last six characters are the CRC-32 of the thirty before them, in base 62.</summary>
    public static bool EndsInBase62Crc32(ReadOnlySpan<char> body)
    {
        if (body.Length < 7)
        {
            return false;
        }

        var crc = Crc32(body[..^6]);
        for (var i = body.Length - 1; i >= body.Length - 6; i--)
        {
            if (body[i] != Base62[(int)(crc % 62)])
            {
                return false;
            }

            crc /= 62;
        }

        return true;
    }

    /// <summary>The account number that AWS encodes in the identifiers of access keys; null in keys from before that practice.</summary>
    /// <param name="identifier">The sixteen base 32 characters after <c>AKIA</c> or <c>ASIA</c>.</param>
    public static string? AwsAccount(ReadOnlySpan<char> identifier)
    {
        ulong first48Bits = 0;
        for (var i = 0; i < 10; i++)
        {
            var digit = Base32.IndexOf(identifier[i], StringComparison.Ordinal);
            if (digit < 0)
            {
                return null;
            }

            first48Bits = (first48Bits << 5) | (uint)digit;
        }

        // Ten characters are 50 bits; the account is bits 1 to 40 of the first 48.
        var account = (first48Bits >> 2 & 0x7FFF_FFFF_FF80) >> 7;
        return account <= 999_999_999_999 ? account.ToString("D12", CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The Bech32 checksum of BIP 173, as age uses it for secret keys.</summary>
    public static bool IsBech32(ReadOnlySpan<char> text)
    {
        var separator = text.LastIndexOf('1');
        if (separator < 1 || text.Length - separator < 7)
        {
            return false;
        }

        uint polymod = 1;
        foreach (var c in text[..separator])
        {
            polymod = Step(polymod, (uint)char.ToLowerInvariant(c) >> 5);
        }

        polymod = Step(polymod, 0);
        foreach (var c in text[..separator])
        {
            polymod = Step(polymod, (uint)char.ToLowerInvariant(c) & 31);
        }

        foreach (var c in text[(separator + 1)..])
        {
            var digit = Bech32.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            polymod = Step(polymod, (uint)digit);
        }

        return polymod == 1;

        static uint Step(uint polymod, uint value)
        {
            ReadOnlySpan<uint> generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
            var top = polymod >> 25;
            polymod = ((polymod & 0x1ffffff) << 5) ^ value;
            for (var i = 0; i < 5; i++)
            {
                polymod ^= ((top >> i) & 1) == 1 ? generator[i] : 0;
            }

            return polymod;
        }
    }

    /// <summary>Text that base 64 or base64url decodes to, or null. Characters after the last whole group are ignored.</summary>
    public static string? Base64Text(ReadOnlySpan<char> encoded)
    {
        var plain = encoded.ToString().Replace('-', '+').Replace('_', '/').TrimEnd('=');
        plain = plain.Length % 4 == 1 ? plain[..^1] : plain;
        var bytes = new byte[plain.Length];
        return Convert.TryFromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='), bytes, out var written)
            ? Encoding.Latin1.GetString(bytes, 0, written)
            : null;
    }

    public static uint Crc32(ReadOnlySpan<char> ascii)
    {
        var crc = uint.MaxValue;
        foreach (var c in ascii)
        {
            crc = s_crcTable[(crc ^ c) & 0xFF] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] CrcTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var c = i;
            for (var bit = 0; bit < 8; bit++)
            {
                c = (c & 1) == 1 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            }

            table[i] = c;
        }

        return table;
    }
}
