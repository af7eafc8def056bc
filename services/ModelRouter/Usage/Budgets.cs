using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Usage;

/// <summary>What callers may use of the models in a window of time: reserved before a call, settled after it.</summary>
internal sealed class Budgets(IOptions<ModelRouterOptions> options, TimeProvider time)
{
    private readonly Dictionary<(string Name, string Caller), BudgetAccount> _accounts = [];
    private readonly TaskCompletionSource _restored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();

    private Dictionary<string, BudgetOptions> Configured => options.Value.Budgets;

    /// <summary>The beginning of the longest window under way; null where nothing is limited.</summary>
    public DateTimeOffset? Since => Configured.Count == 0 ? null : Configured.Values.Min(b => b.Window.StartAt(time.GetUtcNow()));

    /// <returns>Null where nothing limits the caller.</returns>
    /// <exception cref="ModelException">A budget is spent.</exception>
    public async ValueTask<BudgetClaim?> ReserveAsync(CallTerms terms, Work estimate, CancellationToken cancellationToken)
    {
        if (Configured.Count == 0)
        {
            return null;
        }

        // What was used before the last start counts.
        await _restored.Task.WaitAsync(cancellationToken);
        lock (_lock)
        {
            var accounts = Turned(terms.Caller, terms.Agent);
            if (accounts is [])
            {
                return null;
            }

            if (accounts.Find(a => !a.Admits(estimate)) is { } spent)
            {
                throw spent.Refusal(time.GetUtcNow());
            }

            accounts.ForEach(a => a.Reserve(estimate));
            return new BudgetClaim(this, accounts, estimate);
        }
    }

    /// <summary>Counts what is in the ledger of the windows under way.</summary>
    public void Restore(IEnumerable<UsageRecord> records)
    {
        lock (_lock)
        {
            foreach (var record in records)
            {
                var work = new Work(record.PromptTokens + record.CompletionTokens, record.CpuSeconds + record.WastedSeconds);
                Turned(record.Caller, record.Agent is "" ? null : record.Agent).ForEach(a => a.Restore(DateTimeOffset.FromUnixTimeSeconds(record.Hour), work));
            }
        }
    }

    /// <summary>Lets calls in, those too that came before the ledger had been read.</summary>
    public void Open() => _restored.TrySetResult();

    public void Begin(BudgetClaim claim)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            claim.Accounts.ForEach(a => a.Turn(now));
            if (claim.Accounts.Find(a => !a.AdmitsWork(claim.Estimate)) is { } spent)
            {
                throw spent.Refusal(now);
            }

            claim.Accounts.ForEach(a => a.Begin(claim.Estimate));
            claim.Began = true;
        }
    }

    public void End(BudgetClaim claim, Work done)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var account in claim.Accounts)
            {
                account.Turn(now);
                account.End(claim.Estimate, claim.Began, done);
            }
        }
    }

    // Those for all the caller uses, and those for what the agent does; of either, those that name the caller or else the common ones.
    private List<BudgetAccount> Turned(string caller, string? agent)
    {
        List<BudgetAccount> accounts = [];
        string?[] agents = agent is null ? [null] : [null, agent];
        foreach (var of in agents)
        {
            var named = Configured.Values.Any(b => b.Agent == of && b.Caller == caller);
            accounts.AddRange(Configured.Where(b => b.Value.Agent == of && b.Value.Caller == (named ? caller : null)).Select(b => Account(b.Key, caller, b.Value)));
        }

        var now = time.GetUtcNow();
        accounts.ForEach(a => a.Turn(now));
        return accounts;
    }

    private BudgetAccount Account(string name, string caller, BudgetOptions budget)
    {
        if (!_accounts.TryGetValue((name, caller), out var account))
        {
            _accounts[(name, caller)] = account = new BudgetAccount(name, caller, budget);
        }

        return account;
    }
}

/// <summary>What one call has reserved of each budget that holds for it.</summary>
internal sealed class BudgetClaim(Budgets budgets, List<BudgetAccount> accounts, Work estimate)
{
    public List<BudgetAccount> Accounts => accounts;

    public Work Estimate => estimate;

    public bool Began { get; set; }

    /// <exception cref="ModelException">The calls before it have spent the budget.</exception>
    public void Begin() => budgets.Begin(this);

    /// <summary>Gives back what was reserved and counts what was done.</summary>
    public void End(Work done) => budgets.End(this, done);
}
