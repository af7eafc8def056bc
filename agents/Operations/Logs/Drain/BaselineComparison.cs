namespace Sutazai.Agents.Operations.Logs;

/// <summary>Counts a log against a baseline's templates while it streams by, and keeps each template's worst window.</summary>
internal sealed class BaselineComparison
{
    // Of false alarms over the whole comparison: shared among all the tests made (Bonferroni).
    private const double Alpha = 0.001;

    private readonly LogAnomalyFinder.LogBaseline _baseline;
    private readonly MaskedLine _masked = new(LogMasks.Default);
    private readonly TemplateMatcher _matcher;
    private readonly DrainTree _unknown;
    private readonly WindowClock _clock = new();
    private readonly Watch[] _watches;

    public BaselineComparison(LogAnomalyFinder.LogBaseline baseline)
    {
        _baseline = baseline;
        _matcher = new TemplateMatcher(baseline.Templates.Select(t => t.Template), anyAffix: true);
        _unknown = new DrainTree(0.5, 2000, tally: false);
        _watches = [.. baseline.Templates.Select(t => new Watch(t, baseline))];
    }

    public WindowClock Clock => _clock;

    public long Overflow => _unknown.Overflow;

    private double Windows => _baseline.Basis == LogAnomalyFinder.RateBasis.Minute ? _clock.Minutes : _clock.Entries / 1000.0;

    public void Take(in LogEntry entry, long line)
    {
        _clock.Take(entry);
        _masked.Read(entry.Message);
        if (_matcher.Find(_masked) is { } known)
        {
            var byMinute = _baseline.Basis == LogAnomalyFinder.RateBasis.Minute;
            if (!byMinute || _clock.Timed > 0)
            {
                _watches[known.Ordinal].Take(byMinute ? _clock.Minute : _clock.Thousand, line);
            }
        }
        else
        {
            _unknown.Add(_masked, entry.Message)?.Count1(entry, line);
        }
    }

    public List<LogAnomalyFinder.NewMessage> New()
    {
        // Good and Turing: the chance that a line is of a kind never seen is the share of kinds seen once.
        var unseen = (_baseline.SeenOnce + 1.0) / (_baseline.Entries + 1.0);
        return
        [
            .. _unknown.Templates.Select(t =>
            {
                _masked.Read(t.Example);
                var (near, similarity) = _matcher.Nearest(_masked);
                var worst = Worst(t.Severities);
                return new LogAnomalyFinder.NewMessage(
                    TextHash.Short(t.Text, "t"), t.Text, t.Count, t.FirstLine, Time(t.FirstTicks), worst, Limits.Round(Math.Log10(t.Count) - Math.Log10(unseen)),
                    t.Example, near is null || similarity < 0.5 ? null : _baseline.Templates[near.Ordinal].Template, Limits.Round(similarity));
            }).OrderByDescending(n => n.Level >= Severity.Error).ThenByDescending(n => n.Score).ThenBy(n => n.FirstLine)
        ];
    }

    public List<LogAnomalyFinder.Burst> Bursts()
    {
        var enough = Math.Log10(_watches.Length * Math.Max(1, Windows) / Alpha);
        return
        [
            .. _watches.Where(w => w.Close(enough) && w.Score >= enough).Select(w => new LogAnomalyFinder.Burst(
                w.Template.Id, w.Template.Template, w.Peak, Limits.Round(w.Template.Mean), Limits.Round(w.Score),
                _baseline.Basis == LogAnomalyFinder.RateBasis.Minute ? new LogTimestamp(w.Window * TimeSpan.TicksPerMinute, 0).ToDateTimeOffset() : null,
                w.WindowLine, w.Windows(enough))).OrderByDescending(b => b.Score).ThenBy(b => b.Template, StringComparer.Ordinal)
        ];
    }

    public List<LogAnomalyFinder.Missing> Missing()
    {
        var enough = Math.Log10(_watches.Length / Alpha);
        return
        [
            .. from watch in _watches
               let expected = watch.Template.Mean * Windows
               where watch.Total <= expected / 10
               let size = Math.Min(watch.Template.Count + 0.5, watch.Size * Math.Max(1, Windows))
               let score = CountTail.LowerScore(watch.Total, expected, size)
               where score >= enough
               orderby score descending, watch.Template.Template
               select new LogAnomalyFinder.Missing(watch.Template.Id, watch.Template.Template, watch.Total, Limits.Round(expected), Limits.Round(score))
        ];
    }

    public List<LogAnomalyFinder.Rare> Rare() =>
    [
        .. from watch in _watches
           let expected = watch.Template.Mean * Windows
           where watch.Total > 0 && watch.Template.Count <= 3 && expected < 1
           orderby expected, watch.Template.Template
           select new LogAnomalyFinder.Rare(watch.Template.Id, watch.Template.Template, watch.Total, Limits.Round(expected), watch.FirstLine)
    ];

    private static Severity Worst(long[] severities) => (Severity)Array.FindLastIndex(severities, c => c > 0);

    private static DateTimeOffset? Time(long? ticks) => ticks is { } known ? new LogTimestamp(known, 0).ToDateTimeOffset() : null;

    private sealed class Watch(LogAnomalyFinder.BaselineTemplate template, LogAnomalyFinder.LogBaseline baseline)
    {
        private readonly double _mean = (template.Count + 0.5) / Math.Max(baseline.Windows, 1e-3);
        private readonly double _unusual = template.Mean + (3 * Math.Sqrt(Math.Max(template.Variance, template.Mean)));
        private readonly Dictionary<long, int> _scores = [];
        private WindowCounts _counts = new();
        private long _windowLine;

        public LogAnomalyFinder.BaselineTemplate Template => template;

        public double Size { get; } = CountTail.Size(template.Count, template.Mean, template.Variance, baseline.Windows);

        public double Score { get; private set; }

        public long Peak { get; private set; }

        public long Window { get; private set; }

        public long WindowLine { get; private set; }

        public long FirstLine { get; private set; }

        public long Total { get; private set; }

        public void Take(long window, long line)
        {
            FirstLine = Total++ == 0 ? line : FirstLine;
            var before = _counts.Window;
            var closed = _counts.Take(window);
            if (window != before)
            {
                Judge(before, closed);
                _windowLine = line;
            }
        }

        public bool Close(double enough)
        {
            Judge(_counts.Window, _counts.InWindow);
            return Score >= enough;
        }

        public int Windows(double enough) => _scores.Where(s => s.Key >= Math.Floor(enough)).Sum(s => s.Value);

        private void Judge(long window, long count)
        {
            if (count < 3 || count <= _unusual)
            {
                return;
            }

            // Scores are kept whole, so that however long the log is there are few of them.
            var score = CountTail.UpperScore(count, _mean, Size);
            var whole = (long)Math.Min(10_000, score);
            _scores[whole] = _scores.GetValueOrDefault(whole) + 1;
            if (score > Score)
            {
                (Score, Peak, Window, WindowLine) = (score, count, window, _windowLine);
            }
        }
    }
}
