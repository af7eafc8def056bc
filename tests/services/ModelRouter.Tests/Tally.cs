using System.Diagnostics.Metrics;

namespace Sutazai.ModelRouter.Tests;

/// <summary>The sum of a counter's measurements since the tally began.</summary>
internal sealed class Tally : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, double> _sums = [];
    private readonly MeterListener _listener;
    private readonly string _tag;

    public Tally(string name, string tag, IMeterFactory meters)
    {
        _tag = tag;
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == name && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Add(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Add(value, tags));
        _listener.Start();
    }

    public double this[string value]
    {
        get
        {
            lock (_lock)
            {
                return _sums.GetValueOrDefault(value);
            }
        }
    }

    public double Total
    {
        get
        {
            lock (_lock)
            {
                return _sums.Values.Sum();
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var of = "";
        foreach (var (key, tagged) in tags)
        {
            of = key == _tag ? tagged?.ToString() ?? "" : of;
        }

        lock (_lock)
        {
            _sums[of] = _sums.GetValueOrDefault(of) + value;
        }
    }
}
