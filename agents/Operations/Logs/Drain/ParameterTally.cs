using System.Globalization;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>What stood at one variable place of a template, in bounded space.</summary>
internal sealed class ParameterTally(string kind)
{
    public const int MaxDistinct = 64;

    private const int MaxExamples = 3;
    private const int MaxExampleLength = 120;

    private readonly List<string> _examples = [];
    private readonly HashSet<ulong> _seen = [];
    private double _least = double.PositiveInfinity;
    private double _most = double.NegativeInfinity;

    public string Kind { get; } = kind;

    public IReadOnlyList<string> Examples => _examples;

    public int Distinct => _seen.Count;

    public double? Least => double.IsFinite(_least) ? _least : null;

    public double? Most => double.IsFinite(_most) ? _most : null;

    public void Take(ReadOnlySpan<char> value)
    {
        if (_seen.Count < MaxDistinct && _seen.Add(TextHash.Of(value)) && _examples.Count < MaxExamples)
        {
            _examples.Add(value.Length > MaxExampleLength ? string.Concat(value[..MaxExampleLength], "...") : value.ToString());
        }

        if (Kind == "num")
        {
            TakeNumber(value);
        }
    }

    private void TakeNumber(ReadOnlySpan<char> value)
    {
        double number;
        if (value.Length <= 15 && !value.ContainsAnyExceptInRange('0', '9'))
        {
            var whole = 0L;
            foreach (var digit in value)
            {
                whole = (whole * 10) + (digit - '0');
            }

            number = whole;
        }
        else if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out number) || !double.IsFinite(number))
        {
            return;
        }

        _least = Math.Min(_least, number);
        _most = Math.Max(_most, number);
    }
}
