using Sutazai.Clients;

namespace Sutazai.Registry;

internal static class AgentSearch
{
    /// <summary>
    /// Agents that match every word of <paramref name="query"/>, best first: a word in the id weighs most, then in a tool's name, then in
    /// purpose, group or descriptions. Without a query all, by id.
    /// </summary>
    public static IReadOnlyList<AgentCard> Find(IReadOnlyList<AgentCard> agents, string? query, string? group, string? @class)
    {
        var words = query?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        return
        [
            .. agents
                .Where(a => group is null || a.Group.Equals(group, StringComparison.OrdinalIgnoreCase))
                .Where(a => @class is null || a.Class.Equals(@class, StringComparison.OrdinalIgnoreCase) || (@class.Length == 1 && a.Class.StartsWith(@class, StringComparison.OrdinalIgnoreCase)))
                .Select(a => (Agent: a, Scores: words.Select(w => Score(a, w)).ToList()))
                .Where(a => a.Scores.TrueForAll(s => s > 0))
                .OrderByDescending(a => a.Scores.Sum()).ThenBy(a => a.Agent.Id, StringComparer.Ordinal)
                .Select(a => a.Agent)
        ];
    }

    private static int Score(AgentCard agent, string word)
    {
        bool In(string text) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

        return (In(agent.Id) ? 8 : 0)
            + (agent.Tools.Any(t => In(t.Name)) ? 4 : 0)
            + (In(agent.Purpose) ? 2 : 0)
            + (In(agent.Group) || agent.Tools.Any(t => In(t.Description)) ? 1 : 0);
    }
}
