return await Sutazai.Testing.OllamaSimulator.SimulatorCommand.RunAsync(args);
