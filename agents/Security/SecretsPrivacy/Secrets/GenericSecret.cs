using System.Buffers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Whether a value that is assigned to a name like <c>password</c> or <c>apiToken</c> is a secret, with nothing known about its issuer.</summary>
internal static class GenericSecret
{
    // The rest of the name says that the value is about a secret, not one: token_type, password_field, secret_name, publicKeyToken.
    private static readonly string[] s_notSecretEndings =
    [
        "type", "url", "uri", "endpoint", "path", "file", "filename", "name", "id", "field", "count", "length", "size", "ttl", "expiry", "expires", "expiration", "regex", "pattern",
        "label", "hint", "placeholder", "version", "arn", "ref", "prefix", "suffix", "header", "algorithm", "policy", "error", "message", "title", "text", "hash", "digest", "checksum",
        "class", "selector", "format", "provider", "param", "kind", "description", "rules", "strength", "input", "column", "limit", "usage", "index", "style", "color", "status",
    ];

    private static readonly string[] s_notSecretNames = ["public", "tokenizer", "tokenize", "csrftokenname", "integrity", "resolution", "nextpage", "pagetoken", "continuation", "cancellation"];

    private static readonly SearchValues<string> s_passwordNames =
        SearchValues.Create(["password", "passwd", "pwd", "passphrase"], StringComparison.OrdinalIgnoreCase);

    // Base 64 of PNG, JPEG, GIF, SVG, PDF, zip, wasm and gzip.
    private static readonly string[] s_encodedFiles = ["iVBORw0KGgo", "/9j/", "R0lGOD", "PHN2Zy", "JVBERi0", "UEsDB", "AGFzbQ", "H4sIA", "PD94bWw", "d09GR"];

    private static readonly string[] s_notSecretBeginnings =
        ["sha1-", "sha256-", "sha384-", "sha512-", "sha256:", "data:", "http:", "https:", "file:", "ssh-", "ecdsa-", "$2a$", "$2b$", "$2y$", "$argon2", "$6$", "$5$", "{SHA}", "/", "./", "../", "~/", "C:\\", "--"];

    public static Verdict? Judge(string plainName, string value, bool quoted, bool code)
    {
        if (value.Length is < 6 or > 512 || IsAboutSecrets(plainName) || IsLookAlike(value))
        {
            return null;
        }

        var password = plainName.AsSpan().IndexOfAny(s_passwordNames) >= 0;
        return (quoted, password) switch
        {
            (false, _) when code || IsCode(value, password ? 0 : 1) => null,
            (_, true) => Password(value),
            _ => Token(value),
        };
    }

    /// <summary>Values that look random and are no secret: UUIDs, digests, encoded files, paths, names of things.</summary>
    public static bool IsLookAlike(string value) =>
        Guid.TryParse(value, out _)
        || Array.Exists(s_notSecretBeginnings, b => value.StartsWith(b, StringComparison.Ordinal))
        || Array.Exists(s_encodedFiles, b => value.StartsWith(b, StringComparison.Ordinal))
        || (value.Length is 40 or 128 && value.All(char.IsAsciiHexDigitLower))
        || value.Contains("://", StringComparison.Ordinal)
        || value.Contains(' ', StringComparison.Ordinal);

    private static bool IsAboutSecrets(string plainName) =>
        Array.Exists(s_notSecretEndings, e => plainName.EndsWith(e, StringComparison.Ordinal))
        || Array.Exists(s_notSecretNames, n => plainName.Contains(n, StringComparison.Ordinal));

    /// <summary>A word or two is a name; a password of a person mixes kinds of characters.</summary>
    private static Verdict? Password(string value)
    {
        var (letters, digits, others) = Count(value);
        var mixed = (letters > 0 ? 1 : 0) + (digits > 0 ? 1 : 0) + (others > 0 ? 1 : 0);
        if (mixed < 2 || letters == 0 || (digits == 0 && IsWords(value)) || Entropy.Of(value) < 2.2)
        {
            return null;
        }

        return new Verdict(value.Length >= 10 && mixed == 3 ? Confidence.Medium : Confidence.Low, "named as a password, mixed characters");
    }

    private static Verdict? Token(string value)
    {
        var (letters, digits, _) = Count(value);
        var entropy = Entropy.Of(value);
        return value.Length >= 12 && letters > 0 && digits > 1 && entropy >= 3.0 && !IsWords(value)
            ? new Verdict(entropy >= 3.7 && value.Length >= 20 ? Confidence.Medium : Confidence.Low, "named as a secret, high entropy")
            : null;
    }

    /// <summary>An expression rather than a value: <c>config.Password</c>, <c>nextToken2</c>, <c>this.token1</c>.</summary>
    private static bool IsCode(string value, int digitsInName)
    {
        var digits = value.Count(char.IsAsciiDigit);
        return value.Contains("->", StringComparison.Ordinal) || value.Contains("::", StringComparison.Ordinal) || value[0] is '.' or '=' or '-' or '*' or '&' or '[' or '/'
            || (digits <= digitsInName && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or ':' or '?' or '!'));
    }

    /// <summary>Words joined by case or separators, perhaps with a number at the end: <c>my-secret-name</c>, <c>RefreshToken2</c>.</summary>
    private static bool IsWords(string value)
    {
        var body = value.AsSpan().TrimEnd("0123456789");
        var word = 0;
        var words = 0;
        foreach (var c in body)
        {
            if (c is '_' or '-' or '.' or ':' or '/' || char.IsAsciiLetterUpper(c))
            {
                words += word >= 2 ? 1 : 0;
                word = char.IsAsciiLetterUpper(c) ? 1 : 0;
            }
            else if (char.IsAsciiLetterLower(c))
            {
                word++;
            }
            else
            {
                return false;
            }
        }

        words += word >= 2 ? 1 : 0;
        return body.Length == 0 || (value.Length - body.Length <= 4 && words * 10 >= body.Length && words * 5 <= body.Length * 2);
    }

    private static (int Letters, int Digits, int Others) Count(string value)
    {
        int letters = 0, digits = 0;
        foreach (var c in value)
        {
            letters += char.IsLetter(c) ? 1 : 0;
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return (letters, digits, value.Length - letters - digits);
    }
}
