using System.Globalization;
using System.Text.Json.Nodes;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>
/// Ground truth for the secrets scanner: credentials and look-alikes written by rule, so that recall and precision are counted rather
/// than believed. The formats are stated here a second time, from the issuers' documents; no token stands in the source.
/// </summary>
public partial class SecretsPrivacyPlantedTests
{
    private const int EachKind = 8;

    // Every look-alike line is clean; so many of them may be reported all the same.
    private const double MostFalsePositives = 0.005;

    public static TheoryData<string, string> Kinds => [.. s_planted.Select(p => new TheoryDataRow<string, string>(p.Kind, p.Template))];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Every_planted_secret_is_found_where_it_stands(string kind, string template)
    {
        var random = new Random(kind.Length + template.Length);
        var lines = Enumerable.Range(0, EachKind).SelectMany(i => new[] { s_clean[i % s_clean.Length], Line(template, random) }).ToList();

        var findings = await FindingsAsync(string.Join('\n', lines), "settings.txt");

        Assert.Equal(
            Enumerable.Range(1, EachKind).Select(i => (kind, Line: (long)(2 * i))),
            findings.Where(f => f.Kind == kind).Select(f => (f.Kind, f.Line)).Distinct());
    }

    [Fact]
    public async Task Recall_is_whole_and_precision_bounded_over_one_mixed_text()
    {
        var random = new Random(4711);
        List<(string Line, string? Kind)> corpus =
        [
            .. s_planted.SelectMany(p => Enumerable.Range(0, EachKind).Select(_ => (Line(p.Template, random), (string?)p.Kind))),
            .. s_lookAlikes.SelectMany(t => Enumerable.Range(0, 60).Select(_ => (Line(t, random), (string?)null))),
            .. s_clean.SelectMany(t => Enumerable.Range(0, 60).Select(_ => (t, (string?)null))),
        ];
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(corpus));

        // A blank line each, since a kind may look at its neighbours.
        var text = string.Join("\n\n", corpus.Select(c => c.Line));
        var found = (await FindingsAsync(text, "settings.txt")).ToLookup(f => (int)(f.Line - 1) / 2);

        var missed = corpus.Where((c, i) => c.Kind is not null && found[i].All(f => f.Kind != c.Kind)).ToList();
        var wrong = corpus.Select((c, i) => (c, i)).Where(x => x.c.Kind is null && found[x.i].Any()).Select(x => x.c.Line).ToList();
        var clean = corpus.Count(c => c.Kind is null);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"planted {corpus.Count - clean} of {s_planted.Select(p => p.Kind).Distinct().Count()} kinds, missed {missed.Count}; clean {clean}, reported {wrong.Count}"));
        Assert.Empty(missed.Select(m => m.Line));
        Assert.True(wrong.Count <= clean * MostFalsePositives, $"{wrong.Count} of {clean} clean lines were reported: {string.Join('\n', wrong.Take(10))}");
    }

    [Fact]
    public void At_least_a_hundred_kinds_are_planted() => Assert.True(s_planted.Select(p => p.Kind).Distinct().Count() >= 100);

    [Fact]
    public async Task A_finding_never_shows_more_than_four_and_two_characters()
    {
        var random = new Random(99);
        foreach (var (_, template) in s_planted)
        {
            var line = Line(template, random);
            foreach (var finding in await FindingsAsync(line, "settings.txt"))
            {
                var secret = line.Substring((int)finding.Start, finding.Length);
                var masked = (string)finding.Json["masked"]!;
                var shown = masked.Split("****");

                Assert.Equal(2, shown.Length);
                Assert.True(shown[0] is "-----BEGIN" || (shown[0].Length <= 4 && shown[1].Length <= 2 && shown[0].Length + shown[1].Length <= secret.Length / 4), $"{masked} shows too much of {secret.Length} characters");
                Assert.DoesNotContain(secret, finding.Json.ToJsonString(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_changed_character_breaks_a_checksum()
    {
        var random = new Random(5);

        // Server-to-server tokens are not all issued with a checksum, so a wrong one only costs them confidence.
        foreach (var (kind, template) in s_planted.Where(p => !p.Template.StartsWith("ghs", StringComparison.Ordinal)).Where(p => p.Template.Contains("{crc", StringComparison.Ordinal) || p.Template.Contains("{age", StringComparison.Ordinal)))
        {
            var token = Expand(template, random);
            var broken = token[..^3] + (token[^3] == 'Q' ? 'P' : 'Q') + token[^2..];

            Assert.Contains(await FindingsAsync(token, "a.txt"), f => f.Kind == kind);
            Assert.DoesNotContain(await FindingsAsync(broken, "a.txt"), f => f.Kind == kind);
        }
    }

    [Fact]
    public async Task A_secret_is_found_once_wherever_a_chunk_ends()
    {
        var random = new Random(8);
        foreach (var padding in new[] { 0, 114_000, 114_640, 114_680, 114_688, 114_700, 131_060, 131_072, 229_370 })
        {
            var token = Expand("glpat-{b20}", random);
            var text = new string('x', padding) + "\n key = \"" + token + "\"\n" + new string('y', 50_000);

            var finding = Assert.Single(await FindingsAsync(text, "a.txt"));

            Assert.Equal((2L, padding + 9L, token.Length), (finding.Line, finding.Start, finding.Length));
        }
    }

    [Fact]
    public async Task Lock_files_and_code_are_not_read_like_settings()
    {
        var random = new Random(3);
        var value = Expand("{a32}", random);

        Assert.Single(await FindingsAsync($"api_key={value}", "app.env"));
        Assert.Empty(await FindingsAsync($"api_key={value}", "app.cs"));
        Assert.Single(await FindingsAsync($"api_key=\"{value}\"", "app.cs"));
        Assert.Empty(await FindingsAsync($"\"api_key\": \"{value}\"", "package-lock.json"));
    }

    private static async Task<IReadOnlyList<Found>> FindingsAsync(string text, string name)
    {
        var arguments = new JsonObject
        {
            ["source"] = new JsonObject { ["name"] = name, ["text"] = text },
            ["limit"] = 10_000,
        };
        var result = await Catalog.RunAsync("secrets-scanner", "scan", arguments.ToJsonString(), TestContext.Current.CancellationToken);
        return
        [
            .. result!["findings"]!.AsArray().Select(f => new Found(
                (string)f!["kind"]!, (long)f["line"]!, (long)f["span"]!["start"]!, (int)f["span"]!["length"]!, f))
        ];
    }

    private static string Line(string template, Random random) =>
        template.Contains('=', StringComparison.Ordinal) || template.Contains(' ', StringComparison.Ordinal) || template.Contains("://", StringComparison.Ordinal)
            ? Expand(template, random)
            : $"const value = \"{Expand(template, random)}\";";

    private sealed record Found(string Kind, long Line, long Start, int Length, JsonNode Json);
}
