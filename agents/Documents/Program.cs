await Sutazai.SutazaiApp.RunAsync(args, Sutazai.Agents.Documents.TextAnalysis.TextAnalysisAgents.Group.Module);
