namespace Sutazai.Bench.Policies;

/// <summary>A model of the simulated machine: tokens a second and seconds (router study, section 3.7).</summary>
internal sealed record SimModel(string Name, double Prefill, double Generation, double LoadFromDisk, double LoadFromCache, long Bytes)
{
    public static SimModel Small(string name) => new(name, 194, 39, 6, 1.5, 1_300_000_000);

    public static SimModel Middle(string name) => new(name, 75, 14, 12, 2.5, 2_000_000_000);

    public static SimModel Large(string name) => new(name, 30, 6, 25, 4, 4_900_000_000);

    /// <summary>Two of each size.</summary>
    public static IReadOnlyList<SimModel> Six { get; } = [Small("a-1b"), Small("b-1b"), Middle("c-3b"), Middle("d-3b"), Large("e-8b"), Large("f-8b")];
}

/// <summary>One request of a simulated day. Times in seconds.</summary>
internal sealed class Job
{
    public required int Number { get; init; }

    public required SimModel Model { get; init; }

    public required string Agent { get; init; }

    public required double Arrival { get; init; }

    public required int Prompt { get; init; }

    /// <summary>Tokens that all prompts of its agent begin with, a part of <see cref="Prompt"/>.</summary>
    public int Instructions { get; init; }

    public required int Output { get; init; }

    public bool Batch { get; init; }

    /// <summary>The context that its client asks for, where it asks for one.</summary>
    public int? Context { get; init; }

    /// <summary>Seconds after its arrival at which its client leaves; infinite where it waits for ever.</summary>
    public double Patience { get; init; } = double.PositiveInfinity;

    /// <summary>Jobs with the same are the same request.</summary>
    public int Content { get; init; }

    public double? Started { get; set; }

    public double? Finished { get; set; }

    public bool Refused { get; set; }

    /// <summary>When it was refused: on its arrival, or later while it waited.</summary>
    public double? RefusedAt { get; set; }

    /// <summary>Seconds of waiting that it was told to expect on its arrival.</summary>
    public double? Predicted { get; set; }

    public bool Left { get; set; }

    /// <summary>Seconds of the machine alone that are left to do.</summary>
    public double Remaining { get; set; }

    public double Service => (Prompt / Model.Prefill) + (Output / Model.Generation);

    public double Deadline => Arrival + Patience;

    public bool InTime => Finished is { } end && end <= Deadline;

    public double Latency => (Finished ?? double.PositiveInfinity) - Arrival;
}

/// <summary>A clock that stands where the simulation puts it.</summary>
internal sealed class VirtualTime : TimeProvider
{
    public double Seconds { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (long)(Seconds * TimeSpan.TicksPerSecond);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(Seconds);
}
