using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Sutazai.Agents.Data.DataFiles.Tables;

namespace Sutazai.Agents.Data.DataFiles.Documents;

[Flags]
internal enum StringFormats
{
    None = 0,
    Date = 1,
    DateTime = 2,
    Uuid = 4,
    Email = 8,
    Uri = 16,
    All = Date | DateTime | Uuid | Email | Uri,
}

/// <summary>What all strings of a path have in common; the names are JSON Schema's.</summary>
internal static class StringFormat
{
    private static readonly SearchValues<byte> s_notInAddress = SearchValues.Create(" \t\r\n,;<>()"u8);

    public static string? Name(StringFormats formats) => formats switch
    {
        StringFormats.Date => "date",
        StringFormats.DateTime => "date-time",
        StringFormats.Uuid => "uuid",
        StringFormats.Email => "email",
        StringFormats.Uri => "uri",
        _ => null,
    };

    /// <returns>Those of the formats that this string has too.</returns>
    public static StringFormats Still(StringFormats formats, ref Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        if (reader.ValueIsEscaped || text.Length is < 6 or > 2000)
        {
            return StringFormats.None;
        }

        if (IsEmail(text))
        {
            return formats & StringFormats.Email;
        }

        if (text.StartsWith("http://"u8) || text.StartsWith("https://"u8))
        {
            return text.IndexOfAny(s_notInAddress) < 0 ? formats & StringFormats.Uri : StringFormats.None;
        }

        if (text.Length == 36 && Utf8Parser.TryParse(text, out Guid _, out var consumed, 'D') && consumed == 36)
        {
            return formats & StringFormats.Uuid;
        }

        return text[0] is >= (byte)'0' and <= (byte)'9' ? formats & DateOf(text) : StringFormats.None;
    }

    private static StringFormats DateOf(ReadOnlySpan<byte> text) => Cell.Of(text, quoted: true).Kind switch
    {
        ValueKind.Date => StringFormats.Date,
        ValueKind.Datetime => StringFormats.DateTime,
        _ => StringFormats.None,
    };

    private static bool IsEmail(ReadOnlySpan<byte> text) =>
        text.IndexOf((byte)'@') is > 0 and var at && text[(at + 1)..].IndexOf((byte)'.') > 0 && text.LastIndexOf((byte)'@') == at
        && text[^1] != '.' && text.IndexOfAny(s_notInAddress) < 0 && text.IndexOf((byte)'/') < 0;
}
