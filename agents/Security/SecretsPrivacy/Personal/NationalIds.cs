using System.Text.RegularExpressions;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Numbers that states give to people, each with the check that its law or standard prescribes.</summary>
/// <param name="Shape">How it is written, as a regular expression without anchors.</param>
/// <param name="Keyword">Words of which one must stand before it; null where the shape and check are enough.</param>
/// <param name="IsValid">Judges the letters and digits alone.</param>
internal sealed record NationalId(string Kind, string Shape, string[]? Keyword, Confidence Confidence, Func<string, bool> IsValid)
{
    public Regex Expression { get; } = new(@"\A(?:" + Shape + ")", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    public static IReadOnlyList<NationalId> All { get; } =
    [
        new("us-ssn", @"\d{3}-\d{2}-\d{4}", null, Confidence.Medium, IsSsn),
        new("us-ssn", @"\d{9}", ["ssn", "social security"], Confidence.Medium, IsSsn),
        new("de-tax-id", @"\d{2} ?\d{3} ?\d{3} ?\d{3}", ["steuer", "idnr", "id-nr", "tin", "tax id", "tax-id", "taxid", "tax_id"], Confidence.High, IsGermanTaxId),
        new("uk-nino", "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]", null, Confidence.Medium, IsNino),
        new("uk-nhs-number", @"\d{3} ?\d{3} ?\d{4}", ["nhs"], Confidence.High, IsNhs),
        new("fr-nir", @"[12] ?\d{2} ?\d{2} ?\d{2} ?\d{3} ?\d{3} ?\d{2}", null, Confidence.High, IsNir),
        new("es-dni", @"(?:\d{8}|[XYZ]\d{7})-?[TRWAGMYFPDXBNJZSQVHLCKE]", null, Confidence.Medium, IsDni),
        new("it-codice-fiscale", "[A-Z]{6}[0-9]{2}[ABCDEHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]", null, Confidence.High, IsCodiceFiscale),
        new("nl-bsn", @"\d{9}", ["bsn", "burgerservice"], Confidence.High, s => s != "000000000" && Weighted(s, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0),
        new("pl-pesel", @"\d{11}", ["pesel"], Confidence.High, s => (Weighted(s, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10) == 0),
        new("se-personnummer", @"(?:\d{2})?\d{6}[-+]\d{4}", null, Confidence.Medium, IsPersonnummer),
        new("ch-ahv", @"756\.?\d{4}\.?\d{4}\.?\d{2}", null, Confidence.High, s => Weighted(s, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0),
        new("br-cpf", @"\d{3}\.\d{3}\.\d{3}-\d{2}", null, Confidence.High, IsCpf),
        new("be-national-number", @"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", null, Confidence.High, IsBelgian),
        new("ca-sin", @"\d{3}[- ]?\d{3}[- ]?\d{3}", ["sin:", "sin ", "social insurance"], Confidence.High, s => s[0] != '0' && Payments.IsLuhn(s)),
        new("in-aadhaar", @"[2-9]\d{3} ?\d{4} ?\d{4}", ["aadhaar", "aadhar", "uidai"], Confidence.High, IsAadhaar),
    ];

    // Never issued: area 000, 666 and 900 to 999, group 00, serial 0000; two were printed in advertisements.
    private static bool IsSsn(string s) =>
        s[..3] is not ("000" or "666") && s[0] != '9' && s[3..5] != "00" && s[5..] != "0000" && s is not ("078051120" or "219099999") && s.AsSpan().ContainsAnyExcept(s[0]);

    // ISO 7064 MOD 11,10; among the first ten digits exactly one occurs twice or thrice.
    private static bool IsGermanTaxId(string s)
    {
        var repeated = s[..10].GroupBy(c => c).Where(g => g.Count() > 1).ToList();
        if (s[0] == '0' || repeated is not [var only] || only.Count() > 3)
        {
            return false;
        }

        var product = 10;
        foreach (var c in s.AsSpan(0, 10))
        {
            var sum = (c - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (11 - product) % 10 == s[10] - '0';
    }

    private static bool IsNino(string s) => s[..2] is not ("BG" or "GB" or "KN" or "NK" or "NT" or "TN" or "ZZ");

    private static bool IsNhs(string s) => (11 - (Weighted(s[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 == s[9] - '0';

    private static bool IsNir(string s)
    {
        var month = ((s[3] - '0') * 10) + s[4] - '0';
        return month is (>= 1 and <= 12) or (>= 20 and <= 42) && long.Parse(s.AsSpan(0, 13)) % 97 == 97 - long.Parse(s.AsSpan(13));
    }

    private static bool IsDni(string s)
    {
        var number = s[0] switch { 'X' => "0" + s[1..8], 'Y' => "1" + s[1..8], 'Z' => "2" + s[1..8], _ => s[..8] };
        return "TRWAGMYFPDXBNJZSQVHLCKE"[int.Parse(number) % 23] == s[^1];
    }

    private static bool IsCodiceFiscale(string s)
    {
        ReadOnlySpan<byte> odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var value = char.IsAsciiDigit(s[i]) ? s[i] - '0' : s[i] - 'A';
            sum += i % 2 == 0 ? odd[value] : value;
        }

        return (char)('A' + (sum % 26)) == s[15];
    }

    private static bool IsPersonnummer(string s)
    {
        var ten = s[^10..];
        var month = ((ten[2] - '0') * 10) + ten[3] - '0';
        var day = ((ten[4] - '0') * 10) + ten[5] - '0';
        return month is >= 1 and <= 12 && day is (>= 1 and <= 31) or (>= 61 and <= 91) && Payments.IsLuhn(ten);
    }

    private static bool IsCpf(string s) =>
        s.AsSpan().ContainsAnyExcept(s[0])
        && Weighted(s[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == s[9] - '0'
        && Weighted(s[..10], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == s[10] - '0';

    // Born from 2000 on, a 2 is put before the nine digits.
    private static bool IsBelgian(string s)
    {
        var check = int.Parse(s.AsSpan(9));
        return 97 - (long.Parse(s.AsSpan(0, 9)) % 97) == check || 97 - (long.Parse("2" + s[..9]) % 97) == check;
    }

    // Verhoeff's check over the dihedral group of order ten.
    private static bool IsAadhaar(string s)
    {
        ReadOnlySpan<byte> permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
        var check = 0;
        for (var i = 0; i < s.Length; i++)
        {
            var digit = s[^(i + 1)] - '0';
            for (var round = 0; round < i % 8; round++)
            {
                digit = permutation[digit];
            }

            check = Dihedral(check, digit);
        }

        return check == 0;

        static int Dihedral(int a, int b) => (a < 5, b < 5) switch
        {
            (true, true) => (a + b) % 5,
            (true, false) => 5 + ((a + b - 5) % 5),
            (false, true) => 5 + ((a - 5 - b + 5) % 5),
            _ => (a - b + 5) % 5,
        };
    }

    private static int Weighted(string digits, ReadOnlySpan<int> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += (digits[i] - '0') * weights[i];
        }

        return sum;
    }
}
