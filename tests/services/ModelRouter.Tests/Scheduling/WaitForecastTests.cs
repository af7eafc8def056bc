using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Tests.Scheduling;

/// <summary>What is said of waits on arrival, and what is learned from those that came.</summary>
public class WaitForecastTests
{
    // A model of unknown size reads 75 tokens a second and writes 14, and answers have 128.
    private const double Service = 1 + (128 / 14.0);
    private const double Load = 12;

    private readonly FakeTimeProvider _time = new();
    private Ticket? _working;

    [Fact]
    public void A_model_that_is_not_loaded_has_its_turn_after_the_work_of_the_one_that_is()
    {
        var scheduler = Working("m0", new SchedulerOptions { MaxLoaded = 1 });

        Assert.Equal(Service + Load, Predicted(scheduler, "m1"), 0.1);
        Assert.Equal(Service, Predicted(scheduler, "m0"), 0.1);
    }

    [Fact]
    public void A_model_is_loaded_while_another_is_worked_with_where_both_fit()
    {
        var scheduler = Working("m0", new SchedulerOptions { MaxLoaded = 2 });

        Assert.InRange(Predicted(scheduler, "m1"), Load, Load + 1);
    }

    [Fact]
    public void A_batch_call_waits_for_the_interactive_ones_that_will_come_too()
    {
        var scheduler = Working("m0", new SchedulerOptions { MaxLoaded = 1 });
        for (var call = 0; call < 200; call++)
        {
            _time.Advance(TimeSpan.FromSeconds(Service));
            Finish(scheduler);
            _time.Advance(TimeSpan.FromSeconds(Service));
            Start(scheduler, "m0");
        }

        // They come every 20 s or so for work of 10 s.
        Assert.InRange(Predicted(scheduler, "m0", batch: true) / Service, 0.95, 1.05);
        Predicted(scheduler, "m0", "other");
        Assert.InRange(Predicted(scheduler, "m0", "third", batch: true) / Service, 2.7, 3.1);
    }

    [Fact]
    public void Nobody_is_told_to_wait_longer_than_there_is_hope()
    {
        var scheduler = Working("m0", new SchedulerOptions { MaxLoaded = 1, HopeFactor = 0.8, DoubtFactor = 0.1 });
        Finish(scheduler);
        Start(scheduler, "m0");

        var ticket = scheduler.Arrive(new Demand("m0", "t", 75) { Deadline = _time.GetUtcNow().AddSeconds(Service) }, out _)!;

        Assert.Equal(0.2 * Service, scheduler.Predict(ticket).Wait.TotalSeconds, 0.01);
    }

    [Fact]
    public void Learns_that_waits_are_three_times_as_long_as_foreseen()
    {
        var bias = new ForecastBias();
        for (var wait = 0; wait < 200; wait++)
        {
            bias.Learn(10 + (wait * 7 % 90), 3 * (10 + (wait * 7 % 90)));
        }

        Assert.InRange(bias.Corrected(50), 135, 165);
    }

    [Fact]
    public void A_few_waits_that_are_far_longer_say_little_of_the_others()
    {
        var bias = new ForecastBias();
        for (var wait = 0; wait < 200; wait++)
        {
            var foreseen = 10 + (wait * 7 % 90);
            bias.Learn(foreseen, wait % 5 == 0 ? 20 * foreseen : foreseen);
        }

        Assert.InRange(bias.Corrected(50), 50, 60);
    }

    [Fact]
    public void A_forecast_stays_finite_and_is_never_negative_whatever_came_before() =>
        Gen.Select(Gen.Double[0, 1e7], Gen.Double[0, 1e7]).Array[0, 300].Sample(waits =>
        {
            var bias = new ForecastBias();
            Assert.Equal(0, bias.Corrected(0));
            foreach (var (foreseen, came) in waits)
            {
                bias.Learn(foreseen, came);
                Assert.InRange(bias.Corrected(foreseen), 0, 1e9);
                Assert.InRange(bias.Corrected(1), 0, 1e9);
            }
        });

    [Fact]
    public void Work_that_goes_on_for_long_is_taken_to_go_on_for_longer()
    {
        var spread = new ServiceSpread();
        Assert.Equal((1, 2.3), (spread.Whole(0), spread.Whole(2)));

        foreach (var part in new[] { 0.5, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 3, 5 })
        {
            spread.Learn(part);
        }

        Assert.Equal((1, 3, 5), (spread.Whole(0), spread.Whole(1.2), spread.Whole(3)));
    }

    [Fact]
    public void What_work_took_is_forgotten_in_time()
    {
        var spread = new ServiceSpread();
        foreach (var part in Enumerable.Repeat(9.0, 500).Concat(Enumerable.Repeat(2.0, 128)))
        {
            spread.Learn(part);
        }

        Assert.Equal((2, 1), (spread.Whole(0), spread.Left));
    }

    [Fact]
    public void The_rate_of_what_comes_is_that_of_late()
    {
        var inflow = new Inflow();
        for (var at = 0; at < 20_000; at += 100)
        {
            inflow.Add(10, at);
        }

        Assert.InRange(inflow.Rate(20_000).Work, 0.09, 0.1);
        Assert.InRange(inflow.Rate(20_000).Calls, 0.009, 0.01);
        Assert.InRange(inflow.Rate(40_000).Work, 0, 1e-5);
    }

    [Fact]
    public void A_call_is_not_given_up_for_one_long_answer_of_its_tenant()
    {
        var scheduler = Working("m0", new SchedulerOptions { MaxLoaded = 1 });
        for (var call = 0; call < 30; call++)
        {
            Finish(scheduler);
            Start(scheduler, "m0");
        }

        Finish(scheduler);
        Start(scheduler, "m0", "wordy");
        Finish(scheduler, answer: 1280);

        var ticket = scheduler.Arrive(new Demand("m0", "wordy", 75) { Deadline = _time.GetUtcNow().AddSeconds(4 * Service) }, out _);

        Assert.NotNull(ticket);
        _time.Advance(TimeSpan.FromSeconds(Service));
        Assert.Equal(new StartWork(ticket), Assert.Single(scheduler.Decide()));
    }

    // With one call under way.
    private ModelScheduler Working(string model, SchedulerOptions options)
    {
        var scheduler = new ModelScheduler(options, _time);
        Assert.NotNull(scheduler.Arrive(new Demand(model, "t", 75), out _));
        Assert.IsType<SwapModels>(Assert.Single(scheduler.Decide()));
        scheduler.Loaded(model);
        _working = Assert.IsType<StartWork>(Assert.Single(scheduler.Decide())).Ticket;
        return scheduler;
    }

    private void Start(ModelScheduler scheduler, string model, string tenant = "t")
    {
        Assert.NotNull(scheduler.Arrive(new Demand(model, tenant, 75), out _));
        _working = Assert.IsType<StartWork>(Assert.Single(scheduler.Decide())).Ticket;
    }

    private void Finish(ModelScheduler scheduler, int answer = 128) => scheduler.Finished(_working!, new WorkDone(75, answer, 1, answer / 14.0));

    private static double Predicted(ModelScheduler scheduler, string model, string tenant = "new", bool batch = false) =>
        scheduler.Predict(scheduler.Arrive(new Demand(model, tenant, 75) { Batch = batch }, out _)!).Wait.TotalSeconds;
}
