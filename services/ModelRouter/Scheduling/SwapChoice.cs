namespace Sutazai.ModelRouter.Scheduling;

/// <summary>Chooses the model to load next, and those that make room for it.</summary>
internal sealed class SwapChoice(SchedulerOptions options, Estimates estimates, Residency residency, DueTree due)
{
    /// <param name="free">When the next slot is free.</param>
    /// <param name="urgent">Somebody whose model is not in memory would wait beyond the bound if anything else were done first.</param>
    public SwapModels? Choose(double now, double free, bool urgent)
    {
        if (!options.OwnsResidency || residency.Loading is not null)
        {
            return null;
        }

        // Whose bound is near goes first; else the model whose waiting work is worth most for the time of its load.
        var forced = due.First is { } first && !first.Lane!.Model.IsLoaded && (urgent || due.Slack(free, residency.Hot()) < first.Load + first.Service)
            ? first.Lane.Model
            : null;
        var wanted = forced ?? residency.Lanes.Where(l => l is { IsLoaded: false, IsBlocked: false, Waiting: > 0 }).MaxBy(l => residency.Pressure(l, now));
        if (wanted is null)
        {
            return null;
        }

        // A load is time that somebody's bound may not have.
        if (due.First!.Lane!.Model is var soonest && soonest != wanted && due.Slack(free + estimates.Load(wanted.Model), wanted.Model) < 0)
        {
            if (residency.IsHot(soonest))
            {
                return null;
            }

            wanted = forced = soonest;
        }

        return residency.MakeRoom(wanted, now, victim => forced is not null || residency.IsSpent(victim, wanted, now)) is { } victims
            ? new SwapModels(wanted.Model, victims)
            : null;
    }

    /// <summary>What an idle machine should load now.</summary>
    public SwapModels? Preload(double now, double idleSince) => Preloads(now, idleSince) is { } preload && preload.At <= now ? preload.Swap : null;

    /// <summary>When it should, if nothing happens before.</summary>
    public double? PreloadsAt(double now, double idleSince) => Preloads(now, idleSince)?.At;

    private (SwapModels Swap, double At)? Preloads(double now, double idleSince) =>
        options is { Preloads: true, OwnsResidency: true } && residency.Loading is null ? residency.Preload(now, idleSince) : null;
}
