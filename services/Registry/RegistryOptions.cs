using System.ComponentModel.DataAnnotations;

namespace Sutazai.Registry;

internal sealed class RegistryOptions
{
    /// <summary>How long a registration holds without renewal. Services renew after a third of it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);
}
