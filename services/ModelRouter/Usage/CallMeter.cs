using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Usage;

/// <summary>Measures calls for the ledger and the budgets.</summary>
internal sealed class UsageMeter(UsageLedger ledger, Budgets budgets, TimeProvider time)
{
    public CallMeter Meter(string model, CallTerms terms) => new(model, terms, ledger, budgets, time);

    /// <summary>Counts a call that got an answer made for another.</summary>
    public void Saved(string model, CallTerms terms, TimeSpan work) => ledger.Saved(Account(model, terms), work);

    internal static UsageAccount Account(string model, CallTerms terms) => new(terms.Caller, terms.Agent ?? "", model);
}

/// <summary>Measures one call from its reservation to its end.</summary>
internal sealed class CallMeter(string model, CallTerms terms, UsageLedger ledger, Budgets budgets, TimeProvider time)
{
    private BudgetClaim? _claim;
    private long? _began;

    /// <exception cref="ModelException">A budget is spent.</exception>
    public async ValueTask ReserveAsync(Work estimate, CancellationToken cancellationToken) =>
        _claim = await budgets.ReserveAsync(terms, estimate, cancellationToken);

    /// <summary>The backend is about to be asked.</summary>
    /// <exception cref="ModelException">A budget was spent while the call waited.</exception>
    public void Begin()
    {
        _claim?.Begin();
        _began = time.GetTimestamp();
    }

    public void Answered(WorkDone done)
    {
        ledger.Answered(UsageMeter.Account(model, terms), done);
        _claim?.End(new Work(done.PromptTokens + done.AnswerTokens, done.Seconds));
    }

    /// <returns>For how long the backend worked on it in vain. It counts as used: what a backend was kept busy with, others could not have.</returns>
    public TimeSpan Failed()
    {
        var wasted = _began is { } began ? time.GetElapsedTime(began) : TimeSpan.Zero;
        ledger.Failed(UsageMeter.Account(model, terms), wasted);
        _claim?.End(new Work(0, wasted.TotalSeconds));
        return wasted;
    }
}
