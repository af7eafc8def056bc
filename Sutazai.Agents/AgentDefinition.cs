namespace Sutazai.Agents;

/// <summary>Everything about an agent that is not code. The docs page, the card, the catalog row and the tests derive from it.</summary>
/// <param name="Name">Kebab-case, unique in the catalog; the agent's public id.</param>
public sealed record AgentDefinition(string Name)
{
    /// <summary>One sentence that a person choosing between agents reads.</summary>
    public required string Purpose { get; init; }

    /// <summary>The system message.</summary>
    public required string Instructions { get; init; }

    public required IReadOnlyList<AgentExample> Examples { get; init; }

    public ModelTier Model { get; init; } = ModelTier.Standard;

    public AgentClass Class { get; init; } = AgentClass.Pure;

    public AgentSize Size { get; init; } = AgentSize.Default;

    /// <summary>
    /// Infrastructure the agent uses beyond what every agent has (<c>ollama</c>, <c>redis</c>, <c>rabbitmq</c>); a trailing <c>?</c>
    /// says that it works without.
    /// </summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];

    public string Version { get; init; } = "1.0.0";
}

/// <summary>How able a model the agent's explanations want.</summary>
public enum ModelTier
{
    Small,
    Standard,
    Reasoning,
}

/// <summary>What an agent's tools may touch.</summary>
public enum AgentClass
{
    /// <summary>Input to output, nothing else.</summary>
    Pure,

    /// <summary>Reads a store or a workspace.</summary>
    Read,

    /// <summary>Writes to a workspace or a store; needs an approval.</summary>
    Write,

    /// <summary>May use the network, behind the egress guard, off by default.</summary>
    Network,
}

/// <summary>The ceiling of one run: 0.5 core and 512 MiB, or 1 core and 1 GiB.</summary>
public enum AgentSize
{
    Default,
    Heavy,
}

/// <summary>A question worth asking the agent. Printed in its docs; run against a model in the tests.</summary>
public sealed record AgentExample(string Ask)
{
    /// <summary>Sample files attached to the question, as <c>@name</c>.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Tools the answer must have come from.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];

    /// <summary>Text the answer must contain.</summary>
    public IReadOnlyList<string> Says { get; init; } = [];
}
