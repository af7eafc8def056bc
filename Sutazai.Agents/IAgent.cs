namespace Sutazai.Agents;

/// <summary>
/// One agent: a definition, and public methods marked <c>[KernelFunction]</c> that are its tools. Constructor parameters come from the
/// service's container. A tool returns data that serializes to JSON, takes text, numbers, JSON-shaped records or <see cref="Artifact"/>s,
/// and reports a caller's mistake with <see cref="InvalidInputException"/>.
/// </summary>
public interface IAgent
{
    static abstract AgentDefinition Definition { get; }
}
