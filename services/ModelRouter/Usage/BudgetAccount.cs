using System.Globalization;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Usage;

/// <summary>
/// One caller's account of one budget: what was used in the window, and what the calls under way have reserved. It belongs under the lock of
/// <see cref="Budgets"/>.
/// </summary>
/// <remarks>
/// A call is let in if anything is left, and its estimate fits beside those of all that are under way. Estimates can be too low,
/// so it is asked again when the model would begin with it, and then counted beside what was measured of those before it. So a caller whose calls
/// are worked on one after the other is over its limit by a part of one call at most, whatever the estimates were. Where a backend works on several
/// at a time, each of those may be longer than estimated.
/// </remarks>
internal sealed class BudgetAccount(string name, string caller, BudgetOptions budget)
{
    private readonly Work _limit = budget.Limit;
    private DateTimeOffset _start;
    private Work _used;
    private Work _waiting;
    private Work _working;
    private int _waitingCalls;
    private int _workingCalls;

    /// <summary>What was measured of calls that ended in this window.</summary>
    public Work Used => _used;

    /// <summary>Begins a new window where the last is over. What is under way is counted in the one that it ends in.</summary>
    public void Turn(DateTimeOffset now)
    {
        if (budget.Window.StartAt(now) is var start && start != _start)
        {
            (_start, _used) = (start, default);
        }
    }

    public bool Admits(Work estimate) =>
        _used.IsBelow(_limit) && (_waitingCalls + _workingCalls == 0 || (_used + _waiting + _working + estimate).IsWithin(_limit));

    public void Reserve(Work estimate)
    {
        _waiting += estimate;
        _waitingCalls++;
    }

    /// <summary>Whether the model may begin with a call that was let in.</summary>
    public bool AdmitsWork(Work estimate) => _used.IsBelow(_limit) && (_workingCalls == 0 || (_used + _working + estimate).IsWithin(_limit));

    public void Begin(Work estimate)
    {
        Free(ref _waiting, ref _waitingCalls, estimate);
        _working += estimate;
        _workingCalls++;
    }

    /// <param name="done">What was measured; nothing where no work began.</param>
    public void End(Work estimate, bool began, Work done)
    {
        if (began)
        {
            Free(ref _working, ref _workingCalls, estimate);
        }
        else
        {
            Free(ref _waiting, ref _waitingCalls, estimate);
        }

        _used += done;
    }

    /// <summary>Counts work of before the last start.</summary>
    public void Restore(DateTimeOffset hour, Work done)
    {
        if (hour >= _start)
        {
            _used += done;
        }
    }

    public ModelException Refusal(DateTimeOffset now)
    {
        var reserved = _waiting + _working;
        var end = _start + budget.Window.Length();
        var whose = budget.Agent is null ? caller : $"{budget.Agent} for {caller}";
        var numbers = string.Join(" and ", Numbers(budget.CpuSeconds, _used.CpuSeconds, reserved.CpuSeconds, "CPU-seconds").Concat(Numbers(budget.Tokens, _used.Tokens, reserved.Tokens, "tokens")));
        return ModelException.BudgetSpent(
            string.Create(CultureInfo.InvariantCulture, $"the budget '{name}' of {whose} is spent for this {(budget.Window == BudgetWindow.Hour ? "hour" : "day")}: {numbers}; the next begins at {end:yyyy-MM-dd HH:mm} UTC"),
            end - now);
    }

    private static IEnumerable<string> Numbers(double? limit, double used, double reserved, string unit)
    {
        if (limit is { } most)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{used:0.##} of {most:0.##} {unit} used, {reserved:0.##} more reserved by calls under way");
        }
    }

    // An empty sum is exactly zero.
    private static void Free(ref Work sum, ref int calls, Work estimate) => sum = --calls == 0 ? default : sum - estimate;
}
