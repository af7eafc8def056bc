using System.Text.Json;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Tests;

public class ContextPlanTests
{
    [Fact]
    public void Grows_to_the_next_power_of_two_and_never_shrinks()
    {
        var plan = new ContextPlan(4096);

        Assert.Equal((false, 4096), (plan.Ask("m", 2048, longest: null), plan.Of("m")));
        Assert.Equal((true, 8192), (plan.Ask("m", 5000, longest: null), plan.Of("m")));
        Assert.Equal((false, 8192), (plan.Ask("m", 8192, longest: null), plan.Of("m")));
        Assert.Equal((false, 8192), (plan.Ask("m", null, longest: null), plan.Of("m")));
        Assert.Equal(4096, plan.Of("another"));
    }

    [Fact]
    public void Never_asks_for_more_than_a_model_was_made_for()
    {
        var plan = new ContextPlan(4096);

        Assert.True(plan.Ask("m", 100_000, longest: 6000));
        Assert.Equal(6000, plan.Of("m"));
        Assert.False(plan.Ask("m", int.MaxValue, longest: 6000));
    }

    [Theory]
    [InlineData(null, """{"num_ctx":4096}""", null)]
    [InlineData("""{"num_ctx":4096,"seed":1}""", """{"num_ctx":4096,"seed":1}""", null)]
    [InlineData("""{"num_ctx":2048,"seed":1}""", """{"num_ctx":4096,"seed":1}""", "num_ctx=4096")]
    [InlineData("""{"num_thread":8,"num_gpu":1,"top_k":3}""", """{"top_k":3,"num_ctx":4096}""", "num_gpu=unset, num_thread=unset")]
    public void Leaves_a_call_nothing_that_would_have_the_model_loaded_again(string? given, string sent, string? changed)
    {
        var (options, told) = new ContextPlan(4096).Apply("m", given is null ? null : JsonElement.Parse(given));

        Assert.Equal((sent, changed), (options.GetRawText(), told));
    }

    [Theory, InlineData("""{"num_ctx":0}""", null), InlineData("""{"num_ctx":-5}""", null), InlineData("[]", null), InlineData("""{"num_ctx":8192.0}""", 8192), InlineData("""{"num_ctx":1e30}""", int.MaxValue)]
    public void Reads_what_a_call_asks_for(string options, int? expected) => Assert.Equal(expected, ContextPlan.Asked(JsonElement.Parse(options)));

    [Fact]
    public void Says_what_is_no_number() =>
        Assert.Equal("option \"num_ctx\" must be of type integer", Assert.Throws<ModelException>(() => ContextPlan.Asked(JsonElement.Parse("""{"num_ctx":"big"}"""))).Message);
}
