using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Tests;

public class ContextPlanTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Grows_to_the_next_power_of_two()
    {
        var plan = Plan();

        Assert.Equal((false, 4096), (plan.Ask("m", 2048, longest: null), plan.Of("m")));
        Assert.Equal((true, 8192), (plan.Ask("m", 5000, longest: null), plan.Of("m")));
        Assert.Equal((false, 8192), (plan.Ask("m", 8192, longest: null), plan.Of("m")));
        Assert.Equal((false, 8192), (plan.Ask("m", null, longest: null), plan.Of("m")));
        Assert.Equal(4096, plan.Of("another"));
    }

    [Fact]
    public void Never_asks_for_more_than_a_model_was_made_for()
    {
        var plan = Plan();

        Assert.True(plan.Ask("m", 100_000, longest: 6000));
        Assert.Equal(6000, plan.Of("m"));
        Assert.False(plan.Ask("m", int.MaxValue, longest: 6000));
    }

    [Fact]
    public void Is_loaded_for_what_was_asked_for_lately()
    {
        var plan = Plan();
        plan.Ask("m", 30_000, longest: null);
        _time.Advance(TimeSpan.FromMinutes(50));
        plan.Ask("m", 8000, longest: null);

        Assert.Equal(32_768, plan.Settle("m"));
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(32_768, plan.Of("m"));
        Assert.Equal(8192, plan.Settle("m"));
        _time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(4096, plan.Settle("m"));
    }

    [Theory]
    [InlineData("""[{"name":"m","context_length":4096}]""", false)]
    [InlineData("""[{"name":"M"},{"name":7},null]""", false)]
    [InlineData("""[{"name":"m","context_length":8192}]""", true)]
    [InlineData("""[{"name":"other","context_length":4096}]""", true)]
    [InlineData("[]", true)]
    public void Says_whether_a_server_has_a_model_in_memory_as_it_is_to_be(string loaded, bool lacks) =>
        Assert.Equal(lacks, Plan().Lacks([.. JsonElement.Parse(loaded).EnumerateArray()], "m"));

    [Theory]
    [InlineData(null, """{"num_ctx":4096}""", null)]
    [InlineData("""{"num_ctx":4096,"seed":1}""", """{"num_ctx":4096,"seed":1}""", null)]
    [InlineData("""{"num_ctx":2048,"seed":1}""", """{"num_ctx":4096,"seed":1}""", "num_ctx=4096")]
    [InlineData("""{"num_thread":8,"num_gpu":1,"top_k":3}""", """{"top_k":3,"num_ctx":4096}""", "num_gpu=unset, num_thread=unset")]
    public void Leaves_a_call_nothing_that_would_have_the_model_loaded_again(string? given, string sent, string? changed)
    {
        var (options, told) = Plan().Apply("m", given is null ? null : JsonElement.Parse(given));

        Assert.Equal((sent, changed), (options.GetRawText(), told));
    }

    [Theory, InlineData("""{"num_ctx":0}""", null), InlineData("""{"num_ctx":-5}""", null), InlineData("[]", null), InlineData("""{"num_ctx":8192.0}""", 8192), InlineData("""{"num_ctx":1e30}""", int.MaxValue)]
    public void Reads_what_a_call_asks_for(string options, int? expected) => Assert.Equal(expected, ContextPlan.Asked(JsonElement.Parse(options)));

    [Fact]
    public void Says_what_is_no_number() =>
        Assert.Equal("option \"num_ctx\" must be of type integer", Assert.Throws<ModelException>(() => ContextPlan.Asked(JsonElement.Parse("""{"num_ctx":"big"}"""))).Message);

    private ContextPlan Plan() => new(4096, TimeSpan.FromHours(1), _time);
}
