using Sutazai.Clients;

namespace Sutazai.Gateway;

internal static class AgentRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var agents = routes.MapGroup("/api/agents").WithTags("agents");
        agents.MapGet("", (HttpContext context, Forwarding forwarding, string? query, string? group, string? @class, int? page, int? pageSize) =>
                forwarding.SendAsync(context, "registry", "/registry/agents"))
            .RequireScope(Scopes.ReadAgents).Produces<Page<AgentRow>>().WithSummary("List and search agents.");
        agents.MapGet("/dependencies", (HttpContext context, Forwarding forwarding, string? format) => forwarding.SendAsync(context, "registry", "/registry/agents/dependencies"))
            .RequireScope(Scopes.ReadAgents).Produces<DependencyMatrix>().WithSummary("Which agent depends on what; format=csv for a spreadsheet.");
        agents.MapGet("/migration-batches", (HttpContext context, Forwarding forwarding, int? size) => forwarding.SendAsync(context, "registry", "/registry/agents/migration-batches"))
            .RequireScope(Scopes.ReadAgents).Produces<MigrationPlan>().WithSummary("Agents in batches of at most 'size' that depend on much the same.");
        agents.MapGet("/{agent}", (HttpContext context, Forwarding forwarding, string agent) => forwarding.SendAsync(context, "registry", $"/registry/agents/{Uri.EscapeDataString(agent)}"))
            .RequireScope(Scopes.ReadAgents).Produces<AgentCard>().ProducesProblem(404).WithSummary("One agent's card with its tools' schemas.");
        agents.MapPost("/{agent}/ask", (HttpContext context, Forwarding forwarding, RouteBook book, string agent) => ToAgentAsync(context, forwarding, book, agent, "ask"))
            .RequireScope(Scopes.AskAgents).Accepts<AskRequest>("application/json").Produces<AskReply>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(429)
            .WithSummary("Ask an agent in words or JSON, with files by id. 'Accept: text/event-stream' streams every step.");
        agents.MapPost("/{agent}/tools/{tool}", (HttpContext context, Forwarding forwarding, RouteBook book, string agent, string tool) =>
                ToAgentAsync(context, forwarding, book, agent, $"tools/{Uri.EscapeDataString(tool)}"))
            .RequireScope(Scopes.AskAgents).Accepts<object>("application/json").Produces<object>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(429)
            .WithSummary("Call one tool of an agent: its arguments in, its result out, no model.");
        routes.MapGet("/api/services", (HttpContext context, Forwarding forwarding) => forwarding.SendAsync(context, "registry", "/registry/services"))
            .RequireScope(Scopes.ReadOperations).WithTags("operations").Produces<IReadOnlyList<ServiceRow>>().WithSummary("The services and their live instances.");
    }

    /// <summary>Sends the request to the service that hosts the agent, under <c>/{service}/agents/{agent}/{rest}</c>.</summary>
    internal static Task ToAgentAsync(HttpContext context, Forwarding forwarding, RouteBook book, string agent, string rest) =>
        book.ServiceOf(agent) is { } service
            ? forwarding.SendAsync(context, service, $"/{service}/agents/{agent}/{rest}")
            : context.RefuseAsync(404, "unknown-agent", $"There is no agent '{Problems.Shown(agent)}'.{NearNames.DidYouMean(agent, book.Agents)} GET /api/agents lists them.");
}
