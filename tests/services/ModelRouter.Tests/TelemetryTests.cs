using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class TelemetryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Spans_tell_the_operation_the_model_and_the_tokens()
    {
        ConcurrentQueue<Activity> spans = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Sutazai.ModelRouter",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Models = [new("telemetry-spans", SpeedProfile.OneBillion)], Faults = [new(FaultKind.ServerError) { When = new Condition { LastUser = "fail" } }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        await router.AskAsync("api/chat", Chat("telemetry-spans", "Hi"), Cancelled);
        await router.AskAsync("api/chat", Chat("telemetry-spans", "fail"), Cancelled);

        var mine = spans.Where(s => s.DisplayName == "chat telemetry-spans").ToArray();
        Assert.Equal(2, mine.Length);
        Assert.Equal(
            ("chat", "ollama", "telemetry-spans", "telemetry-spans:latest"),
            (mine[0].GetTagItem("gen_ai.operation.name"), mine[0].GetTagItem("gen_ai.provider.name"), mine[0].GetTagItem("gen_ai.request.model"), mine[0].GetTagItem("gen_ai.response.model")));
        Assert.True((int)mine[0].GetTagItem("gen_ai.usage.input_tokens")! > 0 && (int)mine[0].GetTagItem("gen_ai.usage.output_tokens")! > 0);
        Assert.Equal((ActivityStatusCode.Error, "backend_failed"), (mine[1].Status, mine[1].GetTagItem("error.type")));
        var traceparent = simulator.Requests.First(r => r.Path == "/api/chat").Headers["traceparent"];
        Assert.Contains(mine[0].TraceId.ToHexString(), traceparent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_count_durations_first_chunks_and_tokens()
    {
        ConcurrentDictionary<string, int> measured = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Sutazai.ModelRouter")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Count(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Count(instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, _, _) => measured.AddOrUpdate(instrument.Name, 1, (_, n) => n + 1));
        listener.Start();
        await using var simulator = await OllamaSimulator.StartAsync(new() { Models = [new("telemetry-metrics", SpeedProfile.OneBillion)] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        await router.AskAsync("api/chat", Chat("telemetry-metrics", "Hi"), Cancelled);
        listener.RecordObservableInstruments();

        Assert.Equal(
            [("gen_ai.client.operation.duration", 1), ("gen_ai.client.operation.time_to_first_chunk", 1), ("gen_ai.client.token.usage", 2), ("sutazai.router.queue.duration", 1), ("sutazai.router.swap.duration", 1)],
            measured.Where(m => m.Key != "sutazai.router.queue.length").Select(m => (m.Key, m.Value)).Order());
        Assert.True(measured["sutazai.router.queue.length"] >= 1);

        void Count(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "gen_ai.request.model", Value: "telemetry-metrics:latest" })
                {
                    measured.AddOrUpdate(instrument.Name, 1, (_, n) => n + 1);
                }
            }
        }
    }

    private static string Chat(string model, string text) => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}],"stream":false}""";
}
