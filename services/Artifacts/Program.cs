await Sutazai.SutazaiApp.RunAsync(args, Sutazai.Artifacts.ArtifactsService.Module);
