using System.Data.Common;
using System.Text;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Usage;

/// <summary>Whose use of which model is counted.</summary>
/// <param name="Agent">Empty where the caller asked without one.</param>
internal readonly record struct UsageAccount(string Caller, string Agent, string Model);

/// <summary>
/// Who used how much of the models, by the hour. Calls are counted in memory; <see cref="UsageWriter"/> adds the counts to the store once a
/// second, so a call never waits for it and a crash loses no more than that second.
/// </summary>
internal sealed class UsageLedger(UsageStore store, IOptions<ModelRouterOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>A backend that does not list its models lets callers make names up; in an hour those beyond this many are counted as one.</summary>
    private const int MostAccounts = 10_000;

    private const string OtherModels = "(others)";
    private const int MostLetters = 200;

    private readonly HashSet<UsageAccount> _known = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _writing = new(1);
    private Dictionary<(long Hour, UsageAccount Account), UsageRecord> _pending = [];
    private long _hour;

    /// <summary>Whether the store was ever needed.</summary>
    public bool IsOpen => store.IsOpen;

    public void Answered(UsageAccount account, WorkDone done)
    {
        lock (_lock)
        {
            var record = Pending(account);
            record.Calls++;
            record.PromptTokens += done.PromptTokens;
            record.CompletionTokens += done.AnswerTokens;
            record.CpuSeconds += done.Seconds;
        }
    }

    public void Failed(UsageAccount account, TimeSpan wasted)
    {
        lock (_lock)
        {
            var record = Pending(account);
            record.FailedCalls++;
            record.WastedSeconds += wasted.TotalSeconds;
        }
    }

    public void Saved(UsageAccount account, TimeSpan saved)
    {
        lock (_lock)
        {
            var record = Pending(account);
            record.SavedCalls++;
            record.SavedSeconds += saved.TotalSeconds;
        }
    }

    /// <summary>Adds what was counted to the store.</summary>
    public async Task FlushAsync()
    {
        await _writing.WaitAsync();
        try
        {
            Dictionary<(long Hour, UsageAccount Account), UsageRecord> taken;
            lock (_lock)
            {
                (taken, _pending) = (_pending, []);
            }

            if (taken.Count == 0)
            {
                return;
            }

            var written = false;
            try
            {
                await store.AddAsync(taken.Values);
                written = true;
            }
            finally
            {
                if (!written)
                {
                    PutBack(taken);
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>What the store has of the hours since then.</summary>
    public Task<IReadOnlyList<UsageRecord>> ReadAsync(DateTimeOffset from, CancellationToken cancellationToken) =>
        store.ReadAsync(from.ToUnixTimeSeconds(), cancellationToken);

    /// <summary>Every account's use over some hours, what was counted until now included.</summary>
    /// <param name="caller">The only caller to look at, or null for all.</param>
    public async Task<IReadOnlyList<UsageRecord>> SumAsync(DateTimeOffset from, DateTimeOffset to, string? caller, CancellationToken cancellationToken)
    {
        await FlushAsync();
        return await store.SumAsync(from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds(), caller, cancellationToken);
    }

    public Task DropOldAsync(CancellationToken cancellationToken) =>
        store.DropAsync(BudgetWindow.Hour.StartAt(time.GetUtcNow() - options.Value.UsageRetention).ToUnixTimeSeconds(), cancellationToken);

    public void Dispose() => _writing.Dispose();

    /// <summary>Whether the store failed or is not there; it may be again.</summary>
    public static bool IsOfStore(Exception e) => e is DbException or IOException or TimeoutException;

    private UsageRecord Pending(UsageAccount account)
    {
        var hour = BudgetWindow.Hour.StartAt(time.GetUtcNow()).ToUnixTimeSeconds();
        if (hour != _hour)
        {
            _hour = hour;
            _known.Clear();
        }

        // No store takes every text that such a name can be.
        var named = account.Model.Length <= MostLetters && Ascii.IsValid(account.Model) && !account.Model.Any(char.IsControl);
        if (!named || (_known.Count >= MostAccounts && !_known.Contains(account)))
        {
            account = account with { Model = OtherModels };
        }

        _known.Add(account);
        return Pending(hour, account);
    }

    private UsageRecord Pending(long hour, UsageAccount account)
    {
        if (!_pending.TryGetValue((hour, account), out var record))
        {
            _pending[(hour, account)] = record = new UsageRecord { Hour = hour, Caller = account.Caller, Agent = account.Agent, Model = account.Model };
        }

        return record;
    }

    private void PutBack(Dictionary<(long Hour, UsageAccount Account), UsageRecord> taken)
    {
        lock (_lock)
        {
            foreach (var ((hour, account), record) in taken)
            {
                Pending(hour, account).Add(record);
            }
        }
    }
}
