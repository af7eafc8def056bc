using System.Buffers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>
/// Finds credentials in a window: vectorised searches for the literals that every kind begins with, then the kind's own rule at each hit.
/// No regular expression ever runs over the whole text.
/// </summary>
internal sealed class SecretDetector
{
    private const int LongValue = 256;
    private const string AwsKeyKind = "aws-access-key-id";

    // A vectorised search for many values loses its speed to false candidates; measured, groups of 32 neighbours are fastest.
    private const int LiteralsASearch = 32;

    private static readonly ILookup<char, (string Prefix, TokenKind Kind)> s_byFirst =
        TokenKinds.All.SelectMany(k => k.Prefixes.Split(' ').Select(p => (p, k))).ToLookup(x => x.p[0], x => (x.p, x.k));

    private static readonly (string Prefix, TokenKind Kind)[][] s_rules = [.. Enumerable.Range(0, 128).Select(c => s_byFirst[(char)c].ToArray())];

    private static readonly SearchValues<string>[] s_literals =
    [
        .. s_byFirst.SelectMany(g => g).Select(r => r.Prefix).Append(UrlPassword.Separator).Append(PrivateKeyBlock.Begin)
            .Distinct().Order(StringComparer.Ordinal).Chunk(LiteralsASearch).Select(c => SearchValues.Create(c, StringComparison.Ordinal))
    ];

    private static readonly string[] s_names =
    [
        "password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "accesskey", "access_key", "access-key", "authkey", "auth_key", "_auth", "\"auth\"",
        "authorization", "bearer ", "credential", "private_key", "privatekey", "accountkey", "storage_key", "license_key", "licensekey", "app_key", "appkey", "application_key",
        "encryption_key", "signing_key", "signingkey", "master_key", "admin_key", "adminkey", "masterkey", "account_key", "primary_key", "aws_key", "ddapi", "heroku", "cf_key", "cosmos", "sig=",
    ];

    private static readonly SearchValues<string> s_nameSearch = SearchValues.Create(s_names, StringComparison.OrdinalIgnoreCase);
    private static readonly int s_longestLiteral = s_byFirst.SelectMany(g => g).Max(r => r.Prefix.Length);
    private static readonly int s_longestName = s_names.Max(n => n.Length);

    private readonly bool _named;
    private readonly bool _code;

    /// <param name="path">The file's path; says whether bare words are code, and whether random-looking values are digests.</param>
    /// <param name="named">Look at what is assigned to names like <c>password</c>, not only at tokens with a shape of their own.</param>
    public SecretDetector(string path, bool named = true) =>
        (_named, _code) = (named && !SourcePath.IsGenerated(path), SourcePath.IsCode(path));

    public void Detect(in TextWindow window, List<Detection> found)
    {
        var first = found.Count;
        foreach (var literals in s_literals)
        {
            DetectTokens(window, literals, found);
        }

        if (_named)
        {
            DetectNamed(window, found);
        }

        for (var i = first; i < found.Count; i++)
        {
            var at = (int)(found[i].Start - window.Start);
            found[i] = found[i] with { Allowed = AllowComment.IsOn(window, at, found[i].Value.Length) };
        }
    }

    private static void DetectTokens(in TextWindow window, SearchValues<string> literals, List<Detection> found)
    {
        var text = window.Text;
        var searched = text[..Math.Min(text.Length, window.To + s_longestLiteral)];
        for (var p = window.From; p < window.To; p++)
        {
            var next = searched[p..].IndexOfAny(literals);
            if (next < 0 || (p += next) >= window.To)
            {
                return;
            }

            if (text[p] == ':' && text[p..].StartsWith(UrlPassword.Separator, StringComparison.Ordinal))
            {
                Add(UrlPassword.Read(window, p), found);
                continue;
            }

            if (text[p] == '-' && text[p..].StartsWith(PrivateKeyBlock.Begin, StringComparison.Ordinal))
            {
                Add(PrivateKeyBlock.Read(window, p), found);
                continue;
            }

            foreach (var (prefix, kind) in s_rules[text[p]])
            {
                if (text[p..].StartsWith(prefix, StringComparison.Ordinal))
                {
                    var token = ReadToken(window, p, kind);
                    Add(token, found);
                    if (token is not null && kind.Kind == AwsKeyKind)
                    {
                        AwsPair.Detect(window, p, found);
                    }
                }
            }
        }
    }

    private static Detection? ReadToken(in TextWindow window, int hit, TokenKind kind)
    {
        var text = window.Text;
        var start = hit;
        while (start > 0 && hit - start < kind.Before && IsWord(text[start - 1]))
        {
            start--;
        }

        if (!kind.Inside && start > 0 && IsWord(text[start - 1]) && !(start > 1 && text[start - 2] == '\\' && text[start - 1] is 'n' or 't' or 'r'))
        {
            return null;
        }

        var slice = text[start..Math.Min(text.Length, start + TokenKind.MaxLength)];
        foreach (var match in kind.Expression.EnumerateMatches(slice))
        {
            if (match.Length < slice.Length && IsWord(slice[match.Length]))
            {
                return null;
            }

            var value = slice[..match.Length].ToString();
            return kind.Check(value) is { } verdict
                ? new Detection(kind.Kind, window.Start + start, value, Placeholders.Is(value) ? Confidence.Placeholder : verdict.Confidence) { Check = verdict.Check }
                : null;
        }

        return null;
    }

    private void DetectNamed(in TextWindow window, List<Detection> found)
    {
        var text = window.Text;
        var searched = text[..Math.Min(text.Length, window.To + s_longestName)];
        for (var p = window.From; p < window.To;)
        {
            var next = searched[p..].IndexOfAny(s_nameSearch);
            if (next < 0 || (p += next) >= window.To)
            {
                return;
            }

            var assigned = Assignment.TryRead(text, p, 3, out var read);
            if (assigned)
            {
                Add(NamedSecret.Judge(window, read, _code), found);
            }

            // Names inside a long value are not read again, or hostile text would be read once for each of them.
            p = Math.Max(p + 3, assigned && read.ValueLength > LongValue ? read.ValueStart + read.ValueLength : read.NameEnd);
        }
    }

    private static void Add(Detection? detection, List<Detection> found)
    {
        if (detection is not null)
        {
            found.Add(detection);
        }
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
