using System.Collections;
using System.ComponentModel;
using Microsoft.SemanticKernel;
using NodaTime.Text;
using Sutazai.Agents.Documents.TextAnalysis.Entities;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis;

public sealed class EntityExtractor : IAgent
{
    private const int MaxCharacters = 500_000;

    private const long MaxComparisons = 4_000_000;

    public static AgentDefinition Definition { get; } = new("entity-extractor")
    {
        Purpose = "Extracts dates, amounts, contacts, codes and names from text by rules, and links them to a list of known ones.",
        Instructions = """
            You find facts in text. Call extract; pass the region when the user's country is known, and referenceDate when the text says things like "tomorrow".
            Present the entities by type with their normalised values; mark every one under 0.7 confidence as uncertain.
            When the user gives a list of known people, firms or products, call link with the extracted entities and report ids, and every ambiguity.
            If asked who "he", "she" or "they" is, choose only among the extracted names, quote the sentence that decides it, and say so when none does.
            """,
        Examples =
        [
            new("Which dates and amounts are in this? Invoice 2024-117 of 15 March 2024 over €1,250.00 is due on 2024-04-14.") { Calls = ["extract"], Says = ["2024-03-15", "1250 EUR", "2024-04-14"] },
            new("List the contacts in the attached mail.") { Files = ["@order-mail.txt"], Calls = ["extract"], Says = ["+493012345678", "j.keller@example.org"] },
        ],
    };

    [KernelFunction("extract"), Description("Lists dates, times, amounts, percentages, quantities, contacts, codes, people and organisations of a text with place and normalised value.")]
    [ToolExample(
        """{ "text": "Pay $1,250.50 by March 3, 2025.", "types": ["amount", "date"] }""",
        """
        { "total": 2, "counts": { "date": 1, "amount": 1 }, "uncheckedNumbers": 0, "entities": [
          { "text": "$1,250.50", "type": "amount", "span": { "start": 4, "end": 13 }, "value": "1250.5 USD", "confidence": 0.95, "number": 1250.50, "unit": "USD" },
          { "text": "March 3, 2025", "type": "date", "span": { "start": 17, "end": 30 }, "value": "2025-03-03", "confidence": 0.98, "number": null, "unit": null }] }
        """)]
    [ToolExample(
        """{ "text": "Wir liefern übermorgen 1.500,75 kg; Konto DE89 3704 0044 0532 0130 00.", "region": "DE", "referenceDate": "2024-12-30" }""",
        """{ "total": 3, "entities": [{ "value": "2025-01-01" }, { "value": "1500.75 kg" }, { "type": "iban", "value": "DE89370400440532013000", "confidence": 1 }] }""", Partial = true)]
    [ToolExample("""{ "text": "30 February 2024, 25:99, 999.1.1.1, DE00 3704 0044 0532 0130 00, \u0000\u202e", "types": ["date", "time", "ip", "iban"] }""", """{ "total": 0, "counts": {}, "uncheckedNumbers": 0, "entities": [] }""", Nasty = true)]
    [ToolExample("""{ "text": "tomorrow", "referenceDate": "30.12.2024" }""", "expected an ISO date", Nasty = true, Fails = true)]
    public static async Task<Extraction> ExtractAsync(
        [Description("The text, at most 500,000 characters.")] Artifact text,
        [Description("Which types to list; leave out for all.")] IReadOnlyList<EntityType>? types = null,
        [Description("Two-letter country code: how phone numbers, 3/4/2025 and 1,234 are read.")] string region = "US",
        [Description("The day that 'tomorrow' or 'next week' is reckoned from, as YYYY-MM-DD; without it such words are left out.")] string? referenceDate = null,
        [Description("Leave out what is less sure than this, 0 to 1.")] double minConfidence = 0.5,
        [Description("How many entities to list, 1 to 20000.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > 20_000)
        {
            throw new InvalidInputException($"'limit' is {limit}; expected 1 to 20000.");
        }

        if (minConfidence is not (>= 0 and <= 1))
        {
            throw new InvalidInputException("'minConfidence' is out of range; expected 0 to 1.");
        }

        var reckoning = Reckon(region, referenceDate);
        var content = await text.ReadTextAsync(cancellationToken, MaxCharacters);
        var wanted = types is null or [] ? Enum.GetValues<EntityType>().ToHashSet() : [.. types];
        var (phones, uncheckedNumbers) = Phones.Find(content, reckoning.Region);
        var chosen = WithoutOverlaps([.. phones, .. Candidates(content, reckoning, cancellationToken)], content.Length)
            .Where(e => wanted.Contains(e.Type!.Value) && e.Confidence >= minConfidence)
            .OrderBy(e => e.Span!.Value.Start).ToList();
        return new(
            chosen.Count,
            new(chosen.GroupBy(e => e.Type!.Value).OrderBy(g => g.Key).Select(g => KeyValuePair.Create(Name(g.Key), g.Count()))),
            uncheckedNumbers,
            [.. chosen.Take(limit).Select(e => e with { Confidence = Math.Round(e.Confidence!.Value, 2) })]);
    }

    [KernelFunction("link"), Description("Finds extracted entities in a list of known ones: exact, by alias, normalised, or by close spelling, with ambiguities.")]
    [ToolExample(
        """{ "entities": [{ "text": "ACME, Inc." }, { "text": "Jon Smyth" }], "list": [{ "id": "c1", "name": "Acme" }, { "id": "p7", "name": "John Smith" }] }""",
        """
        { "linked": 2, "links": [
          { "text": "ACME, Inc.", "id": "c1", "kind": "normalised", "score": 0.98, "ambiguous": false, "candidates": [{ "id": "c1", "name": "Acme", "score": 0.98 }] },
          { "text": "Jon Smyth", "id": "p7", "kind": "fuzzy", "score": 0.917, "ambiguous": false, "candidates": [{ "id": "p7", "name": "John Smith", "score": 0.917 }] }] }
        """)]
    [ToolExample(
        """{ "entities": [{ "text": "Smith" }, { "text": "\u0000" }], "list": [{ "id": "a", "name": "Ann Smith", "aliases": ["Smith"] }, { "id": "b", "name": "Bob Smith", "aliases": ["Smith"] }] }""",
        """{ "linked": 0, "links": [{ "text": "Smith", "id": null, "kind": "alias", "score": 1, "ambiguous": true }, { "id": null, "kind": "none", "ambiguous": false, "candidates": [] }] }""", Partial = true, Nasty = true)]
    public static LinkList Link(
        [Description("Entities as extract returns them; only their text is needed.")] IReadOnlyList<Entity> entities,
        [Description("The known entities: id, name, and other spellings as aliases.")] IReadOnlyList<KnownEntity> list,
        [Description("Least similarity for a close spelling, 0.7 to 1.")] double threshold = 0.9,
        CancellationToken cancellationToken = default)
    {
        if (threshold is not (>= 0.7 and <= 1))
        {
            throw new InvalidInputException("'threshold' is out of range; expected 0.7 to 1.");
        }

        var names = list.Sum(k => 1L + (k.Aliases?.Count ?? 0));
        if (names * entities.Count > MaxComparisons)
        {
            throw new InvalidInputException($"{entities.Count:N0} entities against {names:N0} names are too many comparisons; expected at most {MaxComparisons:N0}.");
        }

        var known = new EntityLinks(list);
        List<Linked> links = [];
        foreach (var entity in entities)
        {
            cancellationToken.ThrowIfCancellationRequested();
            links.Add(Judge(entity, known.Find(entity.Text, threshold)));
        }

        return new(links.Count(l => l.Id is not null), links);
    }

    private static Reckoning Reckon(string region, string? referenceDate)
    {
        if (!Phones.IsRegion(region))
        {
            throw new InvalidInputException($"'region' is '{region}'; expected a two-letter country code in capitals, such as US, GB or DE.");
        }

        if (referenceDate is null)
        {
            return new(region, null);
        }

        var parsed = LocalDatePattern.Iso.Parse(referenceDate);
        return parsed.Success
            ? new(region, parsed.Value)
            : throw new InvalidInputException($"'referenceDate' is '{referenceDate}'; expected an ISO date such as 2024-12-30.");
    }

    private static List<Entity> Candidates(string text, Reckoning reckoning, CancellationToken cancellationToken)
    {
        List<Entity> found = [.. Codes.Find(text)];
        cancellationToken.ThrowIfCancellationRequested();
        found.AddRange(Dates.Find(text, reckoning));
        found.AddRange(Dates.Times(text));
        cancellationToken.ThrowIfCancellationRequested();
        found.AddRange(Measures.Find(text, reckoning));
        cancellationToken.ThrowIfCancellationRequested();
        found.AddRange(Names.Find(Reading.Of(text, "auto", cancellationToken), cancellationToken));
        if (reckoning.Reference is { } reference)
        {
            found.AddRange(RelativeDates.Find(text, reference));
        }

        return found;
    }

    private static IEnumerable<Entity> WithoutOverlaps(List<Entity> found, int length)
    {
        var taken = new BitArray(length);
        foreach (var entity in found.OrderBy(e => e.Type).ThenByDescending(e => e.Span!.Value.End - e.Span.Value.Start).ThenBy(e => e.Span!.Value.Start))
        {
            var (start, end) = entity.Span!.Value;
            var free = true;
            for (var i = start; i < end && free; i++)
            {
                free = !taken[i];
            }

            if (!free)
            {
                continue;
            }

            for (var i = start; i < end; i++)
            {
                taken[i] = true;
            }

            yield return entity;
        }
    }

    private static Linked Judge(Entity entity, List<(KnownEntity Entity, LinkKind Kind, double Score)> found)
    {
        if (found is [])
        {
            return new(entity.Text, null, LinkKind.None, 0, false, []);
        }

        var best = found[0];
        var ambiguous = found.Count > 1 && best.Score - found[1].Score < 0.02;
        return new(
            entity.Text, ambiguous ? null : best.Entity.Id, best.Kind, Math.Round(best.Score, 4), ambiguous,
            [.. found.Take(5).Select(f => new LinkCandidate(f.Entity.Id, f.Entity.Name, Math.Round(f.Score, 4)))]);
    }

    private static string Name(EntityType type) => type.ToString().ToLowerInvariant();

    /// <param name="Total">How many there are, listed or not.</param>
    /// <param name="UncheckedNumbers">Runs of digits beyond the first five thousand, which were not looked up as phone numbers.</param>
    public sealed record Extraction(int Total, Dictionary<string, int> Counts, int UncheckedNumbers, IReadOnlyList<Entity> Entities);

    public sealed record LinkList(int Linked, IReadOnlyList<Linked> Links);

    /// <param name="Id">Null where nothing fits, or more than one entry fits as well.</param>
    /// <param name="Ambiguous">The second best is within 0.02 of the best.</param>
    public sealed record Linked(string Text, string? Id, LinkKind Kind, double Score, bool Ambiguous, IReadOnlyList<LinkCandidate> Candidates);

    public sealed record LinkCandidate(string Id, string Name, double Score);
}
