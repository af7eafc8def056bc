namespace Sutazai.Agents.Operations.Logs;

/// <summary>A kind of variable that is recognised before templates are looked for.</summary>
public enum LogMask
{
    /// <summary>Whole and decimal numbers, also with a unit of up to three letters behind.</summary>
    Number,

    /// <summary>0x..., eight or more hexadecimal digits, MAC addresses.</summary>
    Hex,

    /// <summary>IPv4 and IPv6 addresses, with port or prefix.</summary>
    Ip,

    Uuid,

    /// <summary>Dates and times of day.</summary>
    Time,

    /// <summary>Unix, Windows and UNC paths.</summary>
    Path,

    Url,

    Email,

    /// <summary>Text between quotes.</summary>
    Quoted,
}

internal static class LogMasks
{
    /// <summary>All but <see cref="LogMask.Quoted"/>: quotes often hold what tells two messages apart.</summary>
    public const int Default = (1 << (int)LogMask.Quoted) - 1;

    public static readonly string[] Texts = ["<num>", "<hex>", "<ip>", "<uuid>", "<time>", "<path>", "<url>", "<email>", "<str>"];

    public static readonly string[] Names = ["num", "hex", "ip", "uuid", "time", "path", "url", "email", "str"];

    public static int Of(IReadOnlyList<LogMask>? masks) => masks is null ? Default : masks.Aggregate(0, (all, mask) => all | (1 << (int)mask));
}
