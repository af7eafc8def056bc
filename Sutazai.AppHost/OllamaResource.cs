namespace Sutazai.AppHost;

/// <summary>A container of the Ollama model server; its connection string is <c>Endpoint=http://host:11434</c>.</summary>
internal sealed class OllamaResource(string name) : ContainerResource(name), IResourceWithConnectionString
{
    private readonly List<OllamaModelResource> _models = [];

    public EndpointReference PrimaryEndpoint => field ??= new(this, "http");

    public IReadOnlyList<OllamaModelResource> Models => _models;

    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"Endpoint={PrimaryEndpoint.Property(EndpointProperty.Url)}");

    internal void Add(OllamaModelResource model) => _models.Add(model);

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties()
    {
        yield return new("Uri", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Url)}"));
    }
}

/// <summary>One model of the server, under the name that agents use for it.</summary>
/// <param name="model">The model's name in Ollama's library.</param>
internal sealed class OllamaModelResource(string name, string model, OllamaResource parent)
    : Resource(name), IResourceWithParent<OllamaResource>, IResourceWithConnectionString
{
    public string Model { get; } = model;

    public OllamaResource Parent { get; } = parent;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Model={Model}");

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
        Parent.GetConnectionProperties().Append(new("Model", ReferenceExpression.Create($"{Model}")));
}
