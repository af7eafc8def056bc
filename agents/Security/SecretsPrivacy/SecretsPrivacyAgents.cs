namespace Sutazai.Agents.Security.SecretsPrivacy;

public static class SecretsPrivacyAgents
{
    public static AgentGroup Group { get; } = new("secrets-privacy", "Finds secrets and personal data before they leak.")
    {
        Agents =
        [
            AgentEntry.Of<SecretsScanner>(), AgentEntry.Of<PiiRedactor>(), AgentEntry.Of<DataClassifier>(), AgentEntry.Of<LogPrivacyAuditor>(),
            AgentEntry.Of<AnonymizationTester>(),
        ],
    };
}
