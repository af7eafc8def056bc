using System.Text.RegularExpressions;

namespace Sutazai.Testing.OllamaSimulator;

/// <summary>Which requests a rule or a fault is for; what is left out does not matter.</summary>
public sealed record Condition
{
    public static Condition Always { get; } = new();

    public string? Model { get; init; }

    /// <summary>A request's path, such as <c>/api/chat</c>.</summary>
    public string? Path { get; init; }

    /// <summary>A regular expression for the last user message.</summary>
    public string? LastUser { get; init; }

    public bool? HasTools { get; init; }

    /// <summary>Whether a tool has answered since the last user message.</summary>
    public bool? HasToolResult { get; init; }

    internal bool Holds(string path, GenerationRequest? request) =>
        (Path is null || Path.Equals(path, StringComparison.OrdinalIgnoreCase))
        && (Model is null || (request is not null && SimulatedModel.Qualify(Model).Equals(SimulatedModel.Qualify(request.Model), StringComparison.OrdinalIgnoreCase)))
        && (LastUser is null || (request is not null && Regex.IsMatch(request.LastUser, LastUser, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)))
        && (HasTools is null || HasTools == request?.Tools.Count > 0)
        && (HasToolResult is null || HasToolResult == request?.ToolResults.Any());
}
