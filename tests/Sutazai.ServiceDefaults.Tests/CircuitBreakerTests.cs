using Microsoft.Extensions.Time.Testing;

namespace Sutazai.Tests;

public class CircuitBreakerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CircuitBreaker _breaker;

    public CircuitBreakerTests() => _breaker = new CircuitBreaker(_time);

    [Fact]
    public void Lets_calls_pass_until_the_fifth_failure_in_a_row()
    {
        Fail(4);
        Assert.Equal(CircuitState.Closed, _breaker.State);

        Fail(1);

        Assert.Equal(CircuitState.Open, _breaker.State);
        Assert.False(_breaker.TryEnter(out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(60), retryAfter);
    }

    [Fact]
    public void Success_between_failures_starts_the_count_again()
    {
        Fail(4);
        Enter();
        _breaker.Succeeded();
        Fail(4);

        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    [Fact]
    public void Abandoned_call_neither_counts_nor_forgives()
    {
        Fail(4);
        Enter();
        _breaker.Abandoned();
        Assert.Equal(CircuitState.Closed, _breaker.State);

        Fail(1);

        Assert.Equal(CircuitState.Open, _breaker.State);
    }

    [Fact]
    public void Says_how_long_the_pause_still_is()
    {
        Fail(5);
        _time.Advance(TimeSpan.FromSeconds(42));

        Assert.False(_breaker.TryEnter(out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(18), retryAfter);
    }

    [Fact]
    public void Lets_one_probe_pass_after_the_pause()
    {
        Fail(5);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(CircuitState.HalfOpen, _breaker.State);

        Assert.False(_breaker.Refuses(out _));

        Enter();

        Assert.False(_breaker.TryEnter(out var retryAfter));
        Assert.True(retryAfter > TimeSpan.Zero);
        Assert.True(_breaker.Refuses(out _));
    }

    [Fact]
    public void Successful_probe_closes_and_the_count_starts_at_zero()
    {
        Fail(5);
        _time.Advance(TimeSpan.FromSeconds(60));
        Enter();
        _breaker.Succeeded();
        Assert.Equal(CircuitState.Closed, _breaker.State);

        Fail(4);

        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    [Fact]
    public void Failed_probe_opens_for_a_whole_pause_again()
    {
        Fail(5);
        _time.Advance(TimeSpan.FromSeconds(60));
        Fail(1);

        Assert.False(_breaker.TryEnter(out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(60), retryAfter);
    }

    [Fact]
    public void Abandoned_probe_leaves_its_place_to_the_next_call()
    {
        Fail(5);
        _time.Advance(TimeSpan.FromSeconds(60));
        Enter();
        _breaker.Abandoned();
        Assert.Equal(CircuitState.HalfOpen, _breaker.State);

        Enter();

        Assert.False(_breaker.TryEnter(out _));
    }

    [Fact]
    public void Calls_that_end_while_it_is_open_change_nothing()
    {
        Enter();
        Enter();
        Enter();
        Fail(5);
        _time.Advance(TimeSpan.FromSeconds(30));
        _breaker.Succeeded();
        _breaker.Failed();
        _breaker.Abandoned();

        Assert.False(_breaker.TryEnter(out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(30), retryAfter);
    }

    [Fact]
    public void Exactly_one_of_many_threads_becomes_the_probe()
    {
        Fail(5);
        for (var round = 0; round < 200; round++)
        {
            _time.Advance(TimeSpan.FromSeconds(60));
            var passed = 0;
            Parallel.For(0, 32, _ =>
            {
                if (_breaker.TryEnter(out var _))
                {
                    Interlocked.Increment(ref passed);
                }
            });
            Assert.Equal(1, passed);
            _breaker.Failed();
        }
    }

    [Fact]
    public void Allocates_nothing_on_the_way_of_a_successful_call()
    {
        Enter();
        _breaker.Succeeded();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var call = 0; call < 1000; call++)
        {
            _breaker.TryEnter(out _);
            _breaker.Succeeded();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Enter() => Assert.True(_breaker.TryEnter(out _));

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Enter();
            _breaker.Failed();
        }
    }
}
