using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Sutazai.Agents.Tests.Sdk;

public class MarkdownRenderingTests
{
    private static readonly Gen<string> s_text = Gen.Char["ab|`*#_<>&\"\\\n é–€"].Array[0, 12].Select(c => new string(c));

    private static readonly Gen<JsonNode?> s_leaf = Gen.OneOf(
        Gen.Int.Select(n => (JsonNode?)JsonValue.Create(n)),
        Gen.Double[-1e6, 1e6].Select(n => (JsonNode?)JsonValue.Create(n)),
        Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
        s_text.Select(s => (JsonNode?)JsonValue.Create(s)),
        Gen.Const((JsonNode?)null));

    [Fact]
    public void Every_value_is_shown() => Json(4).Sample(node =>
    {
        var value = JsonSerializer.SerializeToElement(node);

        var shown = Flat(MarkdownRendering.Render(value));

        // In tables a bar is escaped.
        return Leaves(value).Select(Flat).All(leaf => shown.Contains(leaf, StringComparison.Ordinal) || shown.Contains(leaf.Replace("|", "\\|", StringComparison.Ordinal), StringComparison.Ordinal));
    }, print: node => node?.ToJsonString() ?? "null");

    [Fact]
    public void Same_value_is_shown_the_same_way() => Json(3).Sample(node =>
        MarkdownRendering.Render(JsonSerializer.SerializeToElement(node)) == MarkdownRendering.Render(JsonSerializer.SerializeToElement(node)));

    [Fact]
    public void Objects_are_lists_and_lists_of_objects_are_tables() => Assert.Equal(
        """
        - **rows**: 2
        - **ok**: yes

        ### columns

        | name | top |
        | --- | --- |
        | a\|b | 1, 2 |
        | c | – |
        """,
        MarkdownRendering.Render(JsonElement.Parse("""{"rows":2,"columns":[{"name":"a|b","top":[1,2]},{"name":"c","top":null}],"ok":true}""")));

    [Fact]
    public void Objects_within_a_line_are_led_by_their_text() => Assert.Equal(
        """
        | top | at |
        | --- | --- |
        | Bern; BE (count: 2), Basel (count: 1) | (line: 3, ok: no) |
        """,
        MarkdownRendering.Render(JsonElement.Parse("""[{"top":[{"value":"Bern; BE","count":2},{"value":"Basel","count":1}],"at":{"line":3,"ok":false}}]""")));

    [Fact]
    public void Rows_too_wide_for_a_table_are_lines_led_by_their_text()
    {
        var row = new Dictionary<string, object> { ["name"] = "city" }.Concat(Enumerable.Range(0, 12).Select(n => KeyValuePair.Create($"m{n}", (object)n))).ToDictionary();

        Assert.StartsWith("- **city**: m0: 0; m1: 1; ", MarkdownRendering.Render(JsonSerializer.SerializeToElement(new[] { row })), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_several_lines_stays_as_it_is() => Assert.Equal(
        "### text\n\n````\na\n```\n  b\n````", MarkdownRendering.Render(JsonElement.Parse("""{"text":"a\n```\n  b"}""")).Trim());

    [Fact]
    public void Wide_rows_lose_no_member()
    {
        var row = JsonSerializer.SerializeToElement(new[] { Enumerable.Range(0, 40).ToDictionary(n => $"m{n}", n => n + 1000) });

        Assert.All(Enumerable.Range(1000, 40), n => Assert.Contains($"{n}", MarkdownRendering.Render(row), StringComparison.Ordinal));
    }

    [Fact]
    public void Long_lists_end_with_the_count_of_the_rest()
    {
        var rows = JsonSerializer.SerializeToElement(Enumerable.Range(0, 130).Select(n => new { n }));

        Assert.EndsWith("…30 more, see the results.", MarkdownRendering.Render(rows), StringComparison.Ordinal);
    }

    private static Gen<JsonNode?> Json(int depth) => depth == 0 ? s_leaf : Gen.OneOf(
        s_leaf,
        Json(depth - 1).Array[0, 5].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
        Gen.Select(Gen.Int[0, 20], Json(depth - 1)).Array[0, 16].Select(members =>
            (JsonNode?)new JsonObject(members.DistinctBy(m => m.Item1).Select(m => KeyValuePair.Create($"m{m.Item1}", m.Item2?.DeepClone())))));

    private static IEnumerable<string> Leaves(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(m => Leaves(m.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Leaves),
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.True => ["yes"],
        JsonValueKind.False => ["no"],
        JsonValueKind.Null => ["–"],
        _ => [value.GetRawText()],
    };

    /// <summary>In lists and tables a line break is a blank.</summary>
    private static string Flat(string text) => text.ReplaceLineEndings(" ").Trim();
}
