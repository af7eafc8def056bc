using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Entities;

/// <summary>In the order in which one wins over another that overlaps it.</summary>
public enum EntityType
{
    Url,
    Email,
    Iban,
    Ip,
    Date,
    Time,
    Amount,
    Percentage,
    Phone,
    Quantity,
    Version,
    Product,
    Mention,
    Hashtag,
    Organisation,
    Person,
}

/// <param name="Value">Normalised: ISO 8601 dates and times, plain decimals with ISO 4217 or SI unit, E.164 numbers, lower-case domains.</param>
/// <param name="Number">Of amounts, percentages and quantities.</param>
/// <param name="Unit">Currency code, "%", or unit.</param>
/// <param name="Confidence">0 to 1; 1 is reserved for what a checksum proves.</param>
public sealed record Entity(
    string Text, EntityType? Type = null, TextSpan? Span = null, string? Value = null, double? Confidence = null, decimal? Number = null, string? Unit = null);

/// <summary>What a recogniser is told beside the text.</summary>
/// <param name="Region">ISO 3166 country: how national phone numbers, ambiguous dates and decimal marks are read.</param>
/// <param name="Reference">The day that "tomorrow" is reckoned from.</param>
internal sealed record Reckoning(string Region, NodaTime.LocalDate? Reference)
{
    private const string CommaRegions = " AT AR BE BG BR BY CL CO CZ DE DK EE ES FI FR GR HR HU ID IT LT LU LV NL NO PL PT RO RS RU SE SI SK TR UA VN ZA ";

    public bool DecimalComma => CommaRegions.Contains($" {Region} ", StringComparison.Ordinal);

    public bool MonthFirst => Region is "US" or "PH" or "CA";
}
