using System.Text;
using System.Text.RegularExpressions;

namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>Paths inside an archive: forward slashes, relative to its root, which is the empty string.</summary>
internal static class SourcePath
{
    public static string Folder(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    /// <summary>
    /// Resolves <c>.</c> and <c>..</c>; a path that begins with a slash starts at the archive's root, one that climbs above it keeps
    /// climbing.
    /// </summary>
    public static string Combine(string folder, string path)
    {
        var forward = path.Replace('\\', '/');
        var whole = forward is ['/', ..] ? forward : $"{folder}/{forward}";
        List<string> parts = [];
        foreach (var part in whole.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts is [.., not ".."])
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>MSBuild's globs: <c>**</c> any folders, <c>*</c> and <c>?</c> within one name.</summary>
    public static Func<string, bool> Glob(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny('*', '?') < 0)
        {
            return path => path.Equals(pattern, StringComparison.OrdinalIgnoreCase);
        }

        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern.AsSpan(i).StartsWith("**/"))
            {
                regex.Append("(?:.*/)?");
                i += 2;
            }
            else if (pattern.AsSpan(i).StartsWith("**"))
            {
                regex.Append(".*");
                i++;
            }
            else
            {
                regex.Append(pattern[i] switch { '*' => "[^/]*", '?' => "[^/]", var c => Regex.Escape(c.ToString()) });
            }
        }

        return new Regex(regex.Append('$').ToString(), RegexOptions.NonBacktracking | RegexOptions.IgnoreCase).IsMatch;
    }
}
