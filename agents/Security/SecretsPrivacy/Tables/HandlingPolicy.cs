namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Where data of a label may be.</summary>
public sealed record HandlingPolicy(SensitivityLabel Label, IReadOnlyList<StoreRule> Allowed, IReadOnlyList<StoreRule> Denied, string Retention, string Access)
{
    private const string Plain = "no condition";

    // One row a store: the highest label that it may hold, and the condition for holding the highest.
    private static readonly (string Store, SensitivityLabel Lowest, SensitivityLabel Highest, string Condition)[] s_stores =
    [
        ("public web site", SensitivityLabel.Public, SensitivityLabel.Public, "after a release review"),
        ("source repository", SensitivityLabel.Public, SensitivityLabel.Internal, "private repository"),
        ("wiki", SensitivityLabel.Public, SensitivityLabel.Internal, "behind sign-in"),
        ("e-mail", SensitivityLabel.Public, SensitivityLabel.Internal, "inside the organisation only"),
        ("log and trace store", SensitivityLabel.Public, SensitivityLabel.Internal, "retention of 90 days or less"),
        ("outside model or service", SensitivityLabel.Public, SensitivityLabel.Public, Plain),
        ("local model", SensitivityLabel.Public, SensitivityLabel.Confidential, "no training on it, prompts not kept"),
        ("shared drive", SensitivityLabel.Public, SensitivityLabel.Confidential, "folder limited to named people"),
        ("secret store", SensitivityLabel.Restricted, SensitivityLabel.Restricted, "credentials only, access logged"),
        ("encrypted database", SensitivityLabel.Public, SensitivityLabel.Restricted, "column encryption, access by role and logged"),
        ("encrypted backup", SensitivityLabel.Public, SensitivityLabel.Restricted, "keys kept apart from the backup"),
    ];

    public static HandlingPolicy Of(SensitivityLabel label)
    {
        var fits = s_stores.ToLookup(s => label >= s.Lowest && label <= s.Highest);
        return new HandlingPolicy(
            label,
            [.. fits[true].OrderBy(s => s.Store == "secret store" ? 0 : 1).Select(s => new StoreRule(s.Store, label == s.Highest ? s.Condition : Plain))],
            [.. fits[false].Select(s => new StoreRule(s.Store, label > s.Highest ? $"holds {s.Highest.ToString().ToLowerInvariant()} data at most" : "made for restricted data"))],
            label switch
            {
                SensitivityLabel.Public => "as long as it is useful",
                SensitivityLabel.Internal => "five years, then review",
                SensitivityLabel.Confidential => "as long as the purpose lasts, with a deletion date",
                _ => "as short as the law allows, with a proof of deletion",
            },
            label switch
            {
                SensitivityLabel.Public => "anyone",
                SensitivityLabel.Internal => "members of the organisation",
                SensitivityLabel.Confidential => "people who need it for their work",
                _ => "named people, each access logged",
            });
    }
}

public sealed record StoreRule(string Store, string Condition);
