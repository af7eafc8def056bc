namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Bank accounts and payment cards, by their check digits.</summary>
internal static class Payments
{
    // Lengths of the SWIFT IBAN registry.
    private static readonly Dictionary<string, int> s_ibanLengths = Parse(
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 "
        + "IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 "
        + "SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20");

    /// <summary>Letters and digits only, ISO 13616: right length for the country and 1 modulo 97.</summary>
    public static bool IsIban(ReadOnlySpan<char> compact)
    {
        if (compact.Length < 15 || !s_ibanLengths.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(compact[..2], out var length) || compact.Length != length)
        {
            return false;
        }

        var remainder = 0;
        for (var i = 0; i < length; i++)
        {
            var c = compact[(i + 4) % length];
            remainder = char.IsAsciiDigit(c) ? ((remainder * 10) + (c - '0')) % 97
                : char.IsAsciiLetterUpper(c) ? ((remainder * 100) + (c - 'A' + 10)) % 97
                : -1;
            if (remainder < 0)
            {
                return false;
            }
        }

        return remainder == 1;
    }

    /// <summary>0 for a country without IBANs.</summary>
    public static int IbanLength(ReadOnlySpan<char> country) =>
        s_ibanLengths.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(country, out var length) ? length : 0;

    /// <summary>ISO/IEC 7812: a known issuer's prefix, its length, and the Luhn digit.</summary>
    public static bool IsCard(ReadOnlySpan<char> digits)
    {
        if (digits.Length is < 13 or > 19 || !digits.ContainsAnyExcept(digits[0]))
        {
            return false;
        }

        var two = Number(digits[..2]);
        var three = Number(digits[..3]);
        var four = Number(digits[..4]);
        var known = digits.Length switch
        {
            13 => digits[0] == '4',
            14 => two is 36 or 38 || three is >= 300 and <= 305,
            15 => two is 34 or 37,
            16 => digits[0] == '4' || two is >= 51 and <= 55 || four is >= 2221 and <= 2720 || four == 6011 || two == 65 || three is >= 644 and <= 649 || four is >= 3528 and <= 3589 || two == 62,
            _ => two == 62 || (digits[0] == '4' && digits.Length == 19),
        };
        return known && IsLuhn(digits);
    }

    public static bool IsLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            digit = i % 2 == 0 ? digit : digit * 2;
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0;
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        var number = 0;
        foreach (var c in digits)
        {
            number = (number * 10) + (c - '0');
        }

        return number;
    }

    private static Dictionary<string, int> Parse(string table) =>
        table.Split(' ').ToDictionary(e => e[..2], e => ((e[2] - '0') * 10) + (e[3] - '0'), StringComparer.Ordinal);
}
