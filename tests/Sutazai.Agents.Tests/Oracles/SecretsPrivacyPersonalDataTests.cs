using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using CsCheck;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Check digits by a second way, round trips, and tables that must come out as anonymous as asked.</summary>
public class SecretsPrivacyPersonalDataTests
{
    [Fact]
    public async Task Cards_are_those_whose_digits_double_and_add_to_a_multiple_of_ten()
    {
        var random = new Random(16);
        foreach (var number in Enumerable.Range(0, 400).Select(_ => "4" + random.GetString("0123456789", 15)))
        {
            // Doubled digits by table, from the left, unlike the tool's arithmetic from the right.
            var sum = number.Select((c, i) => i % 2 == 0 ? "0246813579"[c - '0'] - '0' : c - '0').Sum();

            Assert.Equal(sum % 10 == 0, await KindsAsync($"paid {number} ok") is ["credit-card"]);
        }
    }

    [Fact]
    public async Task Ibans_are_those_that_a_big_number_leaves_one_of_97()
    {
        var random = new Random(97);
        foreach (var i in Enumerable.Range(0, 400))
        {
            var account = random.GetString("0123456789", 18);
            var check = 98 - (int)(BigInteger.Parse(account + "131400", CultureInfo.InvariantCulture) % 97);
            var given = i % 2 == 0 ? check : random.Next(2, 99);
            var iban = $"DE{given:00}{account}";

            Assert.Equal(given == check, await KindsAsync($"to {iban} now") is ["iban"]);
        }
    }

    [Theory]
    [InlineData("Steuer-ID 86095742719", "de-tax-id"), InlineData("Steuer-ID 86095742718", null)]
    [InlineData("NHS 943 476 5919", "uk-nhs-number"), InlineData("NHS 9434765918", null)]
    [InlineData("NIR 2 55 08 14 168 025 38", "fr-nir"), InlineData("NIR 2 55 08 14 168 025 39", null)]
    [InlineData("DNI 12345678Z", "es-dni"), InlineData("DNI 12345678A", null)]
    [InlineData("CF RSSMRA85T10A562S", "it-codice-fiscale"), InlineData("CF RSSMRA85T10A562T", null)]
    [InlineData("BSN 111222333", "nl-bsn"), InlineData("BSN 111222334", null)]
    [InlineData("PESEL 44051401359", "pl-pesel"), InlineData("PESEL 44051401358", null)]
    [InlineData("AHV 756.9217.0769.85", "ch-ahv"), InlineData("AHV 756.9217.0769.84", null)]
    [InlineData("CPF 529.982.247-25", "br-cpf"), InlineData("CPF 529.982.247-26", null)]
    [InlineData("nummer 811218-9876", "se-personnummer"), InlineData("nummer 811218-9875", null)]
    [InlineData("RRN 85.07.30-033.28", "be-national-number"), InlineData("RRN 85.07.30-033.29", null)]
    [InlineData("NINO AB 12 34 56 C", "uk-nino"), InlineData("NINO BG 12 34 56 C", null)]
    [InlineData("Aadhaar 2341 2341 2346", "in-aadhaar"), InlineData("Aadhaar 2341 2341 2347", null)]
    [InlineData("SSN 123-45-6789", "us-ssn"), InlineData("SSN 666-45-6789", null)]
    [InlineData("born 1984-03-07", "date-of-birth"), InlineData("born 1984-13-47", null)]
    [InlineData("passport no. C01X00T47", "passport"), InlineData("passport no. PASSPORT", null)]
    [InlineData("visit 350 Fifth Avenue, New York, NY 10118", "postal-address"), InlineData("visit us at the Avenue", null)]
    [InlineData("host 2606:2800:220:1:248:1893:25c8:1946", "ipv6"), InlineData("at 12:30:45 std::map", null)]
    [InlineData("call +49 711 21610", "phone"), InlineData("build 20240501 1234567", null)]
    public async Task Published_examples_are_told_from_their_neighbours(string text, string? kind) =>
        Assert.Equal(kind is null ? [] : [kind], await KindsAsync(text));

    [Fact]
    public Task Redaction_is_undone_exactly() => Gen.OneOf(
            Gen.Const("ada@example.org"), Gen.Const("grace@example.org"), Gen.Const("[EMAIL_1]"), Gen.Const("[EMAIL_"), Gen.Const("]"), Gen.Const("DE89370400440532013000"),
            Gen.Const(" 8.8.8.8 "), Gen.Const("\r\n"), Gen.Const("ünïcode €"), Gen.String[Gen.Char[' ', '~'], 0, 12])
        .Array[0, 30].Select(parts => string.Concat(parts))
        .Select(Any("label", "pseudonym"), Any<string?>(null, "correct horse battery"))
        .SampleAsync(async (text, mode, key) =>
        {
            key = mode == "pseudonym" ? "correct horse battery" : key;
            var redacted = await RunAsync("redact", new() { ["text"] = Inline(text), ["mode"] = mode, ["key"] = key });
            var restored = await RunAsync("restore", new() { ["text"] = Inline((string)redacted["text"]!), ["map"] = redacted["map"]!.DeepClone(), ["key"] = key });

            return (string)restored["text"]! == text
                && (int)restored["restored"]! == (int)redacted["replaced"]!
                && (key is null || !redacted["map"]!.ToJsonString().Contains("example.org", StringComparison.Ordinal));
        }, iter: 60, threads: 1);

    [Fact]
    public Task A_generalised_table_is_as_anonymous_as_asked_and_still_true() => Gen.Select(
            Gen.Select(Gen.Int[0, 90], Any("70173", "70174", "10115", "01067"), Any("f", "m", "")).Array[2, 60], Gen.Int[2, 7])
        .Where((rows, k) => rows.Length >= k)
        .SampleAsync(async (rows, k) =>
        {
            var table = "id,age,zip,sex\n" + string.Concat(rows.Select((r, i) => $"r{i},{r.Item1},{r.Item2},{r.Item3}\n"));
            var general = await Catalog.RunAsync(
                "anonymization-tester", "generalize", new JsonObject { ["table"] = table, ["k"] = k, ["quasiIds"] = new JsonArray("age", "zip", "sex") }.ToJsonString(), default);
            var lines = ((string)general!["table"]!).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')).ToList();

            return lines.Count == rows.Length
                && lines.GroupBy(l => string.Join(',', l[1..])).All(g => g.Count() >= k)
                && (double)general["loss"]! is >= 0 and <= 1
                && lines.Select((l, i) => l[0] == $"r{i}" && Holds(l[1], rows[i].Item1) && Holds(l[2], rows[i].Item2) && Holds(l[3], rows[i].Item3)).All(ok => ok);
        }, iter: 80, threads: 1);

    [Fact]
    public async Task Ten_megabytes_of_hostile_text_end_in_an_answer()
    {
        string[] units = ["@", "a@", "1", "1.", "1 ", "password=", "://:@", "-----BEGIN ", "eyJ", "+1 ", "::", "AKIA", "a=\"", "\0", "[EMAIL_1]", "DE89", "bearer ", "born "];
        foreach (var unit in units)
        {
            var text = string.Concat(Enumerable.Repeat(unit, 2_000_000 / unit.Length));
            var source = Artifact.FromText(text);

            Assert.True((await Security.SecretsPrivacy.SecretsScanner.ScanAsync(source, cancellationToken: TestContext.Current.CancellationToken)).Files == 1);
            Assert.True((await Security.SecretsPrivacy.PiiRedactor.FindAsync(source, cancellationToken: TestContext.Current.CancellationToken)).Total >= 0);
        }
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool Holds(string general, int value) =>
        general.Split("..") is [var low, var high]
            ? value >= int.Parse(low, CultureInfo.InvariantCulture) && value <= int.Parse(high, CultureInfo.InvariantCulture)
            : Holds(general, value.ToString(CultureInfo.InvariantCulture));

    private static bool Holds(string general, string value) =>
        general == value || general == "*" || (general is ['{', .., '}'] && general[1..^1].Split('|').Contains(value))
        || (general.Contains('*', StringComparison.Ordinal) && general.Length == value.Length && value.StartsWith(general.TrimEnd('*'), StringComparison.Ordinal))
        || (general.Split("..") is [var low, var high] && double.TryParse(value, out var number) && number >= double.Parse(low, CultureInfo.InvariantCulture) && number <= double.Parse(high, CultureInfo.InvariantCulture));

    private static async Task<string[]> KindsAsync(string text) =>
        [.. (await RunAsync("find", new() { ["text"] = Inline(text), ["minConfidence"] = "medium" }))["items"]!.AsArray().Select(i => (string)i!["kind"]!)];

    private static JsonObject Inline(string text) => new() { ["name"] = "text.txt", ["text"] = text };

    private static async Task<JsonNode> RunAsync(string tool, JsonObject arguments) =>
        (await Catalog.RunAsync("pii-redactor", tool, arguments.ToJsonString(), TestContext.Current.CancellationToken))!;
}
