using System.Net;
using System.Net.Sockets;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>IPv4, IPv6 and MAC addresses. An address that no person has (loopback, private, documentation) is of low confidence.</summary>
internal static class NetworkAddress
{
    public static Detection? ReadAtDigit(in TextWindow window, int start)
    {
        var text = window.Text;
        if (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '.' or '-' or '_'))
        {
            return null;
        }

        Span<byte> octets = stackalloc byte[4];
        var p = start;
        for (var i = 0; i < 4; i++)
        {
            var (value, digits) = (0, 0);
            while (p < text.Length && digits < 4 && char.IsAsciiDigit(text[p]))
            {
                value = (value * 10) + (text[p++] - '0');
                digits++;
            }

            if (digits is 0 or > 3 || value > 255 || (digits > 1 && text[p - digits] == '0') || (i < 3 && (p >= text.Length || text[p++] != '.')))
            {
                return null;
            }

            octets[i] = (byte)value;
        }

        if ((p < text.Length && (char.IsLetterOrDigit(text[p]) || (text[p] is '.' or '-' && p + 1 < text.Length && char.IsAsciiDigit(text[p + 1]))))
            || Keywords.Precede(window, start, ["version", "ver.", "release"]))
        {
            return null;
        }

        var confidence = IsNobodys(octets) ? Confidence.Low : Confidence.Medium;
        return new Detection("ipv4", window.Start + start, text[start..p].ToString(), confidence) { Check = "four octets" };
    }

    public static Detection? ReadAtColon(in TextWindow window, int colon)
    {
        var text = window.Text;
        var start = colon;
        while (start > 0 && colon - start < 5 && char.IsAsciiHexDigit(text[start - 1]))
        {
            start--;
        }

        if (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is ':' or '_' or '.'))
        {
            return null;
        }

        var end = colon;
        while (end < text.Length && end - start < 46 && (char.IsAsciiHexDigit(text[end]) || text[end] is ':' or '.'))
        {
            end++;
        }

        if (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
        {
            return null;
        }

        var value = text[start..end].TrimEnd('.');
        value = value.EndsWith("::", StringComparison.Ordinal) ? value : value.TrimEnd(':');
        return IsMac(value)
            ? new Detection("mac-address", window.Start + start, value.ToString(), Confidence.High) { Check = "six octets" }
            : value.Count(':') >= 2 && value.Length >= 6 && IPAddress.TryParse(value, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
                ? new Detection("ipv6", window.Start + start, value.ToString(), IsNobodys(address) ? Confidence.Low : value.Count(':') >= 4 ? Confidence.High : Confidence.Medium) { Check = "parsed" }
                : null;
    }

    private static bool IsMac(ReadOnlySpan<char> value)
    {
        if (value.Length != 17)
        {
            return false;
        }

        for (var i = 0; i < 17; i++)
        {
            if (i % 3 == 2 ? value[i] != ':' : !char.IsAsciiHexDigit(value[i]))
            {
                return false;
            }
        }

        return true;
    }

    // RFC 1918, loopback, link-local, the documentation blocks of RFC 5737, multicast and broadcast.
    private static bool IsNobodys(ReadOnlySpan<byte> ip) => ip switch
    {
        [0 or 10 or 127 or >= 224, ..] or [192, 168, ..] or [169, 254, ..] or [192, 0, 2, _] or [198, 51, 100, _] or [203, 0, 113, _] => true,
        [172, >= 16 and <= 31, ..] => true,
        _ => false,
    };

    private static bool IsNobodys(IPAddress address) =>
        IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.IsIPv6UniqueLocal || address.Equals(IPAddress.IPv6Any)
        || address.GetAddressBytes() is [0x20, 0x01, 0x0D, 0xB8, ..];
}
