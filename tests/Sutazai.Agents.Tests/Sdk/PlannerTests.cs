using CsCheck;

namespace Sutazai.Agents.Tests.Sdk;

public class PlannerTests
{
    private const string One = "art_00000000000000000000000001";
    private const string Two = "art_00000000000000000000000002";

    [Theory]
    [InlineData("""{"rows":3,"table":"a,b"}""", "read_table", """{"rows":3,"table":"a,b"}""")]
    [InlineData("""{"TABLE":"a,b"}""", "read_table", """{"table":"a,b"}""")]
    [InlineData("""{"text":"one two"}""", "count_words", """{"text":"one two"}""")]
    [InlineData("How many words has this?", "count_words", """{"text":"How many words has this?"}""")]
    [InlineData($"What is in {One}?", "read_table", $$"""{"table":"{{One}}"}""")]
    [InlineData($"Compare the versions {One} and {Two}", "compare", $$"""{"before":"{{One}}","after":"{{Two}}"}""")]
    public void Input_fills_the_tool_that_it_fits(string input, string tool, string arguments)
    {
        var plan = Plan(input, [], null, "count_words", "read_table", "compare");

        Assert.Equal((tool, arguments), (plan?.Tool.Name, plan?.Arguments.GetRawText()));
    }

    [Fact]
    public void Files_fill_parameters_in_order() =>
        Assert.Equal($$"""{"before":"{{Two}}","after":"{{One}}"}""", Plan("What changed?", [Two, One], null, "read_table", "compare")?.Arguments.GetRawText());

    [Fact]
    public void List_takes_all_files() =>
        Assert.Equal($$"""{"logs":["{{One}}","{{Two}}"]}""", Plan("When did it begin?", [One, Two], null, "read_table", "merge")?.Arguments.GetRawText());

    [Fact]
    public void Words_of_the_question_choose_between_tools()
    {
        Assert.Equal("read_table", Plan("Which columns has the table?", [One], null, "read_table", "merge")?.Tool.Name);
        Assert.Equal("merge", Plan("Make a timeline of the logs.", [One], null, "read_table", "merge")?.Tool.Name);
    }

    [Fact]
    public void Text_fills_a_file_but_a_lone_question_does_not()
    {
        Assert.Equal("""{"table":"a,b\n1,2"}""", Plan("a,b\n1,2", [], null, "read_table")?.Arguments.GetRawText());
        Assert.Null(Plan("What is in this table?", [], null, "read_table"));
    }

    [Fact]
    public void Forced_tool_is_the_only_one() => Assert.Equal("merge", Plan("a,b\n1,2", [], "merge", "read_table", "merge")?.Tool.Name);

    [Theory]
    [InlineData("")]
    [InlineData("What is it?")]
    [InlineData("Only one text for two files")]
    public void Input_that_fits_nothing_makes_no_plan(string input) => Assert.Null(Plan(input, [], null, "compare"));

    [Fact]
    public void What_is_missing_is_said_with_the_schema()
    {
        var said = Planner.Missing(SampleTools.Tools("compare"));

        Assert.Contains("`compare` needs `before`, `after`", said, StringComparison.Ordinal);
        Assert.Contains("\"required\"", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_input_makes_the_same_plan() => Gen.String.Sample(input =>
    {
        var (once, again) = (Plan(input, [], null, "count_words", "read_table", "compare", "merge"), Plan(input, [], null, "count_words", "read_table", "compare", "merge"));
        return once?.Tool.Name == again?.Tool.Name && once?.Arguments.GetRawText() == again?.Arguments.GetRawText();
    });

    private static PlannedCall? Plan(string input, string[] files, string? tool, params string[] tools) =>
        Planner.Plan(SampleTools.Tools(tools), [], new Question(input, files, tool, [], null));
}
