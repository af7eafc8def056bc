namespace Sutazai.ModelRouter.Usage;

/// <summary>Work of a model, done or expected.</summary>
/// <param name="Tokens">Of prompt and answer.</param>
internal readonly record struct Work(double Tokens, double CpuSeconds)
{
    public static Work operator +(Work a, Work b) => new(a.Tokens + b.Tokens, a.CpuSeconds + b.CpuSeconds);

    public static Work operator -(Work a, Work b) => new(a.Tokens - b.Tokens, a.CpuSeconds - b.CpuSeconds);

    public bool IsWithin(Work limit) => Tokens <= limit.Tokens && CpuSeconds <= limit.CpuSeconds;

    /// <summary>Whether there is room for more in everything that is limited.</summary>
    public bool IsBelow(Work limit) => Tokens < limit.Tokens && CpuSeconds < limit.CpuSeconds;
}
