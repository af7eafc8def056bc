namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>A credential in a file. The credential itself is not in here.</summary>
/// <param name="Entropy">Bits a character; a random token has 3.5 to 6.</param>
/// <param name="Check">What confirmed it.</param>
public sealed record SecretFinding(
    string Kind, string File, long Line, long Column, TextSpan Span, double Entropy, string Masked, Confidence Confidence, string Check, string Revoke)
{
    internal static SecretFinding Of(Detection detection, string file) => new(
        detection.Kind,
        file,
        detection.Line,
        detection.Column,
        new TextSpan(detection.Start, detection.Value.Length),
        SecretsPrivacy.Entropy.Rounded(detection.Value),
        Mask.Of(detection.Value),
        detection.Confidence,
        detection.Check,
        Revocation.Of(detection.Kind));
}

public sealed record KindCount(string Kind, int Count);

/// <summary>What a leak of each kind asks its owner to do.</summary>
internal static class Revocation
{
    private static readonly Dictionary<string, string> s_steps = TokenKinds.All.Select(k => (k.Kind, k.Revoke))
        .Concat(NamedKinds.All.Select(k => (k.Kind, k.Revoke)))
        .Concat(PrivateKeyBlock.Kinds).Concat(UrlPassword.Kinds).Concat(NamedSecret.Kinds)
        .DistinctBy(k => k.Kind).ToDictionary();

    public static IReadOnlyCollection<string> Kinds => s_steps.Keys;

    public static string Of(string kind) => s_steps[kind];
}
