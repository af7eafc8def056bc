using System.Buffers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>A password in a URL: <c>postgres://app:s3cr3t@db/orders</c>. RFC 3986 section 3.2.1.</summary>
internal static class UrlPassword
{
    public const string Separator = "://";
    private const int MaxUserInfo = 512;
    private static readonly SearchValues<char> s_endOfAuthority = SearchValues.Create("/?# \t\r\n\"'<>`,;|\\()[]");

    private static readonly Dictionary<string, string> s_schemes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["postgres"] = "postgres-url",
        ["postgresql"] = "postgres-url",
        ["mysql"] = "mysql-url",
        ["mariadb"] = "mysql-url",
        ["mongodb"] = "mongodb-url",
        ["srv"] = "mongodb-url",
        ["redis"] = "redis-url",
        ["rediss"] = "redis-url",
        ["amqp"] = "amqp-url",
        ["amqps"] = "amqp-url",
        ["mssql"] = "sqlserver-url",
        ["sqlserver"] = "sqlserver-url",
        ["ftp"] = "ftp-url",
        ["sftp"] = "ftp-url",
        ["ldap"] = "ldap-url",
        ["ldaps"] = "ldap-url",
        ["smtp"] = "smtp-url",
        ["smtps"] = "smtp-url",
    };

    public static IEnumerable<(string Kind, string Revoke)> Kinds =>
        s_schemes.Values.Append("basic-auth-url").Append("url-password").Distinct().Select(k => (k, "Change the account's password on that server and take it out of the URL."));

    public static Detection? Read(in TextWindow window, int hit)
    {
        var text = window.Text;
        var start = hit + Separator.Length;
        var authority = text[start..Math.Min(text.Length, start + MaxUserInfo)];
        var end = authority.IndexOfAny(s_endOfAuthority);
        authority = end < 0 ? authority : authority[..end];
        var at = authority.LastIndexOf('@');
        if (at < 2 || authority[..at].IndexOf(':') is not (>= 0 and var colon) || at - colon < 4)
        {
            return null;
        }

        var schemeStart = hit;
        while (schemeStart > 0 && hit - schemeStart < 16 && char.IsAsciiLetterOrDigit(text[schemeStart - 1]))
        {
            schemeStart--;
        }

        var password = authority[(colon + 1)..at].ToString();
        var host = authority[(at + 1)..];
        if (schemeStart == hit || host.IsEmpty || !char.IsAsciiLetterOrDigit(host[0]) || Placeholders.IsReference(password))
        {
            return null;
        }

        var scheme = text[schemeStart..hit].ToString();
        var kind = s_schemes.GetValueOrDefault(scheme, scheme.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? "basic-auth-url" : "url-password");
        var stand = Placeholders.Is(password) || host.StartsWith("example.", StringComparison.OrdinalIgnoreCase) || password.AsSpan().Equals(authority[..colon], StringComparison.Ordinal);
        var confidence = stand ? Confidence.Placeholder : Entropy.Of(password) >= 2 ? Confidence.High : Confidence.Medium;
        return new Detection(kind, window.Start + start + colon + 1, password, confidence) { Check = "user and password before the host" };
    }
}
