namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>What of a secret may be shown: enough to recognise a long one, nothing of a short one.</summary>
internal static class Mask
{
    public static string Of(string secret) => secret switch
    {
        _ when secret.StartsWith("-----BEGIN", StringComparison.Ordinal) => "-----BEGIN****",
        { Length: >= 24 } => $"{secret[..4]}****{secret[^2..]}",
        { Length: >= 16 } => $"{secret[..2]}****",
        _ => "****",
    };
}
