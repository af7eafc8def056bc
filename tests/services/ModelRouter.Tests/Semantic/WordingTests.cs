using Sutazai.ModelRouter.Caching.Semantic;

namespace Sutazai.ModelRouter.Tests.Semantic;

public class WordingTests
{
    [Fact]
    public void Takes_no_question_for_another()
    {
        var pairs = Pairs.Of(DifferentQuestions.Lines).Distinct().ToList();

        Assert.True(pairs.Count >= 2000, $"{pairs.Count} pairs");
        Assert.DoesNotContain(pairs, p => AskTheSame(p.One, p.Other) || AskTheSame(p.Other, p.One));
    }

    [Fact]
    public void Takes_no_question_for_another_where_its_own_rules_invite_it_to()
    {
        var pairs = Pairs.Of(FurtherQuestions.Lines).Distinct().ToList();

        Assert.True(pairs.Count >= 800, $"{pairs.Count} pairs");
        Assert.DoesNotContain(pairs, p => AskTheSame(p.One, p.Other) || AskTheSame(p.Other, p.One));
    }

    /// <summary>The floors are a little below what was measured; the rest is answered by the model, which costs time and nothing else.</summary>
    [Fact]
    public void Knows_most_questions_that_are_put_in_other_words()
    {
        var byRule = SameQuestions.ByRule.ToList();
        var byHand = SameQuestions.ByHand.ToList();

        Assert.True(byRule.Count + byHand.Count >= 400, $"{byRule.Count} and {byHand.Count} pairs");
        Assert.InRange(Known(byRule), 0.76, 1);
        Assert.InRange(Known(byHand), 0.65, 1);

        static double Known(List<(string One, string Other)> pairs) => (double)pairs.Count(p => AskTheSame(p.One, p.Other)) / pairs.Count;
    }

    [Theory]
    [InlineData("What is the port?", "Was ist der Port?", nameof(Gate.Language))]
    [InlineData("What does `a + b` do?", "What does `a - b` do?", nameof(Gate.Code))]
    [InlineData("Keep the logs for 7 days.", "Keep the logs for 14 days.", nameof(Gate.Numbers))]
    [InlineData("Wait 30 seconds.", "Wait 30 minutes.", nameof(Gate.Numbers))]
    [InlineData("Name two causes.", "Name three causes.", nameof(Gate.Numbers))]
    [InlineData("Which hosts are covered?", "Which hosts are not covered?", nameof(Gate.Polarity))]
    [InlineData("Show tickets before Friday.", "Show tickets after Friday.", nameof(Gate.Polarity))]
    [InlineData("Who leads the Berlin office?", "Who leads the Paris office?", nameof(Gate.Entities))]
    [InlineData("Read /etc/hosts.", "Read /etc/passwd.", nameof(Gate.Entities))]
    [InlineData("How do I boil eggs?", "How do I poach eggs?", nameof(Gate.Words))]
    [InlineData("Copy from staging to production.", "Copy from production to staging.", nameof(Gate.Order))]
    public void Says_what_sets_two_questions_apart(string one, string other, string gate) =>
        Assert.Equal(gate, Wording.Of(one).Differs(Wording.Of(other)).ToString());

    [Theory]
    [InlineData("Summarize: the cat sat", "Summarize: cat sat")]
    [InlineData("Fix the text:\nI can't come", "Fix the text:\nI cannot come")]
    [InlineData("How many letters are in repo?", "How many letters are in repository?")]
    public void Takes_what_is_to_be_worked_on_letter_by_letter(string one, string other) => Assert.False(AskTheSame(one, other));

    [Fact]
    public void Knows_every_question_to_be_itself()
    {
        var all = Pairs.Of(DifferentQuestions.Lines).Concat(Pairs.Of(FurtherQuestions.Lines)).SelectMany(p => new[] { p.One, p.Other }).Distinct();

        Assert.DoesNotContain(all, t => !AskTheSame(t, $"  {t}\n"));
    }

    [Theory, InlineData(""), InlineData("?"), InlineData("please"), InlineData("Hi!"), InlineData("\n\n"), InlineData("how"), InlineData("how do I"), InlineData("```"), InlineData("' \" `"), InlineData("can you please")]
    public void Reads_any_text(string text) => Assert.True(AskTheSame(text, text));

    private static bool AskTheSame(string one, string other) => Wording.Of(one).Differs(Wording.Of(other)) is null;
}
