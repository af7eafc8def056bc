namespace Sutazai.ModelRouter.Usage;

/// <summary>Configuration section <c>ModelRouter:Budgets:{name}</c>.</summary>
internal sealed class BudgetOptions
{
    /// <summary>The caller's subject; without one the budget is for each caller that no budget names.</summary>
    public string? Caller { get; set; }

    /// <summary>Counts only what this agent uses for the caller; without one, all that the caller uses.</summary>
    public string? Agent { get; set; }

    public BudgetWindow Window { get; set; } = BudgetWindow.Day;

    public double? CpuSeconds { get; set; }

    /// <summary>Of prompts and answers.</summary>
    public long? Tokens { get; set; }

    public Work Limit => new(Tokens ?? double.PositiveInfinity, CpuSeconds ?? double.PositiveInfinity);

    /// <returns>What is wrong, or null.</returns>
    public string? Check(string name) => this switch
    {
        { CpuSeconds: null, Tokens: null } => $"ModelRouter:Budgets:{name} limits nothing; give it CpuSeconds, Tokens or both.",
        { CpuSeconds: not (null or > 0) } or { Tokens: not (null or > 0) } => $"ModelRouter:Budgets:{name}: CpuSeconds and Tokens are above 0 where they are given.",
        { Caller: "" } or { Agent: "" } => $"ModelRouter:Budgets:{name}: Caller and Agent are names where they are given.",
        _ when !Enum.IsDefined(Window) => $"ModelRouter:Budgets:{name}:Window is Hour or Day.",
        _ => null,
    };
}

/// <summary>A length of time that begins with the full hour or day of UTC.</summary>
internal enum BudgetWindow
{
    Hour,
    Day,
}

internal static class BudgetWindows
{
    public static DateTimeOffset StartAt(this BudgetWindow window, DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return new DateTimeOffset(utc.Year, utc.Month, utc.Day, window == BudgetWindow.Hour ? utc.Hour : 0, 0, 0, TimeSpan.Zero);
    }

    public static TimeSpan Length(this BudgetWindow window) => window == BudgetWindow.Hour ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
}
