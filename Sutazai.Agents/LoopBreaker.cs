namespace Sutazai.Agents;

/// <summary>
/// Sees when a run goes round in circles: the same call with the same result three times in a row, or a longer cycle of (call, result)
/// pairs twice in a row. A count of calls alone would stop legitimate long runs and let short loops go on.
/// </summary>
public sealed class LoopBreaker
{
    private const int LongestCycle = 8;

    private readonly List<(string Call, string Result)> _steps = [];

    /// <returns>Whether this step closes a loop.</returns>
    public bool Add(string call, string result)
    {
        _steps.Add((call, result));
        return Repeats(length: 1, times: 3) || Enumerable.Range(2, LongestCycle - 1).Any(length => Repeats(length, times: 2));
    }

    private bool Repeats(int length, int times)
    {
        if (_steps.Count < length * times)
        {
            return false;
        }

        for (var i = 0; i < length * (times - 1); i++)
        {
            if (_steps[^(i + 1)] != _steps[^(i + 1 + length)])
            {
                return false;
            }
        }

        return true;
    }
}
