namespace Sutazai.ModelRouter.Scheduling;

/// <summary>What was learned of each model's speed and of how long each tenant's answers are: moving averages of what was measured.</summary>
internal sealed class Estimates(Func<string, long> bytes)
{
    private const double Weight = 0.2;
    private const int MostTenants = 10_000;

    /// <summary>Answers, and tokens of one, from which a speed can be told.</summary>
    private const int Telling = 8;

    /// <summary>Part of its usual speed below which a model counts as stalling.</summary>
    private const double Stalling = 1.0 / 8;

    private readonly Dictionary<string, Speed> _speeds = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Tenant, string Model), double> _answers = [];

    /// <summary>Whether what is said of a model's speed was measured.</summary>
    public bool HasMeasured(string model) => Of(model).Answers > 0;

    public double Load(string model) => Of(model).LoadSeconds;

    public double Service(string model, double promptTokens, double answerTokens)
    {
        var speed = Of(model);
        return (promptTokens / speed.PromptRate) + (answerTokens / speed.AnswerRate);
    }

    /// <summary>Whether a model that answered often enough to be known was so slow this time that it hardly answers at all.</summary>
    public bool IsStalling(string model, WorkDone done) =>
        done is { AnswerTokens: >= Telling, AnswerSeconds: > 0 } && Of(model) is { Answers: >= Telling } speed && done.AnswerTokens / done.AnswerSeconds < speed.AnswerRate * Stalling;

    /// <summary>Sets what a ticket will probably take where its model's lane is.</summary>
    public void Estimate(Ticket ticket, ModelLane lane)
    {
        var demand = ticket.Demand;
        var answer = Answer(demand);
        var known = demand.Prefix is { } prefix && lane.Prefixes.Contains(prefix) ? demand.PrefixTokens : 0;
        ticket.Load = Load(lane.Model);
        ticket.Service = Service(lane.Model, demand.PromptTokens - known, answer);
        ticket.Tokens = demand.PromptTokens + (2 * answer);
    }

    /// <summary>Tokens that the tenant's next answer will probably have.</summary>
    public double Answer(Demand demand)
    {
        var learned = _answers.TryGetValue((demand.Tenant, demand.Model), out var own) ? own : Of(demand.Model).AnswerTokens;
        return demand.MaxTokens is { } most ? Math.Min(most, learned) : learned;
    }

    public void LearnLoad(string model, double seconds)
    {
        var speed = Of(model);
        speed.LoadSeconds = speed.LoadKnown ? Moved(speed.LoadSeconds, seconds) : seconds;
        speed.LoadKnown = true;
    }

    public void LearnWork(Demand demand, WorkDone done)
    {
        var speed = Of(demand.Model);
        if (done is { PromptTokens: > 0, PromptSeconds: > 0 })
        {
            speed.PromptRate = Moved(speed.PromptRate, done.PromptTokens / done.PromptSeconds);
        }

        if (done is { AnswerTokens: > 0, AnswerSeconds: > 0 })
        {
            speed.Answers++;
            speed.AnswerRate = Moved(speed.AnswerRate, done.AnswerTokens / done.AnswerSeconds);
        }

        if (done.AnswerTokens > 0)
        {
            if (_answers.Count >= MostTenants)
            {
                _answers.Clear();
            }

            // A tenant is taken to be like the others until its own answers say otherwise: one of them says little.
            var key = (demand.Tenant, demand.Model);
            _answers[key] = Moved(_answers.TryGetValue(key, out var known) ? known : speed.AnswerTokens, done.AnswerTokens);
            speed.AnswerTokens = Moved(speed.AnswerTokens, done.AnswerTokens);
        }
    }

    private static double Moved(double average, double seen) => average + (Weight * (seen - average));

    private Speed Of(string model)
    {
        if (!_speeds.TryGetValue(model, out var speed))
        {
            _speeds[model] = speed = new Speed(bytes(model) is > 0 and var size ? size / 1e9 : 2);
        }

        return speed;
    }

    /// <summary>Before anything is measured: what models of a size, in gigabytes, do on four cores or so.</summary>
    private sealed class Speed(double gigabytes)
    {
        public double PromptRate { get; set; } = 150 / gigabytes;

        public double AnswerRate { get; set; } = 28 / gigabytes;

        public double LoadSeconds { get; set; } = 6 * gigabytes;

        public bool LoadKnown { get; set; }

        /// <summary>Answers measured.</summary>
        public int Answers { get; set; }

        public double AnswerTokens { get; set; } = 128;
    }
}

/// <summary>What a call cost, as the backend measured it. Zero where it did not say.</summary>
internal readonly record struct WorkDone(int PromptTokens, int AnswerTokens, double PromptSeconds, double AnswerSeconds)
{
    public double Seconds => Math.Max(0, PromptSeconds + AnswerSeconds);
}
