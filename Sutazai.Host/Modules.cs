using Sutazai.Agents;
using Sutazai.Agents.Code.CSharpAnalysis;
using Sutazai.Agents.Data.DataFiles;
using Sutazai.Agents.Documents.TextAnalysis;
using Sutazai.Agents.Operations.Logs;
using Sutazai.Agents.Security.SecretsPrivacy;
using Sutazai.Artifacts;
using Sutazai.Gateway;
using Sutazai.Identity;
using Sutazai.ModelRouter;
using Sutazai.Registry;

namespace Sutazai.Host;

/// <summary>Every service there is; a line each.</summary>
public static class Modules
{
    public static IReadOnlyList<AgentGroup> AgentGroups { get; } =
    [
        CSharpAnalysisAgents.Group,
        DataFilesAgents.Group,
        LogsAgents.Group,
        SecretsPrivacyAgents.Group,
        TextAnalysisAgents.Group,
    ];

    public static IReadOnlyList<ServiceModule> All { get; } =
    [
        ArtifactsService.Module,
        GatewayService.Module,
        IdentityService.Module,
        ModelRouterService.Module,
        RegistryService.Module,
        .. AgentGroups.Select(g => g.Module),
    ];
}
