using System.ComponentModel.DataAnnotations;

namespace Sutazai.Gateway;

internal sealed class GatewayOptions
{
    /// <summary>What a request may take where the caller does not say less with <c>x-sutazai-timeout</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromHours(1);

    /// <summary>For how long a key found valid, or not, is taken as such before identity is asked again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan KeyCache { get; set; } = TimeSpan.FromSeconds(5);
}
