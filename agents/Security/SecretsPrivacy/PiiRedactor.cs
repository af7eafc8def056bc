using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace Sutazai.Agents.Security.SecretsPrivacy;

public sealed class PiiRedactor : IAgent
{
    public static AgentDefinition Definition { get; } = new("pii-redactor")
    {
        Purpose = "Find and mask personal data, reversible with a key.",
        Instructions = """
            You take personal data out of texts. To see what a text holds call find; to make it safe to share call redact with mode label, or with mode
            pseudonym and the user's key when names must stay comparable between documents; to undo it call restore with the map that redact gave.
            Return the redacted text exactly as the tool wrote it. You may add, in a list of your own, names of people or situations that identify
            someone and that the rules missed; never remove or weaken what the tools found, and never write out an original value.
            """,
        Examples =
        [
            new("Which personal data is in this letter?") { Files = ["@letter.txt"], Calls = ["find"], Says = ["email", "iban", "de-tax-id", "date-of-birth"] },
            new("""{ "text": "Write to grace@example.org.", "mode": "label" }""") { Calls = ["redact"], Says = ["[EMAIL_1]"] },
        ],
    };

    [KernelFunction("find"), Description("Lists the personal data in a text: e-mail and postal addresses, telephone numbers, bank accounts, cards, national ids, IP and MAC addresses, dates of birth, passports.")]
    [ToolExample(
        """{ "text": "Mail grace@example.org or pay to DE89 3704 0044 0532 0130 00." }""",
        """
        { "total": 2, "leftOut": 0, "kinds": [{ "kind": "email", "count": 1 }, { "kind": "iban", "count": 1 }],
          "items": [
            { "kind": "email", "span": { "start": 5, "length": 17 }, "line": 1, "confidence": "high", "check": "local part and domain" },
            { "kind": "iban", "span": { "start": 33, "length": 27 }, "line": 1, "confidence": "high", "check": "length for the country and modulo 97" }] }
        """)]
    [ToolExample(
        """{ "text": "@letter.txt", "region": "DE" }""",
        """
        { "total": 6, "items": [{ "kind": "postal-address", "line": 2 }, { "kind": "date-of-birth", "line": 4 }, { "kind": "de-tax-id", "line": 5 },
          { "kind": "iban", "line": 6 }, { "kind": "phone", "line": 7 }, { "kind": "email", "line": 8 }] }
        """, Partial = true)]
    [ToolExample(
        """{ "text": "v1.2.3.4, order 4111111111111112, DE00 3704 0044 0532 0130 00, 000-12-3456, std::vector, 12:30:45, a@b, @@@@, 1.2.3.4.5" }""",
        """{ "total": 0, "leftOut": 0, "kinds": [], "items": [] }""", Nasty = true)]
    public static async Task<PersonalData> FindAsync(
        [Description("The text to look through.")] Artifact text,
        [Description("Two-letter country that telephone numbers without a country code belong to.")] string region = "US",
        [Description("Leave out what is less sure than this.")] Confidence minConfidence = Confidence.Low,
        [Description("List at most so many; all are counted.")] int limit = 200,
        CancellationToken cancellationToken = default)
    {
        var detector = new PersonalDataDetector(CheckedRegion(region));
        SortedDictionary<string, int> kinds = new(StringComparer.Ordinal);
        List<PersonalItem> items = [];
        var total = 0;
        using var reader = await text.OpenTextAsync(cancellationToken);
        await foreach (var found in DetectionStream.ReadAsync(reader, [detector.Detect], cancellationToken))
        {
            if (found.Confidence < minConfidence)
            {
                continue;
            }

            total++;
            kinds[found.Kind] = kinds.GetValueOrDefault(found.Kind) + 1;
            if (items.Count < limit)
            {
                items.Add(new PersonalItem(found.Kind, new TextSpan(found.Start, found.Value.Length), found.Line, found.Confidence, found.Check));
            }
        }

        return new PersonalData(total, total - items.Count, [.. kinds.OrderByDescending(k => k.Value).Select(k => new KindCount(k.Key, k.Value))], items);
    }

    [KernelFunction("redact"), Description("Replaces the personal data in a text and gives the map that restores it.")]
    [ToolExample(
        """{ "text": "Ada <ada@example.org> met grace@example.org; ada@example.org left." }""",
        """
        { "text": "Ada <[EMAIL_1]> met [EMAIL_2]; [EMAIL_1] left.", "replaced": 3,
          "map": { "sealed": false, "entries": [{ "placeholder": "[EMAIL_1]", "kind": "email", "value": "ada@example.org" }, { "placeholder": "[EMAIL_2]", "kind": "email", "value": "grace@example.org" }] } }
        """)]
    [ToolExample("""{ "text": "card 4111 1111 1111 1111", "mode": "mask" }""", """{ "text": "card ****", "replaced": 1, "map": { "sealed": false, "entries": [] } }""")]
    [ToolExample("""{ "text": "[EMAIL_1] is not a@example.org" }""", """{ "text": "[EMAIL_1] is not [EMAIL_X_1]", "replaced": 1 }""", Nasty = true, Partial = true)]
    [ToolExample("""{ "text": "a@example.org", "mode": "pseudonym" }""", "needs a key", Nasty = true, Fails = true)]
    public static async Task<Redacted> RedactAsync(
        [Description("The text to make safe.")] Artifact text,
        [Description("What to write in place of each value.")] RedactionMode mode = RedactionMode.Label,
        [Description("A secret of 8 characters or more: encrypts the map, and names pseudonyms. Needed for mode pseudonym.")] string? key = null,
        [Description("Two-letter country that telephone numbers without a country code belong to.")] string region = "US",
        CancellationToken cancellationToken = default)
    {
        var derived = Seal.KeyOf(key);
        if (mode == RedactionMode.Pseudonym && derived is null)
        {
            throw new InvalidInputException("Mode pseudonym needs a key; expected a secret of 8 characters or more.");
        }

        var whole = await text.ReadTextAsync(cancellationToken);
        var detector = new PersonalDataDetector(CheckedRegion(region));
        var found = DetectionStream.Read(whole, [detector.Detect], cancellationToken);
        var (redacted, map) = Redaction.Apply(whole, found, mode, derived);
        return new Redacted(redacted, found.Count, map);
    }

    [KernelFunction("restore"), Description("Puts the original values back into a redacted text, also after it was edited or translated.")]
    [ToolExample(
        """{ "text": "Dear [EMAIL_2], [EMAIL_1] says hello.", "map": { "sealed": false, "entries": [{ "placeholder": "[EMAIL_1]", "kind": "email", "value": "ada@example.org" }, { "placeholder": "[EMAIL_2]", "kind": "email", "value": "grace@example.org" }] } }""",
        """{ "text": "Dear grace@example.org, ada@example.org says hello.", "restored": 2 }""")]
    [ToolExample("""{ "text": "[[[EMAIL_1]] [EMAIL_9]", "map": { "sealed": false, "entries": [{ "placeholder": "[EMAIL_1]", "kind": "email", "value": "[EMAIL_9]" }] } }""", """{ "text": "[[[EMAIL_9]] [EMAIL_9]", "restored": 1 }""", Nasty = true)]
    [ToolExample("""{ "text": "[EMAIL_1]", "map": { "sealed": true, "entries": [{ "placeholder": "[EMAIL_1]", "kind": "email", "value": "AAAA" }] }, "key": "not the right key" }""", "cannot be opened with this key", Nasty = true, Fails = true)]
    public static async Task<Restored> RestoreAsync(
        [Description("The redacted text.")] Artifact text,
        [Description("The map that redact returned.")] RedactionMap map,
        [Description("The key that was given to redact, where the map is sealed.")] string? key = null,
        CancellationToken cancellationToken = default)
    {
        var (restored, count) = Redaction.Restore(await text.ReadTextAsync(cancellationToken), map, map.Sealed ? Seal.KeyOf(key) : null);
        return new Restored(restored, count);
    }

    internal static string CheckedRegion(string region) => TelephoneNumber.IsRegion(region.ToUpperInvariant())
        ? region.ToUpperInvariant()
        : throw new InvalidInputException($"'{region}' is no country with telephone numbers; expected a two-letter code such as US, DE or GB.");
}

/// <param name="Total">All that was found, listed or not.</param>
public sealed record PersonalData(int Total, int LeftOut, IReadOnlyList<KindCount> Kinds, IReadOnlyList<PersonalItem> Items);

public sealed record PersonalItem(string Kind, TextSpan Span, long Line, Confidence Confidence, string Check);

/// <param name="Replaced">Values replaced, counting each occurrence.</param>
public sealed record Redacted(string Text, int Replaced, RedactionMap Map);

/// <param name="RestoredCount">Placeholders found in the text and replaced.</param>
public sealed record Restored(string Text, [property: System.Text.Json.Serialization.JsonPropertyName("restored")] int RestoredCount);
