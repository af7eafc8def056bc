using BenchmarkDotNet.Running;
using Sutazai.Bench;
using Sutazai.Bench.Ollama;
using Sutazai.Bench.Policies;
using Sutazai.Bench.Router;

switch (args)
{
    case ["csv", ..]:
        await CsvProfilerBenchmarks.RunAsync();
        break;
    case ["secrets", ..]:
        await SecretsScannerBenchmarks.RunAsync();
        break;
    case ["logs", ..]:
        LogMiningBenchmarks.Run();
        break;
    case ["policies", ..]:
        PolicySimulation.Run(chart: args is [_, var chart] ? chart : "policies.svg");
        break;
    case ["decisions"]:
        DecisionBenchmark.Run();
        break;
    case ["cache"]:
        CacheBenchmark.Run();
        break;
    case ["gateway", ..]:
        await GatewayBenchmark.RunAsync(rounds: args is [_, var rounds] ? int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture) : 7);
        break;
    case ["router", ..]:
        return await RouterComparison.RunAsync(args[1..]);
    case ["ollama", ..]:
        return await OllamaComparison.RunAsync(args[1..]);
    case ["upstream", var url]:
        await UpstreamMock.RunAsync(url);
        break;
    case ["startup", ..]:
        await StartupBenchmark.RunAsync();
        break;
    case ["bare", var url]:
        await BareTwoHop.RunAsync(url);
        break;
    case ["micro", ..]:
        BenchmarkSwitcher.FromAssembly(typeof(RequestPathBenchmarks).Assembly).Run([.. args.Skip(1)]);
        break;
    default:
        Console.Error.WriteLine("Which benchmark? csv | secrets | logs | policies [chart.svg] | decisions | cache | gateway [rounds] | router [rounds] [--slow seconds] | ollama [rounds] [scenario] | startup | micro --filter '*' | bare URL | upstream URL");
        return 2;
}

return 0;
