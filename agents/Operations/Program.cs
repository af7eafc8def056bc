await Sutazai.SutazaiApp.RunAsync(args, Sutazai.Agents.Operations.Logs.LogsAgents.Group.Module);
