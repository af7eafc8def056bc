namespace Sutazai.Bench.Policies;

/// <summary>The requests of the scenarios. Every one is a function of its seed.</summary>
internal static class Workloads
{
    private const double Hour = 3600;

    /// <summary>150 agents, five of them ten times louder, on six models; 60 % wait two minutes, the rest half an hour; some requests come twice.</summary>
    /// <param name="load">Work that arrives in a second, in seconds of the machine without any loads.</param>
    public static List<Job> Day(int seed, double load, double hours = 4, double duplicates = 0.12)
    {
        var random = new Random(seed);
        var agents = Enumerable.Range(0, 150).Select(n => (Name: $"agent-{n}", Model: SimModel.Six[random.Next(6)], Weight: n < 5 ? 10.0 : 1.0)).ToList();
        var weight = agents.Sum(a => a.Weight);
        var mean = agents.Sum(a => a.Weight / weight * ((Mean(400, 0.7) / a.Model.Prefill) + (Mean(110, 0.7) / a.Model.Generation)));
        List<Job> jobs = [];
        for (var at = Gap(random, mean / load); at < hours * Hour; at += Gap(random, mean / load))
        {
            var again = jobs.Count > 0 && random.NextDouble() < duplicates ? jobs[Math.Max(0, jobs.Count - 1 - random.Next(5))] : null;
            var pick = random.NextDouble() * weight;
            var agent = agents.First(a => (pick -= a.Weight) <= 0);
            var batch = again?.Batch ?? random.NextDouble() >= 0.6;
            jobs.Add(Make(jobs.Count, again?.Model ?? agent.Model, again?.Agent ?? agent.Name, at, again?.Prompt ?? Size(random, 400, 0.7, 4000), again?.Output ?? Size(random, 110, 0.7, 800), batch, batch ? 1800 : 120, again?.Content));
        }

        return jobs;
    }

    /// <summary>All at once, over all models, and nobody leaves.</summary>
    public static List<Job> Burst(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(n => Make(n, SimModel.Six[random.Next(6)], $"agent-{random.Next(60)}", 0, Size(random, 400, 0.7, 4000), Size(random, 110, 0.7, 800), batch: true))];
    }

    /// <summary>One agent sends many at once; light agents ask for the same model now and then.</summary>
    public static List<Job> Flood(int seed, int count)
    {
        var random = new Random(seed);
        var model = SimModel.Small("a-1b");
        List<Job> jobs = [.. Enumerable.Range(0, count).Select(n => Make(n, model, "hog", 0, Size(random, 400, 0.5, 4000), Size(random, 110, 0.5, 800)))];
        for (var at = 5.0; at < 1500; at += Gap(random, 15))
        {
            jobs.Add(Make(jobs.Count, model, $"light-{random.Next(30)}", at, Size(random, 400, 0.5, 4000), Size(random, 110, 0.5, 800)));
        }

        return jobs;
    }

    /// <summary>Ten agents whose requests are ten times as long take most of the machine; light agents ask as before.</summary>
    public static List<Job> LongRequests(int seed)
    {
        var random = new Random(seed);
        var model = SimModel.Small("a-1b");
        List<Job> jobs = [];
        for (var at = 0.0; at < 2 * Hour; at += Gap(random, 40))
        {
            jobs.Add(Make(jobs.Count, model, $"hog-{random.Next(10)}", at, Size(random, 4000, 0.3, 8000), Size(random, 1100, 0.3, 3000)));
        }

        for (var at = 5.0; at < 2 * Hour; at += Gap(random, 20))
        {
            jobs.Add(Make(jobs.Count, model, $"light-{random.Next(30)}", at, Size(random, 400, 0.3, 4000), Size(random, 110, 0.3, 800)));
        }

        return jobs;
    }

    /// <summary>One model with a little more work than the machine can do, for an hour, and one that is asked for every five minutes.</summary>
    public static List<Job> Rare(int seed)
    {
        var random = new Random(seed);
        var (busy, rare) = (SimModel.Middle("c-3b"), SimModel.Middle("d-3b"));
        var mean = (Mean(400, 0.5) / busy.Prefill) + (Mean(110, 0.5) / busy.Generation);
        List<Job> jobs = [];
        for (var at = 0.0; at < Hour; at += Gap(random, mean / 1.05))
        {
            jobs.Add(Make(jobs.Count, busy, $"agent-{random.Next(30)}", at, Size(random, 400, 0.5, 4000), Size(random, 110, 0.5, 800)));
        }

        for (var at = 30.0; at < Hour; at += 300)
        {
            jobs.Add(Make(jobs.Count, rare, "rare", at, 400, 110));
        }

        return jobs;
    }

    /// <summary>All at once for one model, each of the forty agents with one of four contexts.</summary>
    /// <param name="instructed">
    /// Whether each agent's prompts begin with its own instructions, 600 to 2,400 tokens as before the several servers, but at most half its context.
    /// </param>
    public static List<Job> Contexts(int seed, int count, bool instructed)
    {
        var random = new Random(seed);
        var model = SimModel.Middle("c-3b");
        int[] contexts = [2048, 4096, 8192, 16384];
        // Of a sequence of their own, so that the questions are the same with instructions and without.
        var sizes = new Random(seed);
        int[] instructions = [.. Enumerable.Range(0, 40).Select(agent => instructed ? Math.Min(sizes.Next(600, 2400), contexts[agent % contexts.Length] / 2) : 0)];
        List<Job> jobs = [];
        while (jobs.Count < count)
        {
            var agent = random.Next(40);
            jobs.Add(Make(
                jobs.Count, model, $"agent-{agent}", 0, Size(random, 400, 0.7, 4000), Size(random, 110, 0.7, 800), batch: true, context: contexts[agent % contexts.Length],
                instructions: instructions[agent]));
        }

        return jobs;
    }

    private static Job Make(
        int number, SimModel model, string agent, double at, int prompt, int output, bool batch = false, double patience = double.PositiveInfinity, int? content = null, int? context = null,
        int instructions = 0) => new()
        {
            Number = number,
            Model = model,
            Agent = agent,
            Arrival = at,
            Prompt = instructions + prompt,
            Instructions = instructions,
            Output = output,
            Batch = batch,
            Patience = patience,
            Content = content ?? number,
            Context = context,
        };

    private static double Gap(Random random, double mean) => -Math.Log(1 - random.NextDouble()) * mean;

    private static double Mean(double median, double sigma) => median * Math.Exp(sigma * sigma / 2);

    private static int Size(Random random, double median, double sigma, int most)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return (int)Math.Clamp(median * Math.Exp(sigma * normal), 8, most);
    }
}
