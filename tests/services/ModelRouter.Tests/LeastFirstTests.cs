using CsCheck;
using Sutazai.ModelRouter.Caching;

namespace Sutazai.ModelRouter.Tests;

public class LeastFirstTests
{
    [Fact]
    public void Has_the_same_order_as_a_sorted_list_whatever_comes_goes_and_changes() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 60], Gen.Int[0, 20]).Array[0, 400].Sample(operations =>
        {
            var heap = new LeastFirst();
            Dictionary<int, Rank> model = [];
            var ranked = 0L;
            foreach (var (operation, number, priority) in operations)
            {
                var rank = new Rank(priority, ++ranked);
                switch (operation)
                {
                    case 0 when model.Remove(number):
                        heap.Remove(number);
                        break;
                    case 1 when model.ContainsKey(number):
                        heap.Change(number, model[number] = rank);
                        break;
                    case 2 or 3 when model.TryAdd(number, rank):
                        heap.Add(number, rank);
                        break;
                }

                Assert.Equal(model.Count, heap.Count);
                if (model.Count > 0)
                {
                    var least = model.MinBy(m => m.Value);
                    Assert.Equal((least.Key, least.Value), heap.Least);
                }
            }

            foreach (var (number, rank) in model.OrderBy(m => m.Value))
            {
                Assert.Equal((number, rank), heap.Least);
                heap.Remove(number);
            }
        });
}
