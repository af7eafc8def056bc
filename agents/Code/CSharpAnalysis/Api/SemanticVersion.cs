using System.Globalization;
using NuGet.Versioning;

namespace Sutazai.Agents.Code.CSharpAnalysis.Api;

public enum VersionBump
{
    Patch,
    Minor,
    Major,
}

/// <summary>The next version by Semantic Versioning 2.0.0.</summary>
internal static class SemanticVersion
{
    /// <param name="current">Of the old surface.</param>
    /// <returns>
    /// Before 1.0.0 anything may change (clause 4), and by convention the minor version says that it did. A pre-release promises
    /// nothing (clause 9): only its counter goes up.
    /// </returns>
    public static string Next(string current, VersionBump bump)
    {
        if (!NuGetVersion.TryParseStrict(current, out var version))
        {
            throw new InvalidInputException($"'{current}' is no semantic version; expected one such as 1.4.0 or 2.0.0-beta.1.");
        }

        if (version.IsPrerelease)
        {
            var labels = version.ReleaseLabels.ToList();
            if (int.TryParse(labels[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var counter) && counter < int.MaxValue)
            {
                labels[^1] = (counter + 1).ToString(CultureInfo.InvariantCulture);
            }
            else
            {
                labels.Add("1");
            }

            return new NuGetVersion(version.Major, version.Minor, version.Patch, labels, metadata: null).ToNormalizedString();
        }

        return ((version.Major, bump) switch
        {
            (0, VersionBump.Major) or (_, VersionBump.Minor) => new NuGetVersion(version.Major, version.Minor + 1, 0),
            (_, VersionBump.Major) => new NuGetVersion(version.Major + 1, 0, 0),
            _ => new NuGetVersion(version.Major, version.Minor, version.Patch + 1),
        }).ToNormalizedString();
    }
}
