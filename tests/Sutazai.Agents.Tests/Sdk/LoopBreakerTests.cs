using CsCheck;

namespace Sutazai.Agents.Tests.Sdk;

public class LoopBreakerTests
{
    [Fact]
    public void Any_cycle_up_to_eight_is_caught_in_three_rounds() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 20]).Sample((length, before) =>
        {
            var loop = new LoopBreaker();
            var steps = Enumerable.Range(0, before).Select(n => $"before {n}").Concat(Enumerable.Range(0, 3 * length).Select(n => $"cycle {n % length}"));
            return steps.Any(step => loop.Add(step, "same"));
        });

    [Fact]
    public void Steps_that_never_repeat_are_never_caught() =>
        Gen.Int.HashSet[0, 200].Sample(steps =>
        {
            var loop = new LoopBreaker();
            return !steps.Any(step => loop.Add($"call {step}", "same"));
        });

    [Fact]
    public void Same_call_with_other_results_is_no_loop()
    {
        var loop = new LoopBreaker();

        Assert.DoesNotContain(true, Enumerable.Range(0, 50).Select(n => loop.Add("poll", $"{n}")));
    }

    [Fact]
    public void Same_call_twice_is_no_loop_and_thrice_is()
    {
        var loop = new LoopBreaker();

        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(_ => loop.Add("call", "result")));
    }
}
