using System.Text.RegularExpressions;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>A credential whose own characters give it away.</summary>
/// <param name="Prefixes">Literal beginnings, separated by spaces; the text is searched for them, so three characters at least.</param>
/// <param name="Shape">The whole token, as a regular expression without anchors.</param>
/// <param name="Revoke">What its owner does about a leak.</param>
internal sealed record TokenKind(string Kind, string Prefixes, string Shape, string Revoke)
{
    /// <summary>The longest token that any shape can match.</summary>
    public const int MaxLength = 4096;

    /// <summary>Judges a token of the right shape; null refuses it.</summary>
    public Func<string, Verdict?> Check { get; init; } = Verdicts.Random(2.8);

    /// <summary>Where the prefix stands inside the token: how many characters before it belong to it at most.</summary>
    public int Before { get; init; }

    /// <summary>The token may follow a letter or digit directly.</summary>
    public bool Inside { get; init; }

    // Anchored and run on a bounded slice after a literal hit, with one deterministic loop a part: no input makes it backtrack far.
    public Regex Expression { get; } = new(@"\A(?:" + Shape + ")", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}

/// <summary>A credential that is known only by the name it is assigned to.</summary>
/// <param name="Names">Parts of a name in lower case without separators; any one of them, or with <c>+</c> all of them; after <c>=</c> the whole name.</param>
internal sealed record NamedKind(string Kind, string Names, string Shape, string Revoke)
{
    public Func<string, Verdict?> Check { get; init; } = Verdicts.Random(2.8);

    public Regex Expression { get; } = new(@"\A(?:" + Shape + @")\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private readonly string[][] _names = [.. Names.Split(' ').Select(n => n.Split('+'))];

    public bool Fits(string name) => Array.Exists(_names, all => Array.TrueForAll(all, part => part[0] == '=' ? part.AsSpan(1).SequenceEqual(name) : name.Contains(part, StringComparison.Ordinal)));
}

/// <summary>How sure a check is, and what it saw.</summary>
internal sealed record Verdict(Confidence Confidence, string Check);
