using System.ComponentModel.DataAnnotations;

namespace Sutazai.Artifacts;

internal sealed class ArtifactsOptions
{
    /// <summary>The largest file, in bytes.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; set; } = 2L << 30;

    /// <summary>How long a file is kept where the upload does not say.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(7);

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromMinutes(10);
}
