using System.Globalization;
using System.Text;
using Sutazai.Bench.Router;

namespace Sutazai.Bench.Policies;

/// <summary>Draws the policies' days as an SVG: a group of bars for each day, a bar for each policy, whiskers from quartile to quartile.</summary>
internal static class PolicyChart
{
    private const int Width = 960;
    private const int PanelHeight = 230;
    private const int Left = 56;
    private const int Right = 16;
    private const int Top = 64;
    private const int Between = 92;
    private const int Bar = 26;

    // Told apart by the colour-blind too (https://jfly.uni-koeln.de/color/).
    private static readonly string[] s_colours = ["#999999", "#e69f00", "#56b4e9", "#005a8c"];

    /// <summary>What came of one day under each policy.</summary>
    internal sealed record Day(string Load, string Machine, IReadOnlyList<Spread> Goodput, IReadOnlyList<Spread> WorstAgents);

    public static string Of(IReadOnlyList<string> policies, IReadOnlyList<Day> days)
    {
        var height = Top + PanelHeight + Between + PanelHeight + 48;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#222">
            <rect width="{Width}" height="{height}" fill="#fff"/>

            """);
        for (var policy = 0; policy < policies.Count; policy++)
        {
            var x = Left + (policy * 150);
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"12\" width=\"14\" height=\"14\" fill=\"{s_colours[policy]}\"/><text x=\"{x + 20}\" y=\"24\">{policies[policy]}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right}\" y=\"24\" text-anchor=\"end\" fill=\"#555\">medians and quartiles over the seeds</text>\n");
        Panel(svg, Top, "Answered in the caller's time, of all calls", days, d => d.Goodput);
        Panel(svg, Top + PanelHeight + Between, "The same for the twentieth of the agents that fared worst", days, d => d.WorstAgents);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, int top, string title, IReadOnlyList<Day> days, Func<Day, IReadOnlyList<Spread>> values)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top - 12}\" font-size=\"15\" font-weight=\"bold\">{title}</text>\n");
        double Y(double value) => top + (PanelHeight * (1 - value));
        for (var tick = 0; tick <= 5; tick++)
        {
            var y = Y(tick / 5.0);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{y:0.#}\" x2=\"{Width - Right}\" y2=\"{y:0.#}\" stroke=\"{(tick == 0 ? "#444" : "#ddd")}\"/><text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{tick * 20} %</text>\n");
        }

        var group = (Width - Left - Right) / (double)days.Count;
        for (var day = 0; day < days.Count; day++)
        {
            var middle = Left + (group * (day + 0.5));
            var bars = values(days[day]);
            for (var policy = 0; policy < bars.Count; policy++)
            {
                var (value, x) = (bars[policy], middle + ((policy - (bars.Count / 2.0)) * (Bar + 2)) + 1);
                var centre = x + (Bar / 2.0);
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.#}\" y=\"{Y(value.Median):0.#}\" width=\"{Bar}\" height=\"{PanelHeight * value.Median:0.#}\" fill=\"{s_colours[policy]}\"/>");
                var whisker = string.Create(CultureInfo.InvariantCulture, $"M{centre:0.#} {Y(value.Low):0.#}V{Y(value.High):0.#}M{centre - 5:0.#} {Y(value.Low):0.#}h10M{centre - 5:0.#} {Y(value.High):0.#}h10");
                svg.Append($"<path d=\"{whisker}\" stroke=\"#fff\" stroke-width=\"3.4\" fill=\"none\"/><path d=\"{whisker}\" stroke=\"#222\" stroke-width=\"1.4\" fill=\"none\"/>");
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{centre:0.#}\" y=\"{Math.Min(Y(value.High), Y(value.Median)) - 5:0.#}\" text-anchor=\"middle\" font-size=\"11\">{100 * value.Median:0}</text>\n");
            }

            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{middle:0.#}\" y=\"{top + PanelHeight + 18}\" text-anchor=\"middle\" font-weight=\"bold\">{days[day].Load}</text><text x=\"{middle:0.#}\" y=\"{top + PanelHeight + 35}\" text-anchor=\"middle\" fill=\"#555\">{days[day].Machine}</text>\n");
        }
    }
}
