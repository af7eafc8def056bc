using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// Spans and metrics under OpenTelemetry's names for generative models
/// (https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-metrics.md), and the queue's own, which it has none for.
/// </summary>
internal sealed class ModelTelemetry : IDisposable
{
    public const string Name = "Sutazai.ModelRouter";

    private static readonly ActivitySource s_source = new(Name);

    private readonly string _backend;
    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstChunk;
    private readonly Histogram<long> _tokens;
    private readonly Histogram<double> _queued;
    private readonly Counter<long> _joined;
    private readonly Counter<long> _cache;
    private readonly Counter<long> _semantic;
    private readonly Counter<double> _saved;
    private readonly Histogram<double> _swaps;
    private readonly Counter<double> _wasted;
    private readonly Counter<long> _overBudget;

    public ModelTelemetry(IMeterFactory meters, ModelBackends backends)
    {
        _backend = backends.Name;
        _meter = meters.Create(Name);
        _duration = Seconds("gen_ai.client.operation.duration", "Time of a whole call, waiting included.");
        _firstChunk = Seconds("gen_ai.client.operation.time_to_first_chunk", "Time until the first piece of an answer.");
        _queued = Seconds("sutazai.router.queue.duration", "Time a call waited for its model.");
        _tokens = _meter.CreateHistogram("gen_ai.client.token.usage", "{token}", "Tokens of prompts and answers.", tags: null, new InstrumentAdvice<long>
        {
            HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
        });
        _joined = _meter.CreateCounter<long>("sutazai.router.share.joined", "{call}", "Calls answered by an identical one that was under way.");
        _cache = _meter.CreateCounter<long>("sutazai.router.cache.requests", "{call}", "Calls that an answer kept might have served.");
        _semantic = _meter.CreateCounter<long>("sutazai.router.cache.semantic", "{call}", "Questions compared with those asked before in other words.");
        _saved = _meter.CreateCounter<double>("sutazai.router.cache.saved", "s", "Work of models that kept answers made unnecessary.");
        _swaps = _meter.CreateHistogram("sutazai.router.swap.duration", "s", "Time to load a model, and to unload those that made room for it.", tags: null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.1, 0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320],
        });
        _wasted = _meter.CreateCounter<double>("sutazai.router.work.wasted", "s", "Work of models on calls that ended without an answer.");
        _overBudget = _meter.CreateCounter<long>("sutazai.router.budget.refused", "{call}", "Calls refused because their caller's budget was spent.");
    }

    public void Dispose() => _meter.Dispose();

    public void Observe(ModelQueue queue)
    {
        _meter.CreateObservableGauge("sutazai.router.queue.length", () => queue.Waiting, "{call}", "Calls waiting for a model.");
        _meter.CreateObservableGauge("sutazai.router.evenness", queue.Evenness, "1", "How evenly those who are active are served, by Jain's index: 1 is even.");
    }

    public void Swapped(string model, TimeSpan time) => _swaps.Record(time.TotalSeconds, new KeyValuePair<string, object?>("gen_ai.request.model", model));

    public Activity? Start(string operation, string requested, string model)
    {
        var span = s_source.StartActivity($"{operation} {requested}", ActivityKind.Client);
        if (span is not null)
        {
            span.SetTag("gen_ai.operation.name", operation);
            span.SetTag("gen_ai.provider.name", _backend);
            span.SetTag("gen_ai.request.model", requested);
            span.SetTag("gen_ai.response.model", model);
        }

        return span;
    }

    public void Queued(string operation, string model, TimeSpan time) => _queued.Record(time.TotalSeconds, Tags(operation, model));

    public void FirstChunk(string operation, string model, TimeSpan time) => _firstChunk.Record(time.TotalSeconds, Tags(operation, model));

    public void Decided(string operation, string model, AnswerSource source, TimeSpan saved)
    {
        var tags = Tags(operation, model);
        if (source.Share == ShareUse.Joined)
        {
            _joined.Add(1, tags);
        }

        if (saved > TimeSpan.Zero)
        {
            _saved.Add(saved.TotalSeconds, tags);
        }

        if (source.Cache != CacheUse.Off)
        {
            tags.Add("result", source.Cache.ToString().ToLowerInvariant());
            _cache.Add(1, tags);
        }
    }

    public void Compared(string result) => _semantic.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <param name="wasted">The work that was done on it.</param>
    public void Failed(string operation, string model, TimeSpan wasted, string error)
    {
        if (wasted > TimeSpan.Zero)
        {
            _wasted.Add(wasted.TotalSeconds, Tags(operation, model));
        }

        if (error == ModelException.QuotaCode)
        {
            _overBudget.Add(1, Tags(operation, model));
        }
    }

    public void End(string operation, string model, TimeSpan time, int promptTokens, int completionTokens, string? error, Activity? span)
    {
        var tags = Tags(operation, model);
        if (error is null)
        {
            Use(tags, promptTokens, "input");
            Use(tags, completionTokens, "output");
            span?.SetTag("gen_ai.usage.input_tokens", promptTokens);
            span?.SetTag("gen_ai.usage.output_tokens", completionTokens);
        }
        else
        {
            tags.Add("error.type", error);
            span?.SetTag("error.type", error);
            span?.SetStatus(ActivityStatusCode.Error, error);
        }

        _duration.Record(time.TotalSeconds, tags);
        span?.Dispose();
    }

    private void Use(TagList tags, int count, string type)
    {
        if (count > 0)
        {
            tags.Add("gen_ai.token.type", type);
            _tokens.Record(count, tags);
        }
    }

    private TagList Tags(string operation, string model) =>
        new([new("gen_ai.operation.name", operation), new("gen_ai.provider.name", _backend), new("gen_ai.request.model", model)]);

    private Histogram<double> Seconds(string name, string description) =>
        _meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 300, 1200, 3600],
        });
}
