await Sutazai.SutazaiApp.RunAsync(args, Sutazai.Gateway.GatewayService.Module);
