namespace Sutazai.Clients;

/// <summary>Names the agent on whose behalf a service calls the model router, which shares the model fairly between agents.</summary>
public static class AgentHeader
{
    public const string Name = "x-sutazai-agent";
}
