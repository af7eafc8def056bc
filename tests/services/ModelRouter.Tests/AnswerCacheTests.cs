using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Tests;

public class AnswerCacheTests
{
    private const long MaxBytes = 20_000;

    // What is remembered of uses.
    private static readonly long s_empty = Cache(MaxBytes, TimeProvider.System).Bytes;

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Never_passes_its_bound_and_knows_what_it_holds() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 40], Gen.Long[0, 25_000], Gen.Int[0, 30]).Array[0, 300].Sample(operations =>
        {
            var time = new FakeTimeProvider();
            var cache = Cache(MaxBytes, time);
            Dictionary<AnswerKey, long> sizes = [];
            foreach (var (operation, key, bytes, seconds) in operations)
            {
                switch (operation)
                {
                    case 0:
                        time.Advance(TimeSpan.FromSeconds(seconds * 30));
                        break;
                    case 1 or 2:
                        cache.Find<string>(Key(key));
                        break;
                    default:
                        // Most answers are much smaller than the bound.
                        sizes[Key(key)] = operation == 3 ? bytes : bytes / 20;
                        cache.Keep(Key(key), "x", sizes[Key(key)], TimeSpan.FromSeconds(seconds));
                        break;
                }

                Assert.InRange(cache.Bytes, 0, MaxBytes);
            }

            var found = sizes.Where(s => cache.Find<string>(s.Key) is not null).ToList();
            Assert.Equal(s_empty + found.Sum(f => f.Value + AnswerCache.EntryBytes), cache.Bytes);
            Assert.Equal(found.Count, cache.Count);
        });

    [Fact]
    public void Gives_back_what_it_was_given()
    {
        var cache = Cache(MaxBytes);

        cache.Keep(Key(1), "a", 100, TimeSpan.FromSeconds(3));

        var kept = cache.Find<string>(Key(1));
        Assert.Equal(new Kept<string>("a", TimeSpan.FromSeconds(3)), kept);
        Assert.Null(cache.Find<string>(Key(2)));
    }

    [Fact]
    public void Gives_up_cheap_answers_before_dear_ones_of_the_same_size()
    {
        var cache = Cache(MaxBytes);
        cache.Keep(Key(-1), "dear", 1000, TimeSpan.FromSeconds(60));

        KeepCheap(cache, 100);

        Assert.NotNull(cache.Find<string>(Key(-1)));
        Assert.NotNull(cache.Find<string>(Key(99)));
        Assert.Null(cache.Find<string>(Key(0)));
    }

    [Fact]
    public void Gives_up_large_answers_before_small_ones_of_the_same_worth()
    {
        var cache = Cache(MaxBytes);
        cache.Keep(Key(-1), "small", 50, TimeSpan.FromSeconds(1));
        cache.Keep(Key(-2), "large", 5000, TimeSpan.FromSeconds(1));

        KeepCheap(cache, 15);

        Assert.NotNull(cache.Find<string>(Key(-1)));
        Assert.Null(cache.Find<string>(Key(-2)));
    }

    [Fact]
    public void Gives_up_answers_nobody_asks_for_before_those_in_use()
    {
        var cache = Cache(MaxBytes);
        cache.Keep(Key(-1), "used", 1000, TimeSpan.FromSeconds(1));
        cache.Keep(Key(-2), "unused", 1000, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 10; i++)
        {
            Assert.NotNull(cache.Find<string>(Key(-1)));
        }

        KeepCheap(cache, 60);

        Assert.NotNull(cache.Find<string>(Key(-1)));
        Assert.Null(cache.Find<string>(Key(-2)));
    }

    [Fact]
    public void Gives_up_a_dear_answer_that_nobody_asks_for_in_the_end()
    {
        var cache = Cache(MaxBytes);
        cache.Keep(Key(-1), "dear", 1000, TimeSpan.FromSeconds(60));

        KeepCheap(cache, 2000);

        Assert.Null(cache.Find<string>(Key(-1)));
    }

    [Fact]
    public void Remembers_of_an_answer_that_went_how_often_it_was_asked_for()
    {
        var cache = Cache(MaxBytes);
        for (var i = 0; i < 5; i++)
        {
            Ask(cache, Key(-1), 1000);
        }

        // Dear ones take all the room.
        for (var i = 0; i < 20; i++)
        {
            Ask(cache, Key(i), 1000, seconds: 5);
        }

        Assert.False(cache.Holds(Key(-1)));
        Ask(cache, Key(-2), 1000, seconds: 1.5);
        Ask(cache, Key(-1), 1000, seconds: 1.5);

        Assert.True(cache.Holds(Key(-1)));
        Assert.False(cache.Holds(Key(-2)));
    }

    [Fact]
    public void Does_not_remember_for_ever_how_often_an_answer_that_went_was_asked_for()
    {
        var cache = Cache(MaxBytes);
        for (var i = 0; i < 15; i++)
        {
            Ask(cache, Key(-1), 1000);
        }

        // As many as there is room for.
        for (var i = 0; i < 750; i++)
        {
            Ask(cache, Key(i % 15), 1000);
        }

        Assert.False(cache.Holds(Key(-1)));
        Ask(cache, Key(-1), 1000);

        Assert.False(cache.Holds(Key(-1)));
        Assert.All(Enumerable.Range(0, 15), i => Assert.True(cache.Holds(Key(i))));
    }

    [Fact]
    public void Does_not_give_up_favourites_for_many_answers_that_nobody_asks_for_twice()
    {
        var cache = Cache(MaxBytes);
        for (var i = 0; i < 1000; i++)
        {
            Ask(cache, Key(-1 - (i % 8)), 1000);
            Ask(cache, Key(i), 1000);
        }

        Assert.All(Enumerable.Range(1, 8), i => Assert.True(cache.Holds(Key(-i))));
    }

    [Fact]
    public void Follows_what_is_asked_for_when_that_changes()
    {
        var cache = Cache(MaxBytes);
        for (var i = 0; i < 1000; i++)
        {
            Ask(cache, Key(i % 12), 1000);
        }

        var hits = 0;
        for (var i = 0; i < 1000; i++)
        {
            hits += Ask(cache, Key(100 + (i % 12)), 1000) ? 1 : 0;
        }

        Assert.All(Enumerable.Range(100, 12), i => Assert.True(cache.Holds(Key(i))));
        Assert.InRange(hits, 700, 988);
    }

    [Fact]
    public void Keeps_what_it_has_when_a_large_answer_is_not_worth_all_that_would_go_for_it()
    {
        var cache = Cache(MaxBytes);
        Ask(cache, Key(-1), 1000);
        for (var i = 0; i < 13; i++)
        {
            cache.Keep(Key(i), "dear", 1000, TimeSpan.FromSeconds(100));
        }

        cache.Keep(Key(-2), "large", 15_000, TimeSpan.FromSeconds(60));

        Assert.True(cache.Holds(Key(-1)));
        Assert.False(cache.Holds(Key(-2)));
    }

    [Fact]
    public void Forgets_an_answer_when_its_time_is_up()
    {
        var cache = Cache(MaxBytes, _time);
        cache.Keep(Key(1), "a", 100, TimeSpan.FromSeconds(1));

        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.NotNull(cache.Find<string>(Key(1)));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(cache.Find<string>(Key(1)));
        Assert.Equal((0, s_empty), (cache.Count, cache.Bytes));
    }

    [Fact]
    public void Forgets_an_answer_that_was_kept_elsewhere_the_sooner()
    {
        var cache = Cache(MaxBytes, _time);
        cache.Keep(Key(1), "a"u8, TimeSpan.FromSeconds(1), age: TimeSpan.FromMinutes(9));

        Assert.NotNull(cache.Find<byte[]>(Key(1)));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(cache.Find<byte[]>(Key(1)));
    }

    private static void KeepCheap(AnswerCache cache, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Ask(cache, Key(i), 1000);
        }
    }

    /// <summary>As callers do: what is not found is answered and kept.</summary>
    private static bool Ask(AnswerCache cache, AnswerKey key, long bytes, double seconds = 1)
    {
        if (cache.Find<string>(key) is not null)
        {
            return true;
        }

        cache.Keep(key, "answer", bytes, TimeSpan.FromSeconds(seconds));
        return false;
    }

    private AnswerCache Cache(long maxBytes) => Cache(maxBytes, _time);

    private static AnswerCache Cache(long maxBytes, TimeProvider time) =>
        new(Options.Create(new ModelRouterOptions { CacheBytes = maxBytes, CacheExpiry = TimeSpan.FromMinutes(10) }), time);

    private static AnswerKey Key(int number)
    {
        var hash = SHA256.HashData(BitConverter.GetBytes(number));
        return new AnswerKey(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash.AsSpan(16)));
    }
}
