namespace Sutazai.AppHost;

/// <summary>A Neo4j server, used over its HTTP query interface: <c>Endpoint=http://host:7474;Username=neo4j;Password=…</c>.</summary>
internal sealed class Neo4jResource(string name, ParameterResource password) : ContainerResource(name), IResourceWithConnectionString
{
    internal const string UserName = "neo4j";

    public ParameterResource Password { get; } = password;

    public EndpointReference PrimaryEndpoint => field ??= new(this, "http");

    public EndpointReference BoltEndpoint => field ??= new(this, "bolt");

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Endpoint={PrimaryEndpoint.Property(EndpointProperty.Url)};Username={UserName};Password={Password}");

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties()
    {
        yield return new("Uri", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Url)}"));
        yield return new("BoltUri", ReferenceExpression.Create($"{BoltEndpoint.Property(EndpointProperty.Url)}"));
        yield return new("Username", ReferenceExpression.Create($"{UserName}"));
        yield return new("Password", ReferenceExpression.Create($"{Password}"));
    }
}

internal static class Neo4jBuilderExtensions
{
    public static IResourceBuilder<Neo4jResource> AddNeo4j(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string tag, IResourceBuilder<ParameterResource> password)
    {
        var neo4j = new Neo4jResource(name, password.Resource);

        return builder.AddResource(neo4j)
            .WithImage("library/neo4j", tag)
            .WithImageRegistry("docker.io")
            .WithHttpEndpoint(targetPort: 7474, name: neo4j.PrimaryEndpoint.EndpointName)
            .WithEndpoint(targetPort: 7687, scheme: "bolt", name: neo4j.BoltEndpoint.EndpointName)
            .WithHttpHealthCheck("/", endpointName: neo4j.PrimaryEndpoint.EndpointName)
            .WithEnvironment("NEO4J_AUTH", ReferenceExpression.Create($"{Neo4jResource.UserName}/{neo4j.Password}"));
    }

    public static IResourceBuilder<Neo4jResource> WithDataVolume(this IResourceBuilder<Neo4jResource> builder, string name) =>
        builder.WithVolume(name, "/data");
}
