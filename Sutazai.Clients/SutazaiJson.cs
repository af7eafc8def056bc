using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sutazai.Clients;

/// <summary>How every body of the platform's own API is written and read.</summary>
public static class SutazaiJson
{
    /// <summary>Camel case, enums as camel-case text, nulls kept; a member that the type does not have is an error.</summary>
    public static JsonSerializerOptions Options { get; } = ReadOnly();

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.MaxDepth = 64;
        return options;
    }

    // From the start: whoever uses options first sets their resolver, and two at a time trip over each other.
    private static JsonSerializerOptions ReadOnly()
    {
        var options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
