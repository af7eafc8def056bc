namespace Sutazai.Agents.Operations.Logs;

/// <summary>How often a template came in each window: sums only, so that its size does not grow with the log.</summary>
internal sealed class TemplateRate
{
    public WindowCounts PerMinute = new();
    public WindowCounts PerThousand = new();
}

/// <summary>Counts per window of a stream of windows that comes in order.</summary>
internal struct WindowCounts
{
    private double _squares;
    private long _total;

    public WindowCounts()
    {
        Window = -1;
    }

    /// <summary>Number of the window that is being counted; -1 before the first.</summary>
    public long Window { get; private set; }

    public long InWindow { get; private set; }

    public long Windows { get; private set; }

    /// <returns>The count of the window that this closed, else 0.</returns>
    public long Take(long window)
    {
        _total++;
        if (window == Window)
        {
            InWindow++;
            return 0;
        }

        var closed = InWindow;
        _squares += (double)closed * closed;
        Windows++;
        (Window, InWindow) = (window, 1);
        return closed;
    }

    public readonly double Mean(double windows) => windows > 0 ? _total / windows : 0;

    /// <summary>Of the sample, windows without the template counted as zeros.</summary>
    public readonly double Variance(double windows) =>
        windows > 1 ? Math.Max(0, (_squares + ((double)InWindow * InWindow) - (_total * (_total / windows))) / (windows - 1)) : 0;
}
