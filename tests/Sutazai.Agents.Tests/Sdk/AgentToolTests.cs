using System.Text.Json;

namespace Sutazai.Agents.Tests.Sdk;

public class AgentToolTests
{
    [Theory]
    [InlineData("""{"count":2,"name":"a"}""", """["2","a","Round","no box","no limit"]""")]
    [InlineData("""{"COUNT":2,"Name":"a","shape":"VERYLONG"}""", """["2","a","VeryLong","no box","no limit"]""")]
    [InlineData("""{"count":"7","name":"a","shape":"veryLong","limit":"0.5"}""", """["7","a","VeryLong","no box","0.5"]""")]
    [InlineData("""{"count":2,"name":"","limit":null,"box":null,"shape":null}""", """["2","","Round","no box","no limit"]""")]
    [InlineData("""{"count":2,"name":"a","file":"words"}""", """["2","a","Round","no box","no limit","input.txt=words"]""")]
    [InlineData("""{"count":2,"name":"a","file":"art_1"}""", """["2","a","Round","no box","no limit","shelf.txt=stored"]""")]
    [InlineData("""{"count":2,"name":"a","file":{"name":"x.csv","text":"inline"}}""", """["2","a","Round","no box","no limit","x.csv=inline"]""")]
    [InlineData("""{"count":2,"name":"a","file":{"base64":"aGk="}}""", """["2","a","Round","no box","no limit","input.bin=hi"]""")]
    [InlineData("""{"count":2,"name":"a","files":["art_1",{"text":"b"},"c"]}""", """["2","a","Round","no box","no limit","shelf.txt=stored","input.txt=b","input.txt=c"]""")]
    [InlineData("""{"count":2,"name":"a","box":{"name":"B","file":"art_1","inside":[{"name":"C"}]}}""", """["2","a","Round","B","no limit","shelf.txt=stored"]""")]
    public async Task Arguments_are_bound(string arguments, string result) => Assert.Equal(result, await SampleTools.CallAsync("bind", arguments));

    [Theory]
    [InlineData("[]", "JSON object with 'count', 'name', 'shape' (optional)")]
    [InlineData("null", "JSON object")]
    [InlineData("""{"name":"a"}""", "'count' is missing")]
    [InlineData("""{"count":null,"name":"a"}""", "'count' that cannot be read")]
    [InlineData("""{"count":2,"name":null}""", "'name' that cannot be read (null)")]
    [InlineData("""{"count":"many","name":"a"}""", "'count' that cannot be read")]
    [InlineData("""{"count":2.5,"name":"a"}""", "'count' that cannot be read")]
    [InlineData("""{"count":2,"name":{}}""", "'name' that cannot be read")]
    [InlineData("""{"count":2,"name":"a","shape":"square"}""", "'shape' that cannot be read")]
    [InlineData("""{"count":2,"name":"a","colour":"red"}""", "unknown member 'colour'")]
    [InlineData("""{"count":2,"name":"a","box":{"name":"B","lid":1}}""", "'box' that cannot be read")]
    [InlineData("""{"count":2,"name":"a","box":{}}""", "'box' that cannot be read")]
    [InlineData("""{"count":2,"name":"a","file":7}""", "'file' that cannot be read")]
    [InlineData("""{"count":2,"name":"a","file":{"text":"b","base64":"aGk="}}""", "exactly one of 'text' and 'base64'")]
    [InlineData("""{"count":2,"name":"a","file":{"base64":"%"}}""", "'file' that cannot be read")]
    [InlineData("""{"count":2,"name":"a","file":"art_2"}""", "no artifact 'art_2'")]
    [InlineData("""{"count":2,"name":"a","box":{"name":"B","file":"art_2"}}""", "no artifact 'art_2'")]
    [InlineData("""{"count":2,"name":"\ud800"}""", "not valid Unicode")]
    public async Task Wrong_arguments_are_refused_and_named(string arguments, string reason)
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => SampleTools.CallAsync("bind", arguments));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_is_named_at_once()
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => SampleTools.CallAsync("bind", """{"kount":2,"shape":"square"}"""));

        Assert.All(["'kount'", "'shape'", "'count' is missing", "'name' is missing"], part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nesting_ends_at_sixty_four_levels()
    {
        Assert.Contains("B0", await SampleTools.CallAsync("bind", Nested(25)), StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => SampleTools.CallAsync("bind", Nested(40)));

        Assert.Contains("'box' that cannot be read", refused.Message, StringComparison.Ordinal);

        // Each box is two levels, the object and the list around it.
        static string Nested(int boxes) => """{"count":1,"name":"a","box":"""
            + string.Concat(Enumerable.Range(0, boxes).Select(n => $$"""{"name":"B{{n}}","inside":[""")) + """{"name":"last"}""" + string.Concat(Enumerable.Repeat("]}", boxes)) + "}";
    }

    [Fact]
    public void Schema_says_what_binding_takes()
    {
        var schema = SampleTools.Tool("bind").Schema;

        var properties = schema.GetProperty("properties");
        Assert.Equal(["count", "name"], schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(["count", "name", "shape", "box", "file", "files", "limit"], properties.EnumerateObject().Select(p => p.Name));
        Assert.Equal("string", properties.GetProperty("file").GetProperty("type").GetString());
        Assert.Equal("A file to be read. An artifact id, or the content itself.", properties.GetProperty("file").GetProperty("description").GetString());
        Assert.Contains("array", properties.GetProperty("files").GetProperty("type").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["round", "veryLong"], properties.GetProperty("shape").GetProperty("enum").EnumerateArray().Select(e => e.GetString()));
        Assert.All(properties.EnumerateObject(), p => Assert.True(p.Value.TryGetProperty("description", out _), p.Name));
        Assert.Equal(JsonValueKind.Object, properties.GetProperty("box").GetProperty("properties").ValueKind);
    }

    [Fact]
    public void Tools_are_listed_as_they_are_written() =>
        Assert.Equal(["bind", "count_words", "read_table", "compare", "merge"], AgentTool.Of(typeof(SampleTools)).Select(t => t.Name));
}
