using System.Buffers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Tells values that stand for a secret from secrets.</summary>
internal static class Placeholders
{
    private static readonly SearchValues<string> s_words = SearchValues.Create(
        [
            "example", "changeme", "change_me", "change-me", "changeit", "placeholder", "xxxx", "****", "....", "dummy", "redacted", "your-", "your_", "yourpass",
            "yoursecret", "yourtoken", "yourkey", "yourapi", "insert", "replace", "todo", "fixme", "notasecret", "not-a-", "not_a_", "sample", "lorem",
            "123456789", "abcdefgh", "qwerty", "deadbeef", "0000000000", "1111111", "aaaaaaa", "fffffff",
        ],
        StringComparison.OrdinalIgnoreCase);

    // Words that are stand-ins only when they are the whole value; a password may well contain them.
    private static readonly HashSet<string> s_whole = new(StringComparer.OrdinalIgnoreCase)
    {
        "password", "passwd", "pass", "pwd", "secret", "token", "user", "username", "null", "none", "nil", "undefined", "true", "false", "string", "empty", "hidden",
        "masked", "foobar", "foo", "bar", "baz", "test", "testing", "test123", "apikey", "api_key", "mypassword", "mysecret", "mytoken", "required", "optional",
        "default", "unset", "unknown", "prompt", "value", "fake", "fakepassword",
    };

    /// <summary>A stand-in written for a reader, or a reference that is resolved elsewhere.</summary>
    public static bool Is(ReadOnlySpan<char> value) =>
        IsReference(value) || value.IndexOfAny(s_words) >= 0 || s_whole.GetAlternateLookup<ReadOnlySpan<char>>().Contains(value) || IsMonotonous(value);

    /// <summary><c>${VAR}</c>, <c>$VAR</c>, <c>$(cmd)</c>, <c>%VAR%</c>, <c>{{ value }}</c>, <c>&lt;your key&gt;</c>, <c>[value]</c>, <c>@name@</c>, <c>process.env.X</c>.</summary>
    public static bool IsReference(ReadOnlySpan<char> value) => value switch
    {
        [] => true,
        ['$', '{' or '(', ..] or ['{', ..] or ['<', ..] or ['#', '{', ..] => true,
        ['$', >= 'A' and <= 'Z' or >= 'a' and <= 'z' or '_', ..] => IsName(value[1..]),
        ['%', .., '%'] or ['[', .., ']'] or ['@', .., '@'] or ['_', '_', .., '_', '_'] => true,
        _ => value.Contains("${", StringComparison.Ordinal) || value.Contains("{{", StringComparison.Ordinal) || value.Contains("%(", StringComparison.Ordinal)
            || value.Contains("%s", StringComparison.Ordinal) || value.Contains("env.", StringComparison.OrdinalIgnoreCase)
            || value.Contains("environ", StringComparison.OrdinalIgnoreCase) || value.Contains("getenv", StringComparison.OrdinalIgnoreCase)
            || value.StartsWith("vault:", StringComparison.OrdinalIgnoreCase) || value.StartsWith("op://", StringComparison.Ordinal)
            || value.StartsWith("arn:", StringComparison.Ordinal) || value.StartsWith("ENC[", StringComparison.Ordinal)
            || (value.Contains('{') && value.Contains('}')),
    };

    private static bool IsName(ReadOnlySpan<char> value)
    {
        foreach (var c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or ':' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Nearly all of it is one or two characters.</summary>
    private static bool IsMonotonous(ReadOnlySpan<char> value) => value.Length >= 5 && Entropy.Of(value) < 1.3;
}
