using System.Globalization;

namespace Sutazai.Bench.Router;

/// <summary>What one goal demands, and whether the run meets it.</summary>
/// <param name="Met"><c>moonshot</c>, <c>floor</c>, <c>no</c>, or why this run cannot say.</param>
internal sealed record Goal(string Id, string What, string Measured, string Floor, string Moonshot, string Met)
{
    public static Goal AtLeast(string id, string what, Spread ratio, double floor, double moonshot) =>
        new(id, what, ratio.In("0.00"), Number("≥ ", floor), Number("≥ ", moonshot), Verdict(ratio.Median >= floor, ratio.Median >= moonshot));

    public static Goal AtMost(string id, string what, Spread ratio, double floor, double moonshot) =>
        new(id, what, ratio.In("0.000"), Number("≤ ", floor), Number("≤ ", moonshot), Verdict(ratio.Median <= floor, ratio.Median <= moonshot));

    public static string Verdict(bool floor, bool moonshot) => (floor, moonshot) switch
    {
        (true, true) => "moonshot",
        (true, false) => "floor",
        _ => "no",
    };

    public static void Print(IEnumerable<Goal> goals)
    {
        Console.WriteLine("\n## Goals\n\n| goal | | measured | floor | moonshot | met |\n| --- | --- | ---: | ---: | ---: | --- |");
        foreach (var goal in goals)
        {
            Console.WriteLine($"| {goal.Id} | {goal.What} | {goal.Measured} | {goal.Floor} | {goal.Moonshot} | {goal.Met} |");
        }
    }

    private static string Number(string sign, double value) => string.Create(CultureInfo.InvariantCulture, $"{sign}{value:0.##}");
}
