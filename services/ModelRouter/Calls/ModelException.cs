namespace Sutazai.ModelRouter.Calls;

/// <summary>Whose fault a failed call is; decides what the breaker learns from it.</summary>
internal enum Fault
{
    /// <summary>The backend answered, and rightly refused.</summary>
    Caller,

    Backend,

    /// <summary>The backend is busy, or the router refused before asking it.</summary>
    Nobody,
}

/// <summary>A call that ends without its answer; each dialect has its own way to say so.</summary>
internal sealed class ModelException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Status { get; } = status;

    /// <summary>OpenAI's <c>code</c>.</summary>
    public string? Code { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public Fault Fault { get; init; } = Fault.Caller;

    /// <summary>A request that no backend was asked with, or need be.</summary>
    public static ModelException Invalid(string message, Exception? inner = null) => new(StatusCodes.Status400BadRequest, message, inner) { Fault = Fault.Nobody };

    /// <param name="traceId">By which an operator finds more.</param>
    public static ModelException Internal(string traceId, Exception inner) =>
        new(StatusCodes.Status500InternalServerError, $"the request failed inside the platform; its trace id, {traceId}, finds it in traces and logs", inner)
        {
            Code = "internal_error",
            Fault = Fault.Nobody,
        };

    public static ModelException NoBackend() => new(StatusCodes.Status503ServiceUnavailable, "no model backend is configured")
    {
        Code = "no_model_backend",
        Fault = Fault.Nobody,
    };

    public static ModelException NotFound(string model, string didYouMean) => new(StatusCodes.Status404NotFound, $"model '{Problems.Shown(model)}' not found.{didYouMean}".TrimEnd('.'))
    {
        Code = "model_not_found",
    };

    /// <summary>OpenAI's <c>code</c> for a budget that is spent.</summary>
    public const string QuotaCode = "insufficient_quota";

    /// <param name="next">Until the budget's next window begins.</param>
    public static ModelException BudgetSpent(string message, TimeSpan next) => new(StatusCodes.Status429TooManyRequests, message)
    {
        Code = QuotaCode,
        RetryAfter = next,
        Fault = Fault.Nobody,
    };

    /// <param name="wait">The wait that is to be expected.</param>
    /// <param name="why">See <see cref="Scheduling.Refusal"/>.</param>
    public static ModelException Busy(TimeSpan wait, string why) =>
        // Begins with Ollama's own words: clients know them.
        new(StatusCodes.Status503ServiceUnavailable, "server busy, please try again.  " + (why switch
        {
            "deadline" => $"the wait of about {wait.TotalSeconds:0} s leaves no time for an answer before the deadline",
            "bound" => $"those who wait already, or who have less waiting than this caller, could not all be served in time; for this call the wait would be about {wait.TotalSeconds:0} s",
            _ => "maximum pending requests exceeded",
        }))
        {
            Code = "server_busy",
            RetryAfter = TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds)),
            Fault = Fault.Nobody,
        };

    public static ModelException BreakerOpen(string model, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, $"model '{Problems.Shown(model)}' keeps failing and is not asked for another {Math.Ceiling(retryAfter.TotalSeconds)} s")
        {
            Code = "model_unavailable",
            RetryAfter = retryAfter,
            Fault = Fault.Nobody,
        };

    public static ModelException DeadlineTooNear() => new(StatusCodes.Status504GatewayTimeout, "the caller's deadline is too near for the model's answer to be complete before it")
    {
        Code = "deadline_exceeded",
        Fault = Fault.Nobody,
    };

    public static ModelException DeadlinePassed() => new(StatusCodes.Status504GatewayTimeout, "the caller's deadline passed before the model's answer was complete")
    {
        Code = "deadline_exceeded",
        Fault = Fault.Nobody,
    };

    public static ModelException ReadTooSlowly() => new(StatusCodes.Status408RequestTimeout, "the answer was read too slowly: more of it waited than is kept for a client")
    {
        Code = "read_too_slowly",
        Fault = Fault.Nobody,
    };

    public static ModelException Stalled(string backend, TimeSpan silence) =>
        new(StatusCodes.Status502BadGateway, $"the model backend '{backend}' stopped in the middle of an answer and has said nothing for {silence.TotalSeconds:0} s")
        {
            Code = "backend_stalled",
            Fault = Fault.Backend,
        };

    public static ModelException Unreachable(string backend, Exception inner) =>
        new(StatusCodes.Status502BadGateway, $"the model backend '{backend}' cannot be reached", inner)
        {
            Code = "backend_unreachable",
            Fault = Fault.Backend,
        };

    public static ModelException Broken(string what, Exception? inner = null) => new(StatusCodes.Status502BadGateway, what, inner)
    {
        Code = "backend_broken",
        Fault = Fault.Backend,
    };
}
