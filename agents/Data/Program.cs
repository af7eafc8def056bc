await Sutazai.SutazaiApp.RunAsync(args, Sutazai.Agents.Data.DataFiles.DataFilesAgents.Group.Module);
