namespace Sutazai.AppHost;

internal static class AgentServices
{
    /// <summary>Adds a resource a group. A domain's project hosts all groups of the domain, and <c>--target</c> says which.</summary>
    public static IReadOnlyList<IResourceBuilder<ProjectResource>> AddAgentServices(
        this IDistributedApplicationBuilder builder, IResourceBuilder<ParameterResource> internalKey)
    {
        return
        [
            Add<Projects.Code>("csharp-analysis"),
            Add<Projects.Data>("data-files"),
            Add<Projects.Operations>("logs"),
            Add<Projects.Security>("secrets-privacy"),
            Add<Projects.Documents>("text-analysis"),
        ];

        IResourceBuilder<ProjectResource> Add<TDomain>(string group)
            where TDomain : IProjectMetadata, new() =>
            builder.AddService<TDomain>(group, internalKey).WithArgs("--target", group);
    }
}
