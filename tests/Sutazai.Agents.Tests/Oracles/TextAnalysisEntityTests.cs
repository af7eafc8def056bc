using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Entities labelled by hand, and codes whose check digits are computed here.</summary>
public class TextAnalysisEntityTests
{
    /// <summary>region|text with the entity in braces|type|value.</summary>
    private const string Labelled = """
        US|It was signed on {2024-03-15} in Rome.|date|2024-03-15
        US|It was signed on {3/15/2024} in Rome.|date|2024-03-15
        GB|It was signed on {15/03/2024} in Rome.|date|2024-03-15
        GB|Due {4/3/2024} at noon.|date|2024-03-04
        US|Due {4/3/2024} at noon.|date|2024-04-03
        DE|Es geschah am {15.03.2024} in Rom.|date|2024-03-15
        DE|Es geschah am {5.3.24} in Rom.|date|2024-03-05
        US|Opened {March 15, 2024} by the mayor.|date|2024-03-15
        US|Opened {Mar. 3rd 2024} by the mayor.|date|2024-03-03
        GB|Opened {15 March 2024} by the mayor.|date|2024-03-15
        GB|Opened on the {21st of June 1999} by the mayor.|date|1999-06-21
        DE|Eröffnet am {15. März 2024} vom Minister.|date|2024-03-15
        FR|Ouvert le {1er mars 2024} par le maire.|date|2024-03-01
        ES|Abierto el {2 de mayo de 2023} por el alcalde.|date|2023-05-02
        US|See you on {July 4} at the lake.|date|--07-04
        US|Sales grew in {October 2023} again.|date|2023-10
        US|Sales grew in {Q3 2024} again.|date|2024-Q3
        US|Log entry {2024-03-15T14:30:00Z} was last.|date|2024-03-15T14:30:00Z
        US|Log entry {2024-03-15 14:30:05} was last.|date|2024-03-15T14:30:05
        US|We meet at {14:30} sharp.|time|14:30
        US|We meet at {2 pm} sharp.|time|14:00
        US|We meet at {12:05 a.m.} sharp.|time|00:05
        DE|Wir treffen uns um {14 Uhr} am Tor.|time|14:00
        DE|Wir treffen uns um {9.45 Uhr} am Tor.|time|09:45
        US|The call is at {09:00 UTC} daily.|time|09:00Z
        US|It costs {$1,234.50} plus tax.|amount|1234.5 USD
        DE|Es kostet {1.234,50 €} plus Steuer.|amount|1234.5 EUR
        FR|Cela coûte {1 234,50 €} avec les taxes.|amount|1234.5 EUR
        CH|Es kostet {CHF 1'234.50} im Laden.|amount|1234.5 CHF
        US|They raised {€3 million} last year.|amount|3000000 EUR
        DE|Sie bekamen {2,5 Mio. Euro} vom Bund.|amount|2500000 EUR
        US|A fee of {20 dollars} applies.|amount|20 USD
        GB|A fee of {£15} applies.|amount|15 GBP
        US|A budget of {US$2bn} was set.|amount|2000000000 USD
        IN|A fee of {₹500} applies.|amount|500 INR
        US|It rose by {12.5%} in May.|percentage|12.5%
        DE|Es stieg um {12,5 Prozent} an.|percentage|12.5%
        US|It fell by {3 percent} in May.|percentage|3%
        US|The parcel weighs {12.5 kg} packed.|quantity|12.5 kg
        DE|Das Paket wiegt {1,5 kg} verpackt.|quantity|1.5 kg
        US|It holds {16 GB} of memory.|quantity|16 GB
        US|Run for {30 minutes} a day.|quantity|30 min
        DE|Er fuhr {120 km/h} auf der Bahn.|quantity|120 km/h
        US|Heat it to {180 °C} first.|quantity|180 °C
        US|A lot of {250 m²} was sold.|quantity|250 m²
        US|Write to {Jane.Doe+news@Mail.Example.COM} today.|email|Jane.Doe+news@mail.example.com
        US|Read {https://example.org/a_(b)?q=1} now.|url|https://example.org/a_(b)?q=1
        US|Read (see {http://example.org/x}).|url|http://example.org/x
        US|Read {www.example.org} now.|url|https://www.example.org/
        US|Call {(650) 253-0000} now.|phone|+16502530000
        US|Call {+44 20 7946 0958} now.|phone|+442079460958
        DE|Ruf {030 12345678} an.|phone|+493012345678
        US|Pay to {DE89 3704 0044 0532 0130 00} now.|iban|DE89370400440532013000
        US|Pay to {GB82WEST12345698765432} now.|iban|GB82WEST12345698765432
        US|Host {192.168.10.254} is down.|ip|192.168.10.254
        US|Host {2001:db8::8a2e:370:7334} is down.|ip|2001:db8::8a2e:370:7334
        US|Net {10.0.0.0/8} is private.|ip|10.0.0.0/8
        US|Upgrade to {v2.3.1} first.|version|2.3.1
        US|Upgrade to {1.4.0-beta.2} first.|version|1.4.0-beta.2
        US|The {WH-1000XM5} sells well.|product|WH-1000XM5
        US|Order {SKU AB-4711} soon.|product|AB-4711
        US|We like {#OpenSource} software.|hashtag|opensource
        US|Thanks to {@grace_hopper} for this.|mention|grace_hopper
        US|We met Dr. {Emily Carter} at the fair.|person|Emily Carter
        US|Yesterday {John Smith} came by.|person|John Smith
        DE|Gestern kam Frau {Müller} vorbei.|person|Müller
        GB|The writer {J. K. Rowling} lives there.|person|J. K. Rowling
        US|He works for {Acme Widgets Inc} in Ohio.|organisation|Acme Widgets Inc
        DE|Sie arbeitet bei der {Nordwind Logistik GmbH} in Kiel.|organisation|Nordwind Logistik GmbH
        US|She studied at the {University of Chicago} there.|organisation|University of Chicago
        GB|He runs the {Bank of England} now.|organisation|Bank of England
        """;

    private static readonly string[] s_onlyDates = ["date"];
    private static readonly string[] s_aliases = ["Julia Keller"];

    public static TheoryData<string, string, string, string> Entities =>
        [.. Labelled.Split('\n').Select(l => l.Trim().Split('|')).Select(f => new TheoryDataRow<string, string, string, string>(f[0], f[1], f[2], f[3]))];

    [Theory, MemberData(nameof(Entities))]
    public async Task Finds_the_labelled_entity_with_place_type_and_value(string region, string marked, string type, string value)
    {
        var start = marked.IndexOf('{', StringComparison.Ordinal);
        var end = marked.IndexOf('}', StringComparison.Ordinal) - 1;
        var text = marked.Remove(end + 1, 1).Remove(start, 1);

        var found = await Extract(new { text, region });

        Assert.True(
            found.Any(e => (string?)e!["type"] == type && (string?)e["value"] == value && (int)e["span"]!["start"]! <= start && (int)e["span"]!["end"]! == end),
            found.ToJsonString());
        Assert.All(found, e => Assert.Equal((string?)e!["text"], text[(int)e["span"]!["start"]!..(int)e["span"]!["end"]!]));
    }

    [Theory]
    [InlineData("He may come in 5 minutes or march on 30 February 2024.", "date")]
    [InlineData("The ratio is 3:99 and the score 25:61.", "time")]
    [InlineData("Version 1.2.3.4.5 and 300.1.1.1 are none.", "ip")]
    [InlineData("Pay to DE88 3704 0044 0532 0130 00 now.", "iban")]
    [InlineData("Write to a@b or @@x or .foo@.com now.", "email")]
    [InlineData("The order 1234567890123 is late.", "phone")]
    [InlineData("The Quick Answer is no. The Big Question remains.", "organisation")]
    [InlineData("Der große Garten liegt hinter dem Haus am See.", "person")]
    [InlineData("It happened again tomorrow, last Friday and in two weeks.", "date")]
    public async Task Does_not_take_look_alikes(string text, string type) =>
        Assert.DoesNotContain(await Extract(new { text }), e => (string?)e!["type"] == type);

    // 18 December 2024 is a Wednesday.
    [Theory]
    [InlineData("See you tomorrow.", "2024-12-19")]
    [InlineData("See you next Friday.", "2024-12-20")]
    [InlineData("It was last Friday.", "2024-12-13")]
    [InlineData("It was next Wednesday.", "2024-12-25")]
    [InlineData("It was this Wednesday.", "2024-12-18")]
    [InlineData("It ends in two weeks.", "2025-01-01")]
    [InlineData("It ended 3 months ago.", "2024-09-18")]
    [InlineData("It starts next week.", "2024-W52")]
    [InlineData("It starts next month.", "2025-01")]
    [InlineData("It started last year.", "2023")]
    [InlineData("Wir sehen uns übermorgen.", "2024-12-20")]
    [InlineData("Es war vor zwei Tagen.", "2024-12-16")]
    [InlineData("Es war letzten Montag.", "2024-12-16")]
    public async Task Reckons_relative_dates_from_the_reference(string text, string value) =>
        Assert.Equal(value, (string?)Assert.Single(await Extract(new { text, referenceDate = "2024-12-18", types = s_onlyDates }))!["value"]);

    [Fact]
    public void An_iban_counts_only_with_right_check_digits() =>
        Gen.Select(Gen.Int[10_000_000, 99_999_999], Gen.Long[1_000_000_000, 9_999_999_999], Gen.Int[1, 96]).Sample((bank, account, off) =>
        {
            // ISO 13616 in whole numbers: D is 13, E is 14.
            var number = System.Numerics.BigInteger.Parse($"{bank}{account}131400", System.Globalization.CultureInfo.InvariantCulture);
            var check = 98 - (int)(number % 97);
            var wrong = (check + off) % 97;
            Assert.Contains("\"iban\"", Raw($"Pay DE{check:00}{bank}{account} now"), StringComparison.Ordinal);
            if (wrong % 97 != check % 97)
            {
                Assert.DoesNotContain("\"iban\"", Raw($"Pay DE{wrong:00}{bank}{account} now"), StringComparison.Ordinal);
            }
        }, iter: 50, threads: 1);

    [Fact]
    public void Jaro_Winkler_gives_the_published_values()
    {
        // Winkler 1990, table of examples.
        Assert.Equal(("0.961", "0.840", "0.813"), (Link("MARTHA", "MARHTA"), Link("DWAYNE", "DUANE"), Link("DIXON", "DICKSONX")));

        static string Link(string a, string b) => ((double)JsonNode.Parse(Call("link", new { entities = new[] { new { text = a } }, list = new[] { new { id = "x", name = b } }, threshold = 0.7 }))!["links"]![0]!["score"]!)
            .ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task What_extract_returns_link_takes()
    {
        var found = await Extract(new { text = "Call Acme Widgets Inc or Julia Keller at +49 30 12345678 before 1 May 2025.", minConfidence = 0.0 });

        var links = JsonNode.Parse(Call("link", new { entities = found, list = new object[] { new { id = 1.ToString(System.Globalization.CultureInfo.InvariantCulture), name = "ACME Widgets" }, new { id = "k", name = "J. Keller", aliases = s_aliases } } }))!;

        Assert.Equal(2, (int)links["linked"]!);
    }

    [Theory]
    [InlineData("1", 450_000)]
    [InlineData("a@", 225_000)]
    [InlineData("1,234 ", 80_000)]
    [InlineData("+49 30 1234567 ", 30_000)]
    [InlineData("A.", 225_000)]
    [InlineData("Aa ", 150_000)]
    [InlineData("http://", 60_000)]
    [InlineData("DE89 ", 90_000)]
    [InlineData("12:", 150_000)]
    [InlineData("\u202e👩‍👩‍👧\0", 40_000)]
    [InlineData("-A1", 150_000)]
    public async Task Half_a_million_hostile_characters_end(string part, int times) =>
        Assert.NotNull(await Extract(new { text = string.Concat(Enumerable.Repeat(part, times)), limit = 1 }));

    [Fact]
    public async Task More_than_half_a_million_characters_are_refused() =>
        await Assert.ThrowsAsync<InvalidInputException>(() => Extract(new { text = new string('x', 500_001) }));

    private static async Task<JsonArray> Extract(object arguments) =>
        (await Catalog.RunAsync("entity-extractor", "extract", JsonSerializer.Serialize(arguments), TestContext.Current.CancellationToken))!["entities"]!.AsArray();

    private static string Raw(string text) => Call("extract", new { text });

    private static string Call(string tool, object arguments) =>
        Catalog.RunAsync("entity-extractor", tool, JsonSerializer.Serialize(arguments), CancellationToken.None).GetAwaiter().GetResult()!.ToJsonString();
}
