using System.Buffers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>The comments by which detect-secrets, gitleaks and trufflehog are told that a value is known.</summary>
internal static class AllowComment
{
    private static readonly SearchValues<string> s_onLine = SearchValues.Create(
        ["pragma: allowlist secret", "pragma: whitelist secret", "gitleaks:allow", "trufflehog:ignore"], StringComparison.OrdinalIgnoreCase);

    private const string OnLineBefore = "pragma: allowlist nextline secret";

    public static bool IsOn(in TextWindow window, int position, int length)
    {
        var line = window.LineAround(position, length);
        if (line.IndexOfAny(s_onLine) >= 0)
        {
            return true;
        }

        var before = window.Text[Math.Max(0, position - TextWindow.LookBehind)..position];
        var lineStart = before.LastIndexOf('\n');
        if (lineStart < 0)
        {
            return false;
        }

        before = before[..lineStart];
        return before[(before.LastIndexOf('\n') + 1)..].Contains(OnLineBefore, StringComparison.OrdinalIgnoreCase);
    }
}
