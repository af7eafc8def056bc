using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Every text tool of the group on texts nobody writes.</summary>
public class TextAnalysisHostileTests
{
    private static readonly (string Agent, string Tool, Func<string, object> Arguments)[] s_tools =
    [
        ("keyword-extractor", "keywords", text => new { text }),
        ("keyword-extractor", "phrases", text => new { text }),
        ("extractive-summarizer", "summarize", text => new { text }),
        ("extractive-summarizer", "coverage", text => new { summary = text, text }),
        ("language-detector", "detect", text => new { text }),
        ("language-detector", "segments", text => new { text }),
        ("sentiment-scorer", "score", text => new { text, language = "en" }),
        ("sentiment-scorer", "aspects", text => new { text, aspects = new List<string> { "price" }, language = "en" }),
        ("entity-extractor", "extract", text => new { text }),
    ];

    private static readonly Dictionary<string, string> s_texts = new()
    {
        ["empty"] = "",
        ["NUL"] = new string('\0', 1000),
        ["NUL between"] = "go\0od\0 \0bad\0.",
        ["bidi"] = "\u202e\u2066abc\u2069 good \u202c (\u200f.\u200e)",
        ["right to left"] = "هذا نص عربي طويل، وفيه جملتان. وهذه هي الثانية؟ שלום עולם. זה משפט.",
        ["emoji"] = string.Concat(Enumerable.Repeat("👨‍👩‍👧‍👦🏳️‍🌈👍🏽❤️😀", 500)),
        ["joiners"] = new string('\u200d', 3000) + "a" + new string('\u0301', 3000),
        ["one word often"] = string.Concat(Enumerable.Repeat("word ", 100_000)),
        ["one sentence often"] = string.Concat(Enumerable.Repeat("Good word. ", 40_000)),
        ["no space"] = new string('x', 450_000),
        ["dots"] = new string('.', 500_000),
        ["quotes"] = string.Concat(Enumerable.Repeat(".\" ", 150_000)),
        ["newlines"] = new string('\n', 500_000),
        ["brackets"] = new string('(', 200_000) + new string(')', 200_000),
        ["hyphens"] = string.Concat(Enumerable.Repeat("a-", 200_000)),
        ["apostrophes"] = string.Concat(Enumerable.Repeat("a'", 200_000)),
        ["numbers"] = string.Concat(Enumerable.Range(0, 70_000).Select(i => $"{i} ")),
        ["different words"] = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"w{i:x}q ")),
        ["ideographs"] = new string('龍', 300_000),
        ["capitals"] = string.Concat(Enumerable.Repeat("Of The Of The Aa ", 25_000)),
        ["negations"] = string.Concat(Enumerable.Repeat("not very good but ", 25_000)),
    };

    public static TheoryData<string, string> Cases =>
        [.. from tool in s_tools from text in s_texts.Keys select new TheoryDataRow<string, string>(tool.Tool, text)];

    public static TheoryData<string> Tools => [.. s_tools.Select(t => t.Tool)];

    [Theory, MemberData(nameof(Cases))]
    public async Task Odd_text_is_answered_the_same_each_time(string tool, string text)
    {
        var first = await Run(tool, s_texts[text]);

        Assert.NotNull(first);
        Assert.Equal(first.ToJsonString(), (await Run(tool, s_texts[text]))!.ToJsonString());
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task Nine_megabytes_on_one_line_are_answered_or_refused(string tool)
    {
        var line = string.Concat(Enumerable.Range(0, 600_000).Select(i => $"word{i % 7919} is not {i % 13}. "))[..9_000_000];
        try
        {
            Assert.NotNull(await Run(tool, line));
        }
        catch (InvalidInputException refused)
        {
            Assert.Contains("longer than", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task Cancelling_ends_the_run(string tool)
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(tool, s_texts["different words"], cancelled.Token));
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task Utf16_with_lone_surrogates_is_read(string tool)
    {
        byte[] utf16 = [0xFF, 0xFE, .. "good "u8.ToArray().SelectMany(b => (byte[])[b, 0]), 0x00, 0xD8, 0x20, 0x00, 0x00, 0xDC, 0x41, 0x00];
        var arguments = JsonSerializer.SerializeToNode(s_tools.Single(t => t.Tool == tool).Arguments("here"))!;
        foreach (var name in arguments.AsObject().Where(m => m.Value is JsonValue v && v.TryGetValue<string>(out var text) && text == "here").Select(m => m.Key).ToList())
        {
            arguments[name] = new JsonObject { ["name"] = "odd.txt", ["base64"] = Convert.ToBase64String(utf16) };
        }

        Assert.NotNull(await Catalog.RunAsync(Agent(tool), tool, arguments.ToJsonString(), TestContext.Current.CancellationToken));
    }

    private static string Agent(string tool) => s_tools.Single(t => t.Tool == tool).Agent;

    private static Task<JsonNode?> Run(string tool, string text, CancellationToken? cancellation = null) => Catalog.RunAsync(
        Agent(tool), tool, JsonSerializer.Serialize(s_tools.Single(t => t.Tool == tool).Arguments(text)), cancellation ?? TestContext.Current.CancellationToken);
}
