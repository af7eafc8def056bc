namespace Sutazai.ModelRouter.Usage;

/// <summary>What one agent used of one model for one caller within one hour.</summary>
internal sealed class UsageRecord
{
    /// <summary>When the hour began, in seconds since 1970.</summary>
    public required long Hour { get; init; }

    public required string Caller { get; init; }

    /// <summary>Empty where the caller asked without one.</summary>
    public required string Agent { get; init; }

    public required string Model { get; init; }

    /// <summary>Calls that the model answered.</summary>
    public long Calls { get; set; }

    public long PromptTokens { get; set; }

    public long CompletionTokens { get; set; }

    /// <summary>What the backend measured of reading prompts and answering.</summary>
    public double CpuSeconds { get; set; }

    /// <summary>Calls that ended without an answer: refused, failed or abandoned.</summary>
    public long FailedCalls { get; set; }

    /// <summary>From the beginning of work on those to their end.</summary>
    public double WastedSeconds { get; set; }

    /// <summary>Calls that got an answer made for another.</summary>
    public long SavedCalls { get; set; }

    public double SavedSeconds { get; set; }

    public void Add(UsageRecord other)
    {
        Calls += other.Calls;
        PromptTokens += other.PromptTokens;
        CompletionTokens += other.CompletionTokens;
        CpuSeconds += other.CpuSeconds;
        FailedCalls += other.FailedCalls;
        WastedSeconds += other.WastedSeconds;
        SavedCalls += other.SavedCalls;
        SavedSeconds += other.SavedSeconds;
    }
}
