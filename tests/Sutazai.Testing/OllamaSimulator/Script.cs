using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.Testing.OllamaSimulator;

/// <summary>What a model says: rules tried in order, of which the first that holds and is not used up answers. Where none does, the model answers by itself.</summary>
/// <example>
/// <code>
/// { "rules": [
///     { "when": { "lastUser": "(?i)csv", "hasToolResult": false }, "then": { "calls": [{ "name": "profile", "arguments": { "file": "art_1" } }] } },
///     { "when": { "model": "llama3.2:1b" }, "then": { "thinking": "Hm.", "text": "Hello." }, "times": 1 },
///     { "then": { "error": { "status": 500, "message": "out of luck" } }, "times": 1 },
///     { "then": { "text": "The first of many words", "fault": "stall" } } ] }
/// </code>
/// </example>
public sealed record Script(IReadOnlyList<Rule> Rules)
{
    public static Script Empty { get; } = new([]);

    /// <summary>Turns given one after the other, each once.</summary>
    public static Script Of(params IReadOnlyList<Turn> turns) => new([.. turns.Select(turn => new Rule(turn) { Times = 1 })]);

    public static Script Parse(string json) =>
        JsonSerializer.Deserialize<Script>(json, SimulatorJson.Options) ?? throw new JsonException("The script is null; expected an object with \"rules\".");

    public static async Task<Script> FromFileAsync(string path, CancellationToken cancellationToken) =>
        Parse(await File.ReadAllTextAsync(path, cancellationToken));
}

/// <summary>A turn with the requests that it is for.</summary>
public sealed record Rule(Turn Then)
{
    public Condition When { get; init; } = Condition.Always;

    /// <summary>How often it holds; without a number, always.</summary>
    public int? Times { get; init; }
}

/// <summary>One answer of a model.</summary>
public sealed record Turn
{
    public string? Text { get; init; }

    public string? Thinking { get; init; }

    public IReadOnlyList<ToolCall> Calls { get; init; } = [];

    public TurnError? Error { get; init; }

    public FaultKind? Fault { get; init; }

    public static Turn Say(string text) => new() { Text = text };

    /// <summary>Calls a tool with the members of an object as arguments.</summary>
    public static Turn Call(string tool, object? arguments = null) => new() { Calls = [ToolCall.To(tool, arguments)] };

    public static Turn Fail(int status, string message) => new() { Error = new TurnError(status, message) };
}

public sealed record TurnError(int Status, string Message);

/// <summary>A call of a tool that a model asks for.</summary>
public sealed record ToolCall(string Name, JsonObject Arguments)
{
    /// <summary>Arguments that are not a JSON object, in the model's own letters.</summary>
    public string? Garbled { get; init; }

    public static ToolCall To(string tool, object? arguments) =>
        new(tool, arguments is null ? [] : JsonSerializer.SerializeToNode(arguments, SimulatorJson.Options)!.AsObject());

    internal string ArgumentsText => Garbled ?? Arguments.ToJsonString(SimulatorJson.Wire);
}

/// <summary>A script with the count of its uses.</summary>
internal sealed class ScriptedAnswers(Script script)
{
    private readonly Lock _lock = new();
    private readonly int[] _used = new int[script.Rules.Count];

    public Turn? Next(string path, GenerationRequest request)
    {
        lock (_lock)
        {
            for (var index = 0; index < _used.Length; index++)
            {
                var rule = script.Rules[index];
                if ((rule.Times is null || _used[index] < rule.Times) && rule.When.Holds(path, request))
                {
                    _used[index]++;
                    return rule.Then;
                }
            }
        }

        return null;
    }
}
