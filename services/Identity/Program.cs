await Sutazai.SutazaiApp.RunAsync(args, Sutazai.Identity.IdentityService.Module);
