using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.Bench;

/// <summary>The router's cache of answers: work saved against least recently used at equal bytes, and memory over many answers that are never asked for again.</summary>
internal static class CacheBenchmark
{
    private const int Prompts = 20_000;
    private const int Requests = 200_000;
    private const double Skew = 0.9;
    private const int Seeds = 5;

    // Tokens a second that a CPU reads and writes, for a model of one and of eight billion parameters.
    private static readonly (double Reads, double Writes)[] s_models = [(194, 39), (30, 6)];

    public static void Run()
    {
        Savings();
        Console.WriteLine();
        Memory();
    }

    private static void Savings()
    {
        Console.WriteLine($"""
            Work saved: {Requests:N0} requests for {Prompts:N0} prompts, Zipf {Skew.ToString(CultureInfo.InvariantCulture)}, half 1B and half 8B. Ratios are medians of {Seeds} traces (least of them), the rest is the
            median trace's. GDSF is GreedyDual-Size-Frequency, which forgets how often an answer was asked for when it goes. Which prompts are asked for often stays, or is drawn anew now and then.

            | drawn anew | cache, share of all answers' bytes | LRU saves, CPU s | GDSF saves, CPU s | ours saves, CPU s | ours / LRU | ours / GDSF | LRU hits | GDSF hits | our hits |
            |---|---|---|---|---|---|---|---|---|---|
            """);
        foreach (var turn in new int?[] { null, 20_000 })
        {
            foreach (var share in new[] { 0.01, 0.02, 0.05, 0.1, 0.2 })
            {
                var runs = Enumerable.Range(1, Seeds).Select(seed => Compare(seed, share, turn)).OrderBy(r => r.Ours.Seconds / r.Lru.Seconds).ToList();
                var (lru, gdsf, ours) = runs[Seeds / 2];
                var toGdsf = runs.Select(r => r.Ours.Seconds / r.Gdsf.Seconds).Order().ToList();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {(turn is { } requests ? $"every {requests:N0} requests" : "never")} | {share:P0} | {lru.Seconds:N0} | {gdsf.Seconds:N0} | {ours.Seconds:N0} | {ours.Seconds / lru.Seconds:F3} ({runs[0].Ours.Seconds / runs[0].Lru.Seconds:F3}) | {toGdsf[Seeds / 2]:F3} ({toGdsf[0]:F3}) | {(double)lru.Hits / Requests:P1} | {(double)gdsf.Hits / Requests:P1} | {(double)ours.Hits / Requests:P1} |"));
            }
        }
    }

    private static (Saved Lru, Saved Gdsf, Saved Ours) Compare(int seed, double share, int? turn)
    {
        var random = new Random(seed);
        var answers = Enumerable.Range(0, Prompts).Select(i => Answer.Make(random, i)).ToArray();
        var trace = Trace(random, answers, turn);
        var maxBytes = (long)(answers.Sum(a => a.KeptBytes) * share);
        var lru = new RecentlyUsed(maxBytes);
        var gdsf = new GreedyDual(maxBytes);
        var cache = Cache(maxBytes);
        return (
            Replay(trace, lru.Find, lru.Keep),
            Replay(trace, gdsf.Find, gdsf.Keep),
            Replay(trace, a => cache.Find<Answer>(a.Key) is not null, a => cache.Keep(a.Key, a, a.Bytes, a.Worth)));
    }

    private static Saved Replay(Answer[] trace, Predicate<Answer> find, Action<Answer> keep)
    {
        var (seconds, hits) = (0.0, 0);
        foreach (var answer in trace)
        {
            if (find(answer))
            {
                seconds += answer.Worth.TotalSeconds;
                hits++;
            }
            else
            {
                keep(answer);
            }
        }

        return new Saved(seconds, hits);
    }

    /// <summary>Requests that fall on the n-th prompt in proportion to 1 / n^skew.</summary>
    /// <param name="turn">Requests after which the prompts change places; null for never.</param>
    private static Answer[] Trace(Random random, Answer[] answers, int? turn)
    {
        var weights = new double[answers.Length];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = sum += 1 / Math.Pow(i + 1, Skew);
        }

        Answer[] places = [.. answers];
        return
        [
            .. Enumerable.Range(0, Requests).Select(at =>
            {
                if (at > 0 && at % turn == 0)
                {
                    random.Shuffle(places);
                }

                var place = Array.BinarySearch(weights, random.NextDouble() * sum);
                return places[place < 0 ? ~place : place];
            })
        ];
    }

    private static void Memory()
    {
        const int Full = 20_000;
        var random = new Random(1);
        var empty = GC.GetTotalMemory(forceFullCollection: true);
        var cache = Cache(new ModelRouterOptions().CacheBytes);
        Console.WriteLine($"Memory: {Requests:N0} answers of 20 to 180 chunks, none asked for twice, kept in {new ModelRouterOptions().CacheBytes >> 20} MiB");
        Console.WriteLine();
        Console.WriteLine("| answers | kept | counted MiB | live heap MiB | heap / counted | growth since full |");
        Console.WriteLine("|---|---|---|---|---|---|");
        var full = 0L;
        for (var i = 1; i <= Requests; i++)
        {
            Keep(cache, random, i);
            if (i % Full == 0)
            {
                var heap = GC.GetTotalMemory(forceFullCollection: true) - empty;
                full = full == 0 ? heap : full;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {i:N0} | {cache.Count:N0} | {cache.Bytes / 1048576.0:F2} | {heap / 1048576.0:F2} | {(double)heap / cache.Bytes:F3} | {(double)(heap - full) / full:P2} |"));
            }
        }

        GC.KeepAlive(cache);
    }

    private static void Keep(AnswerCache cache, Random random, int number)
    {
        var tokens = random.Next(20, 181);
        var chunks = new ChatChunk[tokens];
        for (var i = 0; i < tokens; i++)
        {
            chunks[i] = new ChatChunk { Content = new string('x', random.Next(1, 9)) };
        }

        var work = TimeSpan.FromSeconds(tokens / s_models[number % 2].Writes);
        chunks[^1] = new ChatChunk { Finish = new Finish(new string("stop")) { CompletionTokens = tokens, Evaluation = work } };
        var key = KeyOf(number);
        if (cache.Find<byte[]>(key) is null)
        {
            cache.Keep(key, AnswerJson.Write<ChatChunk>(chunks)!, work);
        }
    }

    private static AnswerCache Cache(long maxBytes) => new(Options.Create(new ModelRouterOptions { CacheBytes = maxBytes }), TimeProvider.System);

    private static AnswerKey KeyOf(int number)
    {
        Span<byte> text = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(text, number);
        var hash = SHA256.HashData(text);
        return new AnswerKey(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash.AsSpan(16)));
    }

    private sealed record Saved(double Seconds, int Hits);

    private sealed record Answer(AnswerKey Key, long Bytes, TimeSpan Worth)
    {
        public long KeptBytes => Bytes + AnswerCache.EntryBytes;

        /// <summary>Prompts of 50 to 2,000 tokens, answers of 20 to 600, short ones more often.</summary>
        public static Answer Make(Random random, int number)
        {
            var (reads, writes) = s_models[random.Next(s_models.Length)];
            var prompt = 50 * Math.Pow(40, random.NextDouble());
            var tokens = (int)(20 * Math.Pow(30, random.NextDouble()));
            return new Answer(KeyOf(number), TextBlocks.Bytes(AnswerJson.Write<ChatChunk>([.. Enumerable.Repeat(new ChatChunk { Content = " word" }, tokens)])!.Length), TimeSpan.FromSeconds((prompt / reads) + (tokens / writes)));
        }
    }

    private sealed class RecentlyUsed(long maxBytes)
    {
        private readonly Dictionary<AnswerKey, LinkedListNode<Answer>> _places = [];
        private readonly LinkedList<Answer> _recent = [];
        private long _bytes;

        public bool Find(Answer answer)
        {
            if (!_places.TryGetValue(answer.Key, out var place))
            {
                return false;
            }

            _recent.Remove(place);
            _recent.AddFirst(place);
            return true;
        }

        public void Keep(Answer answer)
        {
            if (answer.KeptBytes > maxBytes)
            {
                return;
            }

            _bytes += answer.KeptBytes;
            for (; _bytes > maxBytes; _recent.RemoveLast())
            {
                var last = _recent.Last!.Value;
                _bytes -= last.KeptBytes;
                _places.Remove(last.Key);
            }

            _places.Add(answer.Key, _recent.AddFirst(answer));
        }
    }

    /// <summary>GreedyDual-Size-Frequency (Cherkasova 1998), with the seconds that an answer saves as its cost.</summary>
    private sealed class GreedyDual(long maxBytes)
    {
        private readonly Dictionary<AnswerKey, Rank> _ranks = [];
        private readonly SortedSet<Rank> _order = new(Comparer<Rank>.Create((a, b) => (a.Priority, a.Number).CompareTo((b.Priority, b.Number))));
        private long _bytes;
        private long _numbers;
        private double _age;

        public bool Find(Answer answer)
        {
            if (!_ranks.TryGetValue(answer.Key, out var rank))
            {
                return false;
            }

            _order.Remove(rank);
            Add(answer, rank.Uses + 1);
            return true;
        }

        public void Keep(Answer answer)
        {
            Add(answer, 1);
            for (_bytes += answer.KeptBytes; _bytes > maxBytes; _bytes -= _order.Min!.Answer.KeptBytes, _order.Remove(_order.Min))
            {
                _age = _order.Min!.Priority;
                _ranks.Remove(_order.Min.Answer.Key);
            }
        }

        private void Add(Answer answer, int uses)
        {
            var rank = new Rank(answer, uses, _age + (uses * answer.Worth.TotalSeconds / answer.KeptBytes), ++_numbers);
            _ranks[answer.Key] = rank;
            _order.Add(rank);
        }

        private sealed record Rank(Answer Answer, int Uses, double Priority, long Number);
    }
}
