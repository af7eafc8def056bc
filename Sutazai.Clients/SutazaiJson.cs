using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Sutazai.Clients;

/// <summary>How every body of the platform's own API is written and read.</summary>
public static class SutazaiJson
{
    /// <summary>Camel case, enums as camel-case text, nulls kept; a member that the type does not have is an error.</summary>
    public static JsonSerializerOptions Options { get; } = ReadOnly();

    /// <summary>How one of the clients' bodies is written and read. Unlike <see cref="Options"/> it needs no reflection.</summary>
    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter<AgentHealth>(JsonNamingPolicy.CamelCase));
        options.MaxDepth = 64;
        options.TypeInfoResolverChain.Insert(0, ClientsJson.Default);
        if (JsonSerializer.IsReflectionEnabledByDefault)
        {
            AddOwnTypes(options);
        }

        return options;
    }

    /// <summary>What a service has besides the clients' bodies, where it was not compiled ahead of time.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Called only where reflection is on.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Called only where reflection is on.")]
    private static void AddOwnTypes(JsonSerializerOptions options)
    {
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
    }

    // From the start: whoever uses options first sets their resolver, and two at a time trip over each other.
    private static JsonSerializerOptions ReadOnly()
    {
        var options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));
        options.MakeReadOnly();
        return options;
    }
}

/// <summary>The bodies that the clients read and write, and what the router answers of itself.</summary>
[JsonSerializable(typeof(ApiKey))]
[JsonSerializable(typeof(ArtifactRow))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(ModelRouterStatus))]
[JsonSerializable(typeof(Page<AgentRow>))]
[JsonSerializable(typeof(Page<ApiKey>))]
[JsonSerializable(typeof(QueueReport))]
[JsonSerializable(typeof(Registration))]
[JsonSerializable(typeof(RouteTable))]
[JsonSerializable(typeof(UsageReport))]
internal sealed partial class ClientsJson : JsonSerializerContext;
