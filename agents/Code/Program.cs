await Sutazai.SutazaiApp.RunAsync(args, Sutazai.Agents.Code.CSharpAnalysis.CSharpAnalysisAgents.Group.Module);
