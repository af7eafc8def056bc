using System.Globalization;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>When a call must be over, as unix milliseconds in a header.</summary>
internal static class CallDeadline
{
    public const string Header = "x-sutazai-deadline";

    public static DateTimeOffset? Of(HttpContext context)
    {
        var text = context.Request.Headers[Header].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < 253_402_300_800_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw ModelException.Invalid($"{Header} is not a time in unix milliseconds");
    }
}
