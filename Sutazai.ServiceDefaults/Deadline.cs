using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sutazai;

/// <summary>When a request must be over. Travels between services as unix milliseconds.</summary>
public sealed record Deadline(DateTimeOffset At)
{
    public const string Header = "x-sutazai-deadline";

    public static Deadline? Of(HttpContext context)
    {
        if (context.Features.Get<Deadline>() is { } known)
        {
            return known;
        }

        return Listeners.IsInternal(context)
            && long.TryParse(context.Request.Headers[Header], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds < 253_402_300_800_000
            ? new(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds))
            : null;
    }

    public string ToHeader() => At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
