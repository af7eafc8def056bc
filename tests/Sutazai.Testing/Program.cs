return await Sutazai.Testing.OllamaSimulator.SimulatorCommand.RunAsync(args, Console.Out, Console.Error);
