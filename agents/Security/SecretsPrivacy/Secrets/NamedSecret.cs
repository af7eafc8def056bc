using System.Buffers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Judges what an assignment gives to a name: a provider's credential by name and shape, a password in a connection string, or any secret.</summary>
internal static class NamedSecret
{
    private static readonly SearchValues<char> s_letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.");

    public const string Password = "password";
    public const string Generic = "generic-secret";
    public const string ConnectionString = "database-connection-string";
    public const string Bearer = "bearer-token";
    public const string BasicHeader = "basic-auth-header";
    public const string NetRc = "netrc-password";
    public const string SasSignature = "azure-sas-token";

    public static IEnumerable<(string Kind, string Revoke)> Kinds =>
    [
        (Password, "Change the password where it is used and move it to a secret store."),
        (Generic, "Find out who issued it, revoke it there and move it to a secret store."),
        (ConnectionString, "Change the database account's password and take it out of the connection string."),
        (Bearer, "End the session or revoke the token where it was issued."),
        (BasicHeader, "Change the account's password; base 64 hides nothing."),
        (NetRc, "Change the account's password on that machine."),
        (SasSignature, "Azure portal, Storage account: rotate the key that signed it, or remove its stored access policy."),
    ];

    public static Detection? Judge(in TextWindow window, in Assignment read, bool code)
    {
        var text = window.Text;
        var span = text.Slice(read.ValueStart, read.ValueLength);
        if ((IsPlainWord(span) && !TakesAnyWord(text[read.NameStart..read.NameEnd], read.ValueStart - read.NameEnd)) || Placeholders.IsReference(span))
        {
            return null;
        }

        var value = span.ToString();
        var name = read.Name(text);
        var plain = Assignment.Plain(name);
        var field = name.Trim('-', '.');
        var start = window.Start + read.ValueStart;
        foreach (var kind in NamedKinds.All)
        {
            if (kind.Fits(plain) && kind.Expression.IsMatch(value) && kind.Check(value) is { } verdict)
            {
                return Found(kind.Kind, verdict, generic: false);
            }
        }

        // sv=2022-11-02&ss=b&srt=sco&sp=rwdlac&se=2030-01-01&sig=AbC%2B...%3D
        if (plain == "sig")
        {
            return value.Length >= 40 && window.LineAround(read.NameStart, 3).Contains("sv=20", StringComparison.Ordinal)
                ? Found(SasSignature, new Verdict(Confidence.High, "sv and sig together"), generic: false)
                : null;
        }

        if (plain is "authorization" or "bearer" or "proxyauthorization")
        {
            var before = text[Math.Max(0, read.ValueStart - 7)..read.ValueStart];
            return before.EndsWith("basic ", StringComparison.OrdinalIgnoreCase)
                ? Verdicts.BasicPair(value) is { } pair ? Found(BasicHeader, pair, generic: false) : null
                : value.Length >= 20 && Entropy.Of(value) >= 3.2 && value.Any(char.IsAsciiDigit) && !GenericSecret.IsLookAlike(value)
                    ? Found(Bearer, new Verdict(Confidence.Medium, "bearer header, high entropy"), generic: true)
                    : null;
        }

        if (!read.Quoted && plain == Password && window.LineAround(read.NameStart, 1) is var line
            && line.Contains("machine ", StringComparison.Ordinal) && line.Contains("login ", StringComparison.Ordinal))
        {
            return Found(NetRc, new Verdict(Confidence.High, "machine, login and password together"), generic: false);
        }

        if (!read.Quoted && plain is Password or "pwd" && value.Length >= 4 && IsConnectionString(window.LineAround(read.NameStart, 1)))
        {
            return Found(ConnectionString, new Verdict(Confidence.High, "server and password together"), generic: false);
        }

        return GenericSecret.Judge(plain, value, read.Quoted, code) is { } judged
            ? Found(plain.Contains("pass", StringComparison.Ordinal) || plain.Contains("pwd", StringComparison.Ordinal) ? Password : Generic, judged, generic: true)
            : null;

        Detection Found(string kind, Verdict verdict, bool generic) => new(kind, start, value, Placeholders.Is(value) ? Confidence.Placeholder : verdict.Confidence)
        {
            Check = verdict.Check,
            Field = field,
            Generic = generic,
        };
    }

    /// <summary>Most of what is assigned in code: an identifier, a call, a word.</summary>
    private static bool IsPlainWord(ReadOnlySpan<char> value) => value.Length < 4 || !value.ContainsAnyExcept(s_letters);

    /// <summary>Names whose value may be a word without digits, because what stands around it decides: connection strings, .netrc, base 64 of a pair.</summary>
    private static bool TakesAnyWord(ReadOnlySpan<char> name, int gap)
    {
        name = name.Trim("_-\"'");
        return gap == 1
            ? name.Equals(Password, StringComparison.OrdinalIgnoreCase) || name.Equals("pwd", StringComparison.OrdinalIgnoreCase) || name.Equals("auth", StringComparison.Ordinal)
            : name.Equals("auth", StringComparison.Ordinal) || name.Equals("authorization", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary><c>Server=db;Database=shop;User Id=app;Password=...</c></summary>
    private static bool IsConnectionString(ReadOnlySpan<char> line) =>
        line.Contains(';')
        && (line.Contains("server=", StringComparison.OrdinalIgnoreCase) || line.Contains("data source=", StringComparison.OrdinalIgnoreCase)
            || line.Contains("host=", StringComparison.OrdinalIgnoreCase) || line.Contains("addr=", StringComparison.OrdinalIgnoreCase))
        && (line.Contains("database=", StringComparison.OrdinalIgnoreCase) || line.Contains("initial catalog=", StringComparison.OrdinalIgnoreCase)
            || line.Contains("user", StringComparison.OrdinalIgnoreCase) || line.Contains("uid=", StringComparison.OrdinalIgnoreCase));
}
