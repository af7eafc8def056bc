using System.Text.RegularExpressions;
using PhoneNumbers;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Entities;

/// <summary>Phone numbers that exist in their country's numbering plan.</summary>
internal static partial class Phones
{
    /// <summary>Runs of digits looked at in one text; each costs a look into the numbering plans.</summary>
    private const int MaxCandidates = 5_000;

    /// <returns>The numbers, and how many further runs of digits were not looked at.</returns>
    public static (List<Entity> Found, int Unchecked) Find(string text, string region)
    {
        List<Entity> found = [];
        var util = PhoneNumberUtil.GetInstance();
        var looked = 0;
        foreach (Match match in Candidate().Matches(text))
        {
            if (looked++ < MaxCandidates && Read(util, match.Value, region) is { } number)
            {
                found.Add(new(
                    match.Value, EntityType.Phone, new TextSpan(match.Index, match.Index + match.Length), util.Format(number, PhoneNumberFormat.E164),
                    match.Value[0] == '+' ? 0.97 : match.Value.Any(c => !char.IsAsciiDigit(c)) ? 0.8 : 0.6));
            }
        }

        return (found, Math.Max(0, looked - MaxCandidates));
    }

    public static bool IsRegion(string region) => PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(region);

    [GeneratedRegex(@"(?<![\w.,\-/+$€£])(?:\+[ ]?)?(?:\(\d{1,5}\)[ ]?)?\d(?:[ \u00A0.\-/]{0,3}(?:\(\d{1,4}\)[ ]?)?\d){5,17}(?![\w]|[.,\-]\d)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Candidate();

    private static PhoneNumber? Read(PhoneNumberUtil util, string text, string region)
    {
        try
        {
            var number = util.Parse(text, region);
            return util.IsValidNumber(number) ? number : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }
}
