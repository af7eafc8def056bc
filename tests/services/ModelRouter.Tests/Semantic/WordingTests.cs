using Sutazai.ModelRouter.Caching.Semantic;

namespace Sutazai.ModelRouter.Tests.Semantic;

public class WordingTests
{
    [Fact]
    public void Takes_no_question_for_another()
    {
        var pairs = Pairs.Of(DifferentQuestions.Lines).Distinct().ToList();

        Assert.True(pairs.Count >= 2000, $"{pairs.Count} pairs");
        Assert.Empty(pairs.Where(p => Wording.Of(p.One).Differs(Wording.Of(p.Other)) is null || Wording.Of(p.Other).Differs(Wording.Of(p.One)) is null));
    }
}
