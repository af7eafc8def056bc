using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Sutazai.Agents;
using Sutazai.Agents.Data.DataFiles;

namespace Sutazai.Bench;

/// <summary>The parts of a request's path that are ours, each alone.</summary>
[MemoryDiagnoser]
public class RequestPathBenchmarks
{
    private static readonly JsonElement s_arguments = JsonElement.Parse("""{"csv":"id,name\n1,Ada\n2,Bob\n"}""");

    private readonly AgentTool _tool = AgentTool.Of(typeof(CsvProfiler)).Single(t => t.Name == "dialect");
    private readonly IReadOnlyList<AgentTool> _tools = AgentTool.Of(typeof(CsvProfiler));
    private readonly CallerIdentity _identity = new(
        new ConfigurationBuilder().AddInMemoryCollection([new("Internal:Key", "0123456789abcdef0123456789abcdef")]).Build(),
        new LocalServices([new ServiceModule("registry", _ => { }, _ => { })]),
        TimeProvider.System);

    private readonly Question _question = new("city,people\nBern,134794\n", [], null, [], null);

    [Benchmark]
    public object?[] BindArguments() => _tool.BindAsync(s_arguments, NoArtifacts.Instance, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    [Benchmark]
    public Caller? SignAndVerifyIdentity() => _identity.Verify(_identity.Sign(Caller.Local));

    [Benchmark]
    public PlannedCall? PlanWithoutModel() => Planner.Plan(_tools, CsvProfiler.Definition.Examples, _question);

    private sealed class NoArtifacts : IArtifactSource
    {
        public static NoArtifacts Instance { get; } = new();

        public bool Recognises(string reference) => false;

        public ValueTask<Artifact?> FindAsync(string reference, CancellationToken cancellationToken) => ValueTask.FromResult<Artifact?>(null);
    }
}
