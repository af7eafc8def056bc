namespace Sutazai.ModelRouter.Usage;

/// <summary>Keeps the ledger's store up to date, and at the start tells the budgets what it holds.</summary>
internal sealed partial class UsageWriter(UsageLedger ledger, Budgets budgets, TimeProvider time, ILogger<UsageWriter> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private bool _restored;
    private DateTimeOffset _swept;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(s_every, time);
        var failing = false;
        do
        {
            try
            {
                await WriteAsync(stoppingToken);
                failing = false;
            }
            catch (Exception e) when (UsageLedger.IsOfStore(e))
            {
                // What was counted stays in memory, and is written as soon as the store is there again.
                if (!failing)
                {
                    Log.NotWritten(logger, e.Message);
                }

                failing = true;
            }

            budgets.Open();
        }
        while (await tick.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>The listeners have closed by now, so that calls which their end cut off are counted too.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await ledger.FlushAsync();
        }
        catch (Exception e) when (UsageLedger.IsOfStore(e))
        {
            Log.Lost(logger, e.Message);
        }
    }

    private async Task WriteAsync(CancellationToken stopping)
    {
        if (!_restored && budgets.Since is { } since)
        {
            budgets.Restore(await ledger.ReadAsync(since, stopping));
        }

        _restored = true;
        await ledger.FlushAsync();
        var hour = BudgetWindow.Hour.StartAt(time.GetUtcNow());
        if (ledger.IsOpen && hour != _swept)
        {
            await ledger.DropOldAsync(stopping);
            _swept = hour;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The usage ledger cannot be written, and budgets count from zero if it was not read yet; it is tried again every second: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "What was used last is not in the usage ledger: {Reason}")]
        public static partial void Lost(ILogger logger, string reason);
    }
}
