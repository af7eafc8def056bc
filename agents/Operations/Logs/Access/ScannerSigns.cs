using System.Buffers;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>What betrays a client that looks for weaknesses.</summary>
public enum ScannerSign
{
    ProbingPaths,
    ScannerAgent,
    SqlInjection,
    PathTraversal,
    CrossSiteScripting,
    CommandInjection,
    MalformedRequests,
    MostlyNotFound,
    ManyDistinctPaths,
}

internal static class ScannerSigns
{
    private const int MaxDecoded = 2048;

    private static readonly (ScannerSign Sign, SearchValues<string> Texts)[] s_targets =
    [
        (ScannerSign.SqlInjection, Any("union select", "union all select", "' or '1'='1", "' or 1=1", "or 1=1--", "information_schema", "sleep(", "waitfor delay", "benchmark(", "' and '1'='1", "extractvalue(", "xp_cmdshell", "order by 1--", "pg_sleep")),
        (ScannerSign.PathTraversal, Any("../..", "..\\..", "/../", "/etc/passwd", "/etc/shadow", "win.ini", "boot.ini", "/proc/self", "php://", "file://")),
        (ScannerSign.CrossSiteScripting, Any("<script", "javascript:", "onerror=", "onload=", "<svg", "<img src", "alert(", "document.cookie")),
        (ScannerSign.CommandInjection, Any("${jndi:", "$(", ";wget ", ";curl ", ";cat ", "|cat ", "|id", ";id", "&&id", "`id`", "/bin/sh", "/bin/bash", "cmd.exe", "powershell", "() {", "{{7*7}}", "${7*7}", "invokefunction", "auto_prepend_file")),
        (ScannerSign.ProbingPaths, Any("/wp-login.php", "/wp-admin", "/wp-content/plugins", "/wp-includes/wlwmanifest", "/xmlrpc.php", "/.env", "/.git/", "/.svn/", "/.hg/", "/.aws/", "/.ssh/", "/.ds_store", "/.htpasswd", "/.vscode/", "/phpmyadmin", "/pma/", "/myadmin", "/adminer", "/phpinfo", "/info.php", "/shell.php", "/eval-stdin.php", "/vendor/phpunit", "/cgi-bin/", "/boaform", "/hnap1", "/gponform", "/setup.cgi", "/manager/html", "/server-status", "/actuator/", "/solr/admin", "/_ignition", "/owa/auth", "/autodiscover/", "/ecp/", "/remote/login", "/dana-na/", "/telescope/", "/jmx-console", "/web-inf/", "/config.json", "/wp-config", "/backup.sql", "/dump.sql", "/db.sql", "/.config", "/id_rsa", "/geoserver", "/struts", "/console/login", "/_profiler", "/debug/pprof", "/.well-known/../")),
    ];

    private static readonly SearchValues<string> s_agents = Any(
        "sqlmap", "nikto", "nmap", "masscan", "zgrab", "gobuster", "dirbuster", "dirb/", "wpscan", "nuclei", "acunetix", "nessus", "openvas", "netsparker", "w3af", "ffuf",
        "feroxbuster", "wfuzz", "hydra", "arachni", "skipfish", "whatweb", "jaeles", "commix", "havij", "burp", "zap/", "qualys", "censys", "expanse", "xray");

    public static bool IsScannerAgent(ReadOnlySpan<char> agent) => agent.ContainsAny(s_agents);

    /// <summary>Bits of the signs in a target, percent-decoded twice, since that is how filters are evaded.</summary>
    public static int OfTarget(ReadOnlySpan<char> target)
    {
        target = target.Length > MaxDecoded ? target[..MaxDecoded] : target;
        var signs = Matches(target);
        if (target.ContainsAny('%', '+'))
        {
            Span<char> once = stackalloc char[MaxDecoded];
            once = once[..Decode(target, once)];
            signs |= Matches(once);
            if (once.Contains('%'))
            {
                Span<char> twice = stackalloc char[MaxDecoded];
                signs |= Matches(twice[..Decode(once, twice)]);
            }
        }

        return signs;
    }

    private static int Matches(ReadOnlySpan<char> target)
    {
        var signs = 0;
        foreach (var (sign, texts) in s_targets)
        {
            if (target.ContainsAny(texts))
            {
                signs |= 1 << (int)sign;
            }
        }

        return signs;
    }

    private static int Decode(ReadOnlySpan<char> text, Span<char> decoded)
    {
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                decoded[written++] = (char)((Digit(text[i + 1]) << 4) | Digit(text[i + 2]));
                i += 2;
            }
            else
            {
                decoded[written++] = text[i] == '+' ? ' ' : text[i];
            }
        }

        return written;
    }

    private static int Digit(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;

    private static SearchValues<string> Any(params string[] texts) => SearchValues.Create(texts, StringComparison.OrdinalIgnoreCase);
}
