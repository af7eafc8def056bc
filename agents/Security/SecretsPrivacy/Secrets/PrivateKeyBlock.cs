using System.Buffers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>
/// <c>-----BEGIN EC PRIVATE KEY-----</c>, base 64, <c>-----END EC PRIVATE KEY-----</c>; in JSON and source the line ends are written as
/// <c>\n</c>.
/// </summary>
internal static class PrivateKeyBlock
{
    public const string Begin = "-----BEGIN ";
    private const int MinBody = 64;

    private static readonly SearchValues<char> s_bodyCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t \\");

    // RFC 7468 and the tools that came before it.
    private static readonly (string Label, string Kind)[] s_labels =
    [
        ("PRIVATE KEY", "private-key-pkcs8"), ("ENCRYPTED PRIVATE KEY", "private-key-encrypted"), ("RSA PRIVATE KEY", "private-key-rsa"),
        ("EC PRIVATE KEY", "private-key-ec"), ("DSA PRIVATE KEY", "private-key-dsa"), ("OPENSSH PRIVATE KEY", "private-key-openssh"),
        ("PGP PRIVATE KEY BLOCK", "private-key-pgp"), ("SSH2 ENCRYPTED PRIVATE KEY", "private-key-encrypted"),
    ];

    public static IEnumerable<(string Kind, string Revoke)> Kinds =>
        s_labels.Select(l => (l.Kind, "Replace the key pair everywhere its public half or certificate is trusted, and revoke the certificate.")).Distinct();

    public static Detection? Read(in TextWindow window, int hit)
    {
        var text = window.Text[hit..];
        var head = text[Begin.Length..];
        foreach (var (label, kind) in s_labels)
        {
            if (head.StartsWith(label, StringComparison.Ordinal) && head[label.Length..].StartsWith("-----", StringComparison.Ordinal))
            {
                var bodyStart = Begin.Length + label.Length + 5;
                var body = text[bodyStart..];
                var close = body.IndexOf("-----", StringComparison.Ordinal);
                var length = close < 0 ? EndOfBase64(body) : close;
                return Judge(body[..length], kind) is { } verdict
                    ? new Detection(kind, window.Start + hit, text[..(bodyStart + length)].ToString(), verdict.Confidence) { Check = verdict.Check }
                    : null;
            }
        }

        return null;
    }

    private static Verdict? Judge(ReadOnlySpan<char> body, string kind)
    {
        Span<char> compact = stackalloc char[MinBody];
        int kept = 0, all = 0;
        var header = false;
        foreach (var line in body.ToString().Replace(@"\n", "\n", StringComparison.Ordinal).Replace(@"\r", "", StringComparison.Ordinal).Split('\n'))
        {
            var trimmed = line.AsSpan().Trim(" \t\r\"'+,;\\");
            if (trimmed.Contains(':'))
            {
                header = true;
                continue;
            }

            foreach (var c in trimmed)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/' or '='))
                {
                    return null;
                }

                all++;
                if (kept < compact.Length)
                {
                    compact[kept++] = c;
                }
            }
        }

        if (all < MinBody || Placeholders.Is(compact) || Entropy.Of(compact) < 3)
        {
            return null;
        }

        var binary = Checksums.Base64Text(compact) is { } decoded
            && (decoded[0] == '0' || decoded.StartsWith("openssh-key-v1", StringComparison.Ordinal) || kind is "private-key-pgp");
        return binary ? new Verdict(Confidence.High, header ? "base64 body, encrypted or with headers" : "base64 body decoded")
            : header ? new Verdict(Confidence.Medium, "base64 body, encrypted or with headers") : null;
    }

    private static int EndOfBase64(ReadOnlySpan<char> body)
    {
        var end = body.IndexOfAnyExcept(s_bodyCharacters);
        return end < 0 ? body.Length : end;
    }
}
