await Sutazai.SutazaiApp.RunAsync(args, Sutazai.Agents.Security.SecretsPrivacy.SecretsPrivacyAgents.Group.Module);
