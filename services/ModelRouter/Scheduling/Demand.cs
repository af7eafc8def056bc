namespace Sutazai.ModelRouter.Scheduling;

/// <summary>What a caller wants of a model, as far as the order of work depends on it.</summary>
/// <param name="Model">The backend's name of the model.</param>
/// <param name="Tenant">Whose share the work is counted against: agent and key.</param>
/// <param name="PromptTokens">Estimate of the prompt's length.</param>
internal sealed record Demand(string Model, string Tenant, int PromptTokens)
{
    /// <summary>Nobody sits before a screen and waits for it.</summary>
    public bool Batch { get; init; }

    /// <summary>The most tokens that the answer may have, where the caller says so.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>When an answer is of no more use.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>What the prompt begins with, as a hash; a machine that has evaluated it lately need not do so again.</summary>
    public ulong? Prefix { get; init; }

    /// <summary>Estimate of the prefix's length, a part of <see cref="PromptTokens"/>.</summary>
    public int PrefixTokens { get; init; }
}

internal enum TicketState
{
    Waiting,
    Working,
    Ended,
}

/// <summary>A demand on its way through the scheduler. Times are seconds since the scheduler was made.</summary>
internal sealed class Ticket
{
    internal Ticket(Demand demand, long number, double arrived)
    {
        Demand = demand;
        Number = number;
        Arrived = arrived;
    }

    public Demand Demand { get; internal set; }

    /// <summary>The machine whose queue it is in or that works on it.</summary>
    public ModelScheduler Home { get; internal set; } = null!;

    public TicketState State { get; internal set; }

    public double Arrived { get; }

    /// <summary>When work on it began.</summary>
    public double Started { get; internal set; }

    /// <summary>Whether its model had to be loaded between its arrival and its start.</summary>
    public bool Swapped { get; internal set; }

    /// <summary>For whoever drives the scheduler to find what waits for this ticket.</summary>
    public object? Tag { get; set; }

    internal long Number { get; }

    /// <summary>Estimated seconds of the work itself.</summary>
    internal double Service { get; set; }

    /// <summary>Estimated seconds to load the model.</summary>
    internal double Load { get; set; }

    /// <summary>Seconds of waiting foreseen on its arrival, before what was learned of such forecasts.</summary>
    internal double Foreseen { get; set; }

    /// <summary>Latest start that keeps the promise on waiting.</summary>
    internal double Due { get; set; } = double.PositiveInfinity;

    /// <summary>Latest start with a chance to end before the caller's deadline; infinite without one.</summary>
    internal double Hopeless { get; set; } = double.PositiveInfinity;

    /// <summary>Tokens that the tenant will probably be charged.</summary>
    internal double Tokens { get; set; }

    /// <summary>Tokens charged to the tenant so far.</summary>
    internal double Charged { get; set; }

    internal TenantLane? Lane { get; set; }

    internal LinkedListNode<Ticket>? Place { get; set; }
}

/// <summary>What the driver is to do now.</summary>
internal abstract record SchedulerAction;

/// <summary>Hand the ticket's call to the backend; report <see cref="ModelScheduler.Finished"/> when it ends.</summary>
internal sealed record StartWork(Ticket Ticket) : SchedulerAction;

/// <summary>Unload the victims, then load the model; report <see cref="ModelScheduler.Loaded"/> or <see cref="ModelScheduler.LoadFailed"/>.</summary>
internal sealed record SwapModels(string Model, IReadOnlyList<string> Victims) : SchedulerAction;

/// <summary>Nobody wants the model in memory any more. Done before whatever is loaded later.</summary>
internal sealed record UnloadModel(string Model) : SchedulerAction;

/// <summary>The ticket's deadline can no longer be met: tell its caller at once.</summary>
internal sealed record GiveUp(Ticket Ticket) : SchedulerAction;

/// <summary>Why a demand was not admitted.</summary>
/// <param name="Reason"><c>full</c>, <c>bound</c> or <c>deadline</c>.</param>
/// <param name="Wait">The wait that is to be expected.</param>
internal sealed record Refusal(string Reason, TimeSpan Wait);
